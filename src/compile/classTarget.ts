import type { TargetSource } from '../attribution/explanationGraph.ts';
import type { Classifier } from '../model/classifier.ts';
import { addDecision } from '../model/decision.ts';
import { type Target, targetWeights } from '../model/target.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { float32, int64 } from '../onnx/tensor.ts';

/**
 * What a compiled explainer explains: the class that its input says, for each image (-1: the predicted one); always the
 * predicted class; or always the same class, or one class against another.
 */
export type CompileTarget = 'input' | 'predicted' | Target;

type Scores = Pick<Classifier, 'scores'>;

/**
 * The target of a compiled explainer.
 * @param name of the input for classes, int64 [batch].
 * @throws InvalidTargetError for a class the model does not have.
 */
export function targetSource(
  classifier: Scores,
  target: CompileTarget,
  name: string,
  batch: string | number,
): TargetSource {
  if (target === 'predicted') {
    return {
      inputs: [],
      weights: (builder, scores) => classWeights(builder, classifier, addDecision(builder, classifier.scores, scores)),
    };
  }
  if (target === 'input') {
    return {
      inputs: [{ name, type: 'int64', dims: [batch] }],
      weights(builder, scores) {
        const predicted = addDecision(builder, classifier.scores, scores);
        const chosen = builder.ops.Where(builder.ops.Less(name, builder.int(0)), predicted, name);
        return classWeights(builder, classifier, chosen);
      },
    };
  }
  const { width } = classifier.scores;
  const row = float32([1, width], targetWeights([target], width));
  return {
    inputs: [],
    weights: (builder, scores) => builder.ops.Expand(builder.constant(row, 'target'), builder.add('Shape', [scores])),
  };
}

/**
 * Adds what `targetWeights` gives, [n, K], for classes, int64 [n]. The Gather is what fails for a class that the model does
 * not have: OneHot would give zeros.
 */
function classWeights(builder: GraphBuilder, { scores: { width } }: Scores, classes: string): string {
  if (width === 1) {
    const signs = builder.constant(float32([2], [-1, 1]), 'signs');
    return builder.ops.Reshape(builder.add('Gather', [signs, classes]), builder.ints([-1, 1]));
  }
  const all = builder.constant(int64(Array.from({ length: width }, (_, i) => i)), 'classes');
  const values = builder.constant(float32([2], [0, 1]), 'values');
  return builder.add('OneHot', [builder.add('Gather', [all, classes]), builder.int(width), values]);
}
