import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { baselineImage } from '../../model/pixels.ts';
import { isFloat } from '../../onnx/elementType.ts';
import type { Node } from '../../onnx/graph.ts';
import { viewOf } from '../../onnx/graphView.ts';
import { operatorCounts } from '../../onnx/nodesInWords.ts';
import { addForwardCopy } from '../../transforms/forwardCopy.ts';
import {
  type DeepLiftContext,
  deepLiftAnswers,
  followPixels,
  type MaxPooling,
  type Treatment,
  treatmentOf,
} from '../../transforms/modifiedGradient/deepLift.ts';
import type { ExplanationGraph, TargetSource } from '../explanationGraph.ts';
import { method } from '../method.ts';
import { baselineOption } from '../options.ts';
import { changeTimes, mapGraph } from './targetGradient.ts';

interface PoolingChoice {
  /** Default `captum`, which agrees with Captum wherever Captum's values sum to the score difference. */
  readonly maxPooling?: MaxPooling;
}

/**
 * DeepLIFT with the rescale rule, Shrikumar, Greenside & Kundaje 2017, and Captum's rule for max pooling, extended to every
 * operator: the values sum to the score difference. Where an operator has only its plain gradient, though it is not linear
 * (a gather whose indices depend on the pixels, say), a note names it and the gap says by how much.
 */
export const deepLift = method({
  id: 'deep-lift',
  title: 'DeepLIFT',
  about:
    'What each pixel adds to the score compared with an empty image, passed back through the network as shares of differences.',
  unit: 'score units',
  options: { baseline: baselineOption('the empty image') },
  others: ['maxPooling'],
  create: ({ baseline }, { maxPooling = 'captum' }: PoolingChoice) => ({
    settings: { baseline, ...(maxPooling === 'captum' ? {} : { 'max-pooling rule': maxPooling }) },
    graph: async (classifier, target) => deepLiftGraph(classifier, target, baseline, maxPooling),
  }),
});

function deepLiftGraph(
  classifier: Classifier,
  target: TargetSource,
  pixel: number,
  maxPooling: MaxPooling,
): ExplanationGraph {
  const { model, inputName, facts, gradientTable } = classifier;
  const baseline = baselineImage(pixel, classifier.input);
  const context = {
    ...followPixels(model.graph.nodes, inputName, {
      table: gradientTable,
      isReal: (name) => isFloat(facts.get(name)?.type),
    }),
    producerOf: viewOf(model.graph).maker,
    maxPooling,
  };
  let reference = '';
  return mapGraph(classifier, 'deep-lift', target, {
    toMap: (builder, multiplier, input) => changeTimes(builder, multiplier, builder.ops.Sub(input, reference)),
    choose(builder) {
      reference = builder.ops.Expand(builder.constant(baseline, 'baseline'), builder.add('Shape', [inputName]));
      const inCopy = addForwardCopy(builder, model.graph, inputName, reference);
      return { answerFor: deepLiftAnswers(gradientTable, context, inCopy) };
    },
    notes: [noteOn(nodesOnTheWay(classifier), context)],
    baselines: baseline,
  });
}

const treatmentWords: readonly (readonly [Treatment, string])[] = [
  ['rescale', 'Rescale rule'],
  ['maximum', 'Max-pooling rule'],
  ['shared', 'Difference shared among the inputs'],
  ['line', 'Mean gradient between baseline and image'],
  ['quantize', 'Rescale rule but for single steps of rounding, which the sum can miss'],
  ['gradient', 'Plain gradient, though not linear, so that the sum can miss the score difference'],
];

function noteOn(nodes: readonly Node[], context: DeepLiftContext): string {
  // What nothing passes back through, shapes say, has no treatment.
  const passed = nodes.filter(({ inputs, outputs }) => inputs.some(context.carries) && outputs.some(context.carries));
  const parts = treatmentWords.flatMap(([treatment, words]) => {
    const treated = passed.filter((node) => treatmentOf(node, context) === treatment);
    return treated.length === 0 ? [] : [`${words}: ${operatorCounts(treated)}`];
  });
  return parts.length === 0 ? 'The model is linear: the map is exact.' : `${parts.join('. ')}.`;
}
