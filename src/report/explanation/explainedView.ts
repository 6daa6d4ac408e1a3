import type { Completeness } from '../../attribution/method.ts';
import type { CheckedExplanation, CheckedMap } from '../../faithfulness/checkMaps.ts';
import { cellMap } from '../../faithfulness/pixelMap.ts';
import { type Classifier, className, givesProbabilities, type Prediction } from '../../model/classifier.ts';
import { toPixels } from '../../model/pixels.ts';
import type { Target } from '../../model/target.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { mapScale } from '../drawing/mapReading.ts';
import { percent, signed } from '../page/number.ts';
import { checkFigures } from './checkFigures.ts';
import { conservationFigure } from './conservationFigure.ts';
import type { AttributionMap, Decision, ExplainedImage, ExplainedOutput, Figure, RankedClass } from './view.ts';

/** An image to explain. */
export interface NamedImage {
  /** What the user calls it: a file name, or `digits:7`. */
  readonly name: string;
  /** Model input, [1, ...]. */
  readonly image: Tensor<'float32'>;
  /** The class that came with it. */
  readonly truth?: number;
}

/** How many of the best classes a report names. */
const rankedClasses = 5;

/**
 * What the report shows of one explained image. Maps of a layer without positions are left out: they are no pictures.
 * @param of the classifier whose scores the maps explain, where that is not the one that decided: a layer's units.
 */
export function explainedImage(
  classifier: Classifier,
  named: NamedImage,
  explanation: CheckedExplanation,
  position: number,
  of: Classifier = classifier,
): ExplainedImage {
  const { name, image, truth } = named;
  return {
    id: `${position + 1}-${name}`,
    name,
    picture: toPixels(image.data, classifier.input),
    truth: truth === undefined ? undefined : className(classifier, truth),
    decision: decisionOf(classifier, explanation.prediction),
    maps: explanation.maps.flatMap((map) => (map.freedom ? [] : (attributionMap(of, map) ?? []))),
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
  const order = scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return {
    chosen: asRanked(chosen),
    tie: tie?.map((index) => className(classifier, index)),
    saturated,
    labels:
      classifier.scores.labels && givesProbabilities(classifier)
        ? { above: probabilities.filter((p) => p > 0.5).length, classes: probabilities.length }
        : undefined,
    ranked: order.slice(0, rankedClasses).map(asRanked),
    explained: explained(classifier),
  };
}

function explained({ scores }: Classifier): ExplainedOutput {
  const { before, members } = scores;
  if (before) return { kind: 'score', before, members };
  return { kind: scores.probabilities ? 'probability' : 'output' };
}

/** A target in words: `7`, or `7 rather than 9`. */
export function targetWords(classifier: Classifier, target: Target): string {
  if (typeof target === 'number') return className(classifier, target);
  return `${className(classifier, target.for)} rather than ${className(classifier, target.against)}`;
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
    figures: [
      ...(map.completeness ? [completenessFigure(map.completeness, map.values.data)] : []),
      ...(map.relevanceByLayer ? [conservationFigure(map.values.data, map.score, map.relevanceByLayer)] : []),
      ...(map.checks ? checkFigures(map.checks) : []),
    ],
  };
}

function layerWords(layer: string, [, channels = 1]: readonly number[]): string {
  return `Of the layer ${layer}${channels > 1 ? `, its ${channels} channels added up` : ''}.`;
}

/**
 * Under 1% the parts account for the whole; over 10% a tenth of the score is unexplained. Where the whole is 0, what is left
 * over is compared with the sum of the parts' sizes; nothing is judged of a map without parts, or without numbers.
 */
function completenessFigure({ sum, expected, gap }: Completeness, values: Float32Array): Figure {
  const sizes = values.reduce((total, value) => total + Math.abs(value), 0);
  const sums = `sum ${signed(sum)}, score difference ${signed(expected)}`;
  const judged = gap ?? Math.abs(sum) / sizes;
  const nothing = sizes === 0 && expected === 0;
  return {
    label: 'Completeness gap',
    value: nothing ? `nothing to add up (${sums})` : gap === undefined ? sums : `${percent(gap)} (${sums})`,
    ...(nothing ? { short: 'nothing to add up' } : gap === undefined ? {} : { short: percent(gap) }),
    verdict: !Number.isFinite(judged) ? 'neutral' : judged < 0.01 ? 'good' : judged < 0.1 ? 'fair' : 'poor',
    meaning:
      'The map should sum to the difference between the score of this image and that of what it is compared with (an empty image, or the mean of many); the gap is what is missing. More steps or samples make it smaller.',
  };
}
