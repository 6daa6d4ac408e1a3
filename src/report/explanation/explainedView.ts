import { isEvidence } from '../../attribution/method.ts';
import { type CheckedExplanation, type CheckedMap, figuresOf } from '../../faithfulness/checks.ts';
import { type CellMap, cellMap } from '../../faithfulness/pixelMap.ts';
import { type Classifier, className, givesProbabilities } from '../../model/classifier.ts';
import { type Prediction, ranking } from '../../model/decision.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { toPixels } from '../../model/pixels.ts';
import { targetWords } from '../../model/target.ts';
import type { TaskDecision } from '../../model/task/decision.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Picture } from '../../pictures/picture.ts';
import { mapScale } from '../drawing/mapReading.ts';
import { percent, signed } from '../page/number.ts';
import { boxesView } from './boxesView.ts';
import { cellsOf, channelRows, type MapCells, numbersView } from './numbersView.ts';
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
  /** What its file calls the features of a table, or the channels of a signal. */
  readonly features?: readonly string[];
  /** The size of the picture before it was brought to the model's, in pixels; by default the model's. */
  readonly size?: { readonly height: number; readonly width: number };
  /** Its values were made of pixels 0..255 as the model is described, not taken as they are. */
  readonly isOfPixels?: true;
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
  const { name, image, truth, features } = named;
  const numbers = numbersView(image.data, classifier.input, features);
  const picture = numbers ? standIn(classifier.input) : toPixels(image.data, classifier.input);
  return {
    id: `${position + 1}-${name}`,
    name,
    picture,
    numbers,
    boxes: decided?.kind === 'detection' ? boxesView(decided) : undefined,
    // An image's class says nothing of a value, a region, a box or a single label.
    truth:
      truth === undefined || (decided && !(decided.kind === 'labels' && classifier.scores.labels))
        ? undefined
        : className(classifier, truth),
    decision: {
      ...decisionOf(classifier, explanation.prediction),
      explainedWords: explained,
      task: decided && taskView(decided, picture, targetWords(of, explanation.target)),
    },
    maps: explanation.maps
      .filter(({ method }) => isEvidence(method))
      .flatMap((map) => attributionMap(of, map, cellsOf(numbers)) ?? []),
  };
}

/** A picture of the size that maps of a signal or a table have. */
function standIn({ numbers, width, channels }: InputDescription): Picture {
  const height = numbers?.kind === 'signal' ? channels : 1;
  return { height, width, channels: 1, data: new Uint8Array(height * width) };
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

function attributionMap(classifier: Classifier, map: CheckedMap, cells?: MapCells): AttributionMap | undefined {
  const { channels } = classifier.input;
  const found =
    cells && map.layer === undefined ? numberMap(map.values.data, classifier.input) : cellMap(map, classifier.input);
  if (!found) return undefined;
  const { height, width, values } = found;
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
    cells,
    summedChannels: !cells && channels > 1 && map.layer === undefined ? channels : undefined,
    notes: notes.length > 0 ? notes : undefined,
    unchecked: map.checks ? undefined : (map.unchecked ?? 'It was not put to a test.'),
    figures: figuresOf(map, { percent, signed }),
  };
}

/** A row for each channel of a signal: each has evidence of its own. */
function numberMap(data: Float32Array, input: InputDescription): CellMap {
  return { height: input.channels, width: input.width, values: channelRows(data, input) };
}

function layerWords(layer: string, [, channels = 1]: readonly number[]): string {
  return `Of the layer ${layer}${channels > 1 ? `, its ${channels} channels added up` : ''}.`;
}
