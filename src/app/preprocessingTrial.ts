import type { PreprocessingName } from '../language/english/assumptions.ts';
import { type Classifier, className, givesProbabilities, probabilityIfLogits } from '../model/classifier.ts';
import { type InputDescription, isDefault, type SettingSources } from '../model/inputDescription.ts';
import { trainingKey } from '../model/metadata.ts';
import { toInput, toPixels } from '../model/pixels.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';

/*
 * Nothing in an ONNX file says how pixels become model input. Where nobody else says it either, the usual ways are tried on the image
 * at hand: whoever reads the explanation of a decision must know whether the decision hangs on that assumption.
 */

/** What of the way from pixels to model input may be said, and where nobody does, is assumed. */
const settings = ['order', 'scale', 'mean', 'std'] as const;
export type AssumedSetting = (typeof settings)[number];

/** value = (pixel * scale - mean) / std; colours are red, green, blue. */
interface Normalisation extends Pick<InputDescription, 'scale' | 'mean' | 'std'> {
  readonly name: PreprocessingName;
  /** The one order that it is used with. */
  readonly only?: InputDescription['order'];
}

const ofColour: readonly Normalisation[] = [
  { name: '0..1', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
  { name: 'mean and std of ImageNet', scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { name: '-1..1', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  { name: '0..255', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  { name: '0..255 less the mean of ImageNet', scale: 1, mean: [123, 117, 104], std: [1, 1, 1], only: 'BGR' },
];

const ofGrey: readonly Normalisation[] = [
  { name: '0..1', scale: 1 / 255, mean: [0], std: [1] },
  { name: 'mean and std of MNIST', scale: 1 / 255, mean: [0.1307], std: [0.3081] },
  { name: '-1..1', scale: 1 / 255, mean: [0.5], std: [0.5] },
  { name: '0..255', scale: 1, mean: [0], std: [1] },
];

/** What the model decides where pixels become input in one way. */
export interface TriedPreprocessing extends Pick<InputDescription, 'scale' | 'mean' | 'std'> {
  readonly name: PreprocessingName;
  /** Absent where the model takes grey. `mean` and `std` are in this order. */
  readonly order?: InputDescription['order'];
  /** The way that the explanation was made with. */
  readonly isUsed: boolean;
  readonly decides: number;
  readonly label: string;
  readonly score: number;
  /** Absent where the model is not known to give probabilities; then, where its scores may be logits, the next. */
  readonly probability?: number;
  readonly probabilityIfLogits?: number;
}

/** The usual ways tried on one image. */
export interface PreprocessingTrial {
  /** The way that was used first, then the surest decisions first. */
  readonly tried: readonly TriedPreprocessing[];
  /** Whether they decide for different classes. */
  readonly isDecisive: boolean;
}

/** Which settings nobody gave: no flag, no description, no integer input; empty for signals and tables, which are taken as they are. */
export function assumedSettings(
  input: InputDescription,
  sources: Pick<SettingSources, AssumedSetting>,
): readonly AssumedSetting[] {
  if (input.numbers) return [];
  return settings.filter((name) => isDefault(sources[name]) && (name !== 'order' || input.channels > 1));
}

/**
 * Tries the usual ways on one image, nine of colour or four of grey, in as many runs of the model. Undefined where somebody said a
 * scale, mean or std, where the model decides between no classes, and for a model that konkyo trained, whose pixels are 0 to 1.
 * @param image [1, ...] model input that was made of pixels 0..255 as the classifier describes it.
 */
export async function tryPreprocessing(
  classifier: Classifier,
  image: Tensor<'float32'>,
): Promise<PreprocessingTrial | undefined> {
  const { input, inputSources, scores, model } = classifier;
  const assumed = assumedSettings(input, inputSources);
  const isOpen = (['scale', 'mean', 'std'] as const).every((name) => assumed.includes(name));
  if (!isOpen || scores.tolerance !== undefined || model.metadata.has(trainingKey)) return undefined;
  const picture = toPixels(image.data, input);
  const ways = usualWays(input, assumed.includes('order'));
  const rows = ways.map(({ scale, mean, std, order = input.order }) =>
    toInput(picture, { ...input, scale, mean, std, order }),
  );
  const predictions = await classifier.predict(concatRows(rows));
  const tried = ways.flatMap((way, i): TriedPreprocessing[] => {
    const prediction = predictions[i];
    if (!prediction) return [];
    const { chosen } = prediction;
    return [
      {
        ...way,
        decides: chosen,
        label: className(classifier, chosen),
        score: prediction.scores[chosen] ?? Number.NaN,
        probability: givesProbabilities(classifier) ? prediction.probabilities[chosen] : undefined,
        probabilityIfLogits: probabilityIfLogits(classifier, prediction, chosen),
      },
    ];
  });
  return {
    tried: tried.toSorted((a, b) => Number(b.isUsed) - Number(a.isUsed) || surenessOf(b) - surenessOf(a)),
    isDecisive: new Set(tried.map(({ decides }) => decides)).size > 1,
  };
}

/** The trials of those images that came as pixels. */
export async function preprocessingTrials(
  classifier: Classifier,
  images: readonly Pick<NamedImage, 'image' | 'isOfPixels'>[],
): Promise<readonly (PreprocessingTrial | undefined)[]> {
  const trials: (PreprocessingTrial | undefined)[] = [];
  for (const { image, isOfPixels } of images) trials.push(isOfPixels && (await tryPreprocessing(classifier, image)));
  return trials;
}

function surenessOf({ probability, probabilityIfLogits: assumed, score }: TriedPreprocessing): number {
  return probability ?? assumed ?? score;
}

type Way = Pick<TriedPreprocessing, 'name' | 'order' | 'scale' | 'mean' | 'std' | 'isUsed'>;

function usualWays(input: InputDescription, isOrderOpen: boolean): readonly Way[] {
  const isGrey = input.channels === 1;
  const usual: readonly Normalisation[] = isGrey ? ofGrey : ofColour;
  const orders = isOrderOpen ? (['RGB', 'BGR'] as const) : [input.order];
  return usual.flatMap(({ name, scale, only, ...rgb }) =>
    orders.flatMap((order): Way[] => {
      if (!isGrey && isOrderOpen && only && only !== order) return [];
      const [mean, std] = [rgb.mean, rgb.std].map((values) => (order === 'BGR' ? values.toReversed() : values));
      if (!mean || !std) return [];
      const isUsed =
        scale === input.scale && `${mean}` === `${input.mean}` && `${std}` === `${input.std}` && order === input.order;
      return [{ name, order: isGrey ? undefined : order, scale, mean, std, isUsed }];
    }),
  );
}
