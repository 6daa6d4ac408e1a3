import type { Classifier } from '../classifier/classifier.ts';
import { baselineImage } from '../classifier/pixels.ts';
import type { Node } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { addForwardCopy } from '../transforms/forwardCopy.ts';
import { deepLiftAnswers, type DeepLiftKind, deepLiftKind } from '../transforms/modifiedGradient/deepLift.ts';
import { convolutions, matrixProducts, rearrangements, sums } from '../transforms/relevance/operators.ts';
import { completenessOf, scoresAboveBaselines } from './explainedScores.ts';
import { nodesOnTheWay } from './layer.ts';
import type { Explainer, Method, MethodKind } from './method.ts';
import { operatorCounts } from './operatorCounts.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { checkedWeights, compileMap } from './targetGradient.ts';

const description = {
  id: 'deep-lift',
  title: 'DeepLIFT',
  about:
    'What each pixel adds to the score compared with an empty image, passed back through the network as shares of differences.',
  unit: 'score units',
};

const options = {
  baseline: { about: 'pixel value (0 to 255) of the empty image', default: 0, whole: false, min: 0, max: 255 },
} as const;

/**
 * DeepLIFT with the rescale rule, Shrikumar, Greenside & Kundaje 2017, and Captum's rule for max pooling. Functions of one
 * element and max pooling have multipliers; every other operator its gradient, and where that is not linear (products of
 * two activations, softmax, layer normalisation) the values need not sum to the score difference: the gap says by how much.
 */
export function deepLift(settings: MethodOptions<typeof options> = {}): Method {
  const resolved = resolveOptions(description.id, options, settings);
  return { ...description, settings: resolved, compile: (classifier) => compile(classifier, resolved.baseline) };
}

export const deepLiftKind_: MethodKind = { ...description, options, create: deepLift };

async function compile(classifier: Classifier, pixel: number): Promise<Explainer> {
  const baseline = baselineImage(pixel, classifier.input);
  const isData = (name: string) => name !== '' && classifier.facts.get(name)?.constant === undefined;
  const kindOf = (node: Node) => deepLiftKind(node, isData);
  const explainer = await compileMap(
    classifier,
    description.id,
    ({ ops }, multiplier, input) => ops.Mul(multiplier, ops.Sub(input, baselineName)),
    { notes: [notesOn(nodesOnTheWay(classifier), kindOf, isData)] },
  );
  return explainer;
}
