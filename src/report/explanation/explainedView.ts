import { isEvidence } from '../../attribution/method.ts';
import { type CheckedExplanation, type CheckedMap, figuresOf } from '../../faithfulness/checks.ts';
import { cellMap } from '../../faithfulness/pixelMap.ts';
import { type Classifier, className, givesProbabilities } from '../../model/classifier.ts';
import { type Prediction, ranking } from '../../model/decision.ts';
import { toPixels } from '../../model/pixels.ts';
import { targetWords } from '../../model/target.ts';
import type { TaskDecision } from '../../model/task/decision.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { mapScale } from '../drawing/mapReading.ts';
import { percent, signed } from '../page/number.ts';
import { boxesView } from './boxesView.ts';
import { taskView } from './taskView.ts';
import type { AttributionMap, Decision, ExplainedImage, ExplainedOutput, RankedClass } from './view.ts';

/** An image to explain. */
export interface NamedImage {
  /** What the user calls it: a file name, or `digits:7`. */
  readonly name: string;
  /** Model input, [1, ...]. */
  readonly image: Tensor<'float32'>;
  /** The class that came with it. */
  readonly truth?: number;
  /** The size of the picture before it was brought to the model's, in pixels; by default the model's. */
  readonly size?: { readonly height: number; readonly width: number };
}

/** How many of the best classes a report names. */
const rankedClasses = 5;

/** What differs from the decision of a classifier that is explained itself. */
interface Otherwise {
  /** The classifier whose scores the maps explain, where that is not the one that decided: a layer's units. */
  readonly of?: Classifier;
  /** What the whole model decided, where that is not a class. */
  readonly decided?: TaskDecision;
  /** What the maps explain, in a sentence. */
  readonly explained?: string;
}

/** What the report shows of one explained image. Maps of a layer without positions are left out: they are no pictures. */
export function explainedImage(
  classifier: Classifier,
  named: NamedImage,
  explanation: CheckedExplanation,
  position: number,
  { of = classifier, decided, explained }: Otherwise = {},
): ExplainedImage {
  const { name, image, truth } = named;
  const picture = toPixels(image.data, classifier.input);
  return {
    id: `${position + 1}-${name}`,
    name,
    picture,
    boxes: decided?.kind === 'detection' ? boxesView(decided) : undefined,
    truth: truth === undefined ? undefined : className(classifier, truth),
    decision: {
      ...decisionOf(classifier, explanation.prediction),
      explainedWords: explained,
      task: decided && taskView(decided, picture, targetWords(of, explanation.target)),
    },
    maps: explanation.maps.filter(({ method }) => isEvidence(method)).flatMap((map) => attributionMap(of, map) ?? []),
  };
}

function decisionOf(classifier: Classifier, prediction: Prediction): Decision {
  const { scores, probabilities, chosen, tie, saturated } = prediction;
  const asRanked = (index: number): RankedClass => ({
    index,
    label: className(classifier, index),
    score: scores[index] ?? Number.NaN,
    probability: givesProbabilities(classifier) ? (probabilities[index] ?? Number.NaN) : undefined,
  });
  return {
    chosen: asRanked(chosen),
    tie: tie?.map((index) => className(classifier, index)),
    saturated,
    labels:
      classifier.scores.labels && givesProbabilities(classifier)
        ? { above: probabilities.filter((p) => p > 0.5).length, classes: probabilities.length }
        : undefined,
    ranked: ranking(prediction).slice(0, rankedClasses).map(asRanked),
    explained: explainedOutput(classifier),
  };
}

function explainedOutput({ scores }: Classifier): ExplainedOutput {
  const { before, members } = scores;
  if (before) return { kind: 'score', before, members };
  return { kind: scores.probabilities ? 'probability' : 'output' };
}

function attributionMap(classifier: Classifier, map: CheckedMap): AttributionMap | undefined {
  const { channels } = classifier.input;
  const cells = cellMap(map, classifier.input);
  if (!cells) return undefined;
  const { height, width, values } = cells;
  const notes = [...(map.layer === undefined ? [] : [layerWords(map.layer, map.values.dims)]), ...(map.notes ?? [])];
  return {
    method: map.method.id,
    title: map.method.title,
    about: map.method.about,
    target: targetWords(classifier, map.target),
    rival: typeof map.target === 'number' ? undefined : className(classifier, map.target.against),
    width,
    height,
    values,
    unit: map.method.unit,
    scale: mapScale(values),
    summedChannels: channels > 1 && map.layer === undefined ? channels : undefined,
    notes: notes.length > 0 ? notes : undefined,
    unchecked: map.checks ? undefined : (map.unchecked ?? 'It was not put to a test.'),
    figures: figuresOf(map, { percent, signed }),
  };
}

function layerWords(layer: string, [, channels = 1]: readonly number[]): string {
  return `Of the layer ${layer}${channels > 1 ? `, its ${channels} channels added up` : ''}.`;
}
