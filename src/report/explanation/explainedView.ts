import { isEvidence } from '../../attribution/method.ts';
import { type CheckedExplanation, type CheckedMap, figuresOf } from '../../faithfulness/checks.ts';
import { type CellMap, cellMap } from '../../faithfulness/pixelMap.ts';
import { type Words, wordsIn } from '../../language/words.ts';
import { type Classifier, className, givesProbabilities, probabilityIfLogits } from '../../model/classifier.ts';
import { type Prediction, ranking } from '../../model/decision.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { toPixels } from '../../model/pixels.ts';
import type { Target } from '../../model/target.ts';
import type { TaskDecision } from '../../model/task/decision.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Picture } from '../../pictures/picture.ts';
import type { Superpixels } from '../../pictures/superpixels.ts';
import { mapScale } from '../drawing/mapReading.ts';
import { boxesView } from './boxesView.ts';
import { hiddenView, type ImageHiding } from './hiddenView.ts';
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
  /** SHA-256 of its file, hexadecimal. */
  readonly sha256?: string;
  /** The size of the picture before it was brought to the model's, in pixels; by default the model's. */
  readonly size?: { readonly height: number; readonly width: number };
  /** Its values were made of pixels 0..255 as the model is described, not taken as they are. */
  readonly isOfPixels?: true;
}

/** How many of the best classes a report names. */
const rankedClasses = 5;

/** What differs from the decision of a classifier that is explained itself, and what else was found out. */
interface Otherwise {
  /** The classifier whose scores the maps explain, where that is not the one that decided: a layer's units. */
  readonly of?: Classifier;
  /** What the whole model decided, where that is not a class. */
  readonly decided?: TaskDecision;
  /** What the maps explain, in a sentence. */
  readonly explained?: string;
  /** The maps that are shown, in this order, each with others that show the same; by default all, in their own order. */
  readonly maps?: readonly ShownMap[];
  /** Which image it is, see `ExplainedImage`. */
  readonly hash?: ExplainedImage['hash'];
  /** Patches of the image, where it is a photograph. */
  readonly patches?: Superpixels;
  /** What becomes of the decision without what a map puts first. */
  readonly hidden?: ImageHiding;
  /** English by default. */
  readonly words?: Words;
}

/** A map, and others that show the same, which are named with it. */
interface ShownMap {
  readonly map: CheckedMap;
  readonly also: readonly CheckedMap[];
}

/** The maps that are evidence for a target. */
export function evidenceOf({ maps }: CheckedExplanation): readonly ShownMap[] {
  return maps.filter(({ method }) => isEvidence(method)).map((map) => ({ map, also: [] }));
}

/** What the report shows of one explained image. Maps of a layer without positions are left out: they are no pictures. */
export function explainedImage(
  classifier: Classifier,
  named: NamedImage,
  explanation: CheckedExplanation,
  position: number,
  {
    of = classifier,
    decided,
    explained,
    patches,
    hidden,
    hash,
    maps = evidenceOf(explanation),
    words = wordsIn('en'),
  }: Otherwise = {},
): ExplainedImage {
  const { name, image, truth, features } = named;
  const numbers = numbersView(image.data, classifier.input, features);
  const picture = numbers ? standIn(classifier.input) : toPixels(image.data, classifier.input);
  const drawn = maps.flatMap(({ map, also }) => {
    const view = attributionMap(of, map, also, words, cellsOf(numbers));
    return view ? [{ map, view }] : [];
  });
  const hiddenMap = drawn.findIndex(({ map }) => map === hidden?.map);
  return {
    id: `${position + 1}-${name}`,
    ...{ name, picture, numbers, patches, hash },
    boxes: decided?.kind === 'detection' ? boxesView(decided, words) : undefined,
    // An image's class says nothing of a value, a region, a box or a single label.
    truth:
      truth === undefined || (decided && !(decided.kind === 'labels' && classifier.scores.labels))
        ? undefined
        : className(classifier, truth),
    decision: {
      ...decisionOf(classifier, explanation.prediction),
      explainedWords: explained,
      task: decided && taskView(decided, picture, targetText(of, explanation.target, words), words),
    },
    maps: drawn.map(({ view }) => view),
    hidden: hidden && hiddenView(classifier, hidden, hiddenMap, words),
  };
}

function targetText(classifier: Classifier, target: Target, { decision }: Words): string {
  if (typeof target === 'number') return className(classifier, target);
  return decision.rather(className(classifier, target.for), className(classifier, target.against));
}

/** A picture of the size that maps of a signal or a table have. */
function standIn({ numbers, width, channels }: InputDescription): Picture {
  const height = numbers?.kind === 'signal' ? channels : 1;
  return { height, width, channels: 1, data: new Uint8Array(height * width) };
}

function decisionOf(classifier: Classifier, prediction: Prediction): Decision {
  const { scores, probabilities, chosen, tie, saturated } = prediction;
  const isLikely = givesProbabilities(classifier);
  const asRanked = (index: number): RankedClass => ({
    index,
    label: className(classifier, index),
    score: scores[index] ?? Number.NaN,
    probability: isLikely ? (probabilities[index] ?? Number.NaN) : probabilityIfLogits(classifier, prediction, index),
  });
  return {
    chosen: asRanked(chosen),
    isIfLogits: !isLikely && probabilityIfLogits(classifier, prediction, chosen) !== undefined ? true : undefined,
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

function attributionMap(
  classifier: Classifier,
  map: CheckedMap,
  also: readonly CheckedMap[],
  words: Words,
  cells?: MapCells,
): AttributionMap | undefined {
  const { channels } = classifier.input;
  const found =
    cells && map.layer === undefined ? numberMap(map.values.data, classifier.input) : cellMap(map, classifier.input);
  if (!found) return undefined;
  const { height, width, values } = found;
  const [, layerChannels = 1] = map.values.dims;
  const { described } = words.methods;
  const layer = map.layer === undefined ? [] : [words.maps.layer(map.layer, layerChannels)];
  const notes = [...layer, ...(map.notes ?? [])];
  const { title, about, unit } = described(map.method.id, map.method);
  return {
    method: map.method.id,
    ...{ title, about, unit },
    target: targetText(classifier, map.target, words),
    rival: typeof map.target === 'number' ? undefined : className(classifier, map.target.against),
    width,
    height,
    values,
    scale: mapScale(values),
    cells,
    summedChannels: !cells && channels > 1 && map.layer === undefined ? channels : undefined,
    notes: notes.length > 0 ? notes : undefined,
    unchecked: map.checks ? undefined : (map.unchecked ?? words.checks.untested),
    figures: figuresOf(map, words),
    also: also.length > 0 ? also.map(({ method }) => described(method.id, method).title) : undefined,
  };
}

/** A row for each channel of a signal: each has evidence of its own. */
function numberMap(data: Float32Array, input: InputDescription): CellMap {
  return { height: input.channels, width: input.width, values: channelRows(data, input) };
}
