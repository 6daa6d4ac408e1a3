import type { Classifier } from '../classifier/classifier.ts';
import { baselineImage } from '../classifier/pixels.ts';
import { type Node, qualifiedOp } from '../onnx/graph.ts';
import { addForwardCopy } from '../transforms/forwardCopy.ts';
import {
  deepLiftAnswers,
  type MaxPooling,
  type Treatment,
  treatmentOf,
} from '../transforms/modifiedGradient/deepLift.ts';
import { convolutions, matrixProducts, rearrangements, sums } from '../transforms/relevance/operators.ts';
import { type ExplanationGraph, fromGraph, type TargetSource } from './explanationGraph.ts';
import { nodesOnTheWay } from './layer.ts';
import type { Method, MethodKind } from './method.ts';
import { operatorCounts } from './operatorCounts.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { mapGraph } from './targetGradient.ts';

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

export interface DeepLiftSettings extends MethodOptions<typeof options> {
  /** Default `captum`; `all` where the values have to sum to the score difference. */
  readonly maxPooling?: MaxPooling;
}

/**
 * DeepLIFT with the rescale rule, Shrikumar, Greenside & Kundaje 2017, and Captum's rule for max pooling. Functions of one
 * element and max pooling have multipliers; every other operator its gradient, and where that is not linear (products of
 * two activations, softmax, layer normalisation) the values need not sum to the score difference: the gap says by how much.
 */
export function deepLift({ maxPooling = 'captum', ...settings }: DeepLiftSettings = {}): Method {
  const { baseline } = resolveOptions(description.id, options, settings);
  return {
    ...description,
    settings: { baseline, ...(maxPooling === 'captum' ? {} : { 'max-pooling rule': maxPooling }) },
    ...fromGraph(async (classifier, target) => deepLiftGraph(classifier, target, baseline, maxPooling)),
  };
}

export const deepLiftKind: MethodKind = { ...description, options, create: deepLift };

function deepLiftGraph(
  classifier: Classifier,
  target: TargetSource,
  pixel: number,
  maxPooling: MaxPooling,
): ExplanationGraph {
  const { model, inputName, facts, gradientTable } = classifier;
  const baseline = baselineImage(pixel, classifier.input);
  const isData = (name: string) => name !== '' && facts.get(name)?.constant === undefined;
  const producers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const context = { isData, producerOf: (name: string) => producers.get(name), maxPooling };
  const treatment = (node: Node) => treatmentOf(node, context);
  // What gives no gradient, shapes say, carries no difference either.
  const differentiated = nodesOnTheWay(classifier).filter((node) => gradientTable[qualifiedOp(node)]?.kind === 'rule');
  let reference = '';
  return mapGraph(classifier, description.id, target, {
    toMap: ({ ops }, multiplier, input) => ops.Mul(multiplier, ops.Sub(input, reference)),
    choose(builder) {
      reference = builder.ops.Expand(builder.constant(baseline, 'baseline'), builder.add('Shape', [inputName]));
      const inCopy = addForwardCopy(builder, model.graph, inputName, reference);
      return { answerFor: deepLiftAnswers(gradientTable, treatment, inCopy) };
    },
    notes: [noteOn(differentiated, treatment, isData)],
    baselines: baseline,
  });
}

function noteOn(
  nodes: readonly Node[],
  treatment: (node: Node) => Treatment,
  isData: (name: string) => boolean,
): string {
  const treated = (as: Treatment) => nodes.filter((node) => treatment(node) === as);
  const parts = [
    { words: 'Rescale rule', nodes: treated('rescale') },
    { words: 'Max-pooling rule', nodes: treated('max-pooling') },
    {
      words: 'Plain gradient, though not linear',
      nodes: treated('gradient').filter((node) => !isLinear(node, isData)),
    },
  ].filter((part) => part.nodes.length > 0);
  if (parts.length === 0) return 'The model is linear: the map is exact.';
  return `${parts.map((part) => `${part.words}: ${operatorCounts(part.nodes)}`).join('. ')}.`;
}

function isLinear({ op, inputs }: Node, isData: (name: string) => boolean): boolean {
  if (rearrangements.has(op) || sums.has(op) || op === 'Neg') return true;
  if (op === 'Div') return !isData(inputs[1] ?? '');
  return (op === 'Mul' || convolutions.has(op) || matrixProducts.has(op)) && inputs.filter(isData).length === 1;
}
