import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { runOnce } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import type { ReadyModel } from '../classifier.ts';
import { addActivation, addColumns, addProposals, withoutBackground } from './addProposals.ts';
import { addBeforeActivation } from './beforeActivation.ts';
import type { PixelSize } from './box.ts';
import type { Columns, DetectionLayout } from './layout.ts';

/** What makes probabilities of the scores that are explained; undefined where they are probabilities already. */
export function activationBefore({
  hasLogits,
  activation,
  classes,
}: Pick<DetectionLayout, 'hasLogits' | 'activation' | 'classes'>): 'Sigmoid' | 'Softmax' | undefined {
  if (!hasLogits) return undefined;
  // Of one class and a background, the softmax is the sigmoid of the log-odds.
  return activation === 'softmax' && classes > 1 ? 'Softmax' : 'Sigmoid';
}

/**
 * Adds the score of each class at each anchor, [n, anchors, classes], before the activation at the model's end: probabilities saturate, scores do not. Of
 * a softmax with a background, the log-odds of the class against the background, z_class - z_background. Of a single class with an
 * objectness, the objectness's own score: on that alone such a model decides. Where there is nothing before the activation to be
 * found, the probabilities.
 */
export function addAnchorScores(builder: GraphBuilder, layout: DetectionLayout, size: PixelSize): string {
  const { objectness, classes, background, given } = layout;
  if (!layout.hasLogits) return addProposals(builder, layout, size).confidences;
  const columns = explainedColumns(layout);
  const logits = given === 'logits' ? columns.value : addBeforeActivation(builder, columns.value)?.value;
  const raw = addColumns(builder, columns, logits);
  if (columns === objectness || background === 'none') return raw;
  const at = background === 'first' ? 0 : classes;
  const nothing = builder.add('Slice', [raw, builder.ints([at]), builder.ints([at + 1]), builder.ints([2])]);
  return builder.ops.Sub(withoutBackground(builder, layout, raw), nothing);
}

type Settled = Omit<DetectionLayout, 'hasLogits'>;

function explainedColumns({ scores, objectness, classes }: Settled): Columns {
  return classes === 1 && objectness ? objectness : scores;
}

/** What single precision leaves of a probability that is computed a second time. */
const tolerance = 1e-4;

/**
 * Whether the numbers before the activation can be explained: they are given; or they were found by stepping back in the graph, and
 * for these images the activation of them is what the model gives.
 */
export async function findsLogits(model: ReadyModel, layout: Settled, images: Tensor<'float32'>): Promise<boolean> {
  if (layout.given === 'logits') return true;
  const builder = new GraphBuilder(model.model.graph, 'detection');
  const columns = explainedColumns(layout);
  const stepped = addBeforeActivation(builder, columns.value);
  if (!stepped) return false;
  const again = addActivation(builder, layout, addColumns(builder, columns, stepped.value));
  const difference = builder.ops.Abs(builder.ops.Sub(again, addColumns(builder, columns)));
  const { runtime, inputName, batchSize } = model;
  const options = { outputs: [difference], batchSize };
  const found = await runOnce(runtime, { ...model.model, graph: builder.build() }, options, { [inputName]: images });
  return floatOutputOf(found, difference).data.every((value) => value <= tolerance);
}
