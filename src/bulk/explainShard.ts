import { type Explanation, explain } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import type { Check } from '../faithfulness/check.ts';
import { checkMaps } from '../faithfulness/checkMaps.ts';
import { type CheckedExplanation, numbersOf } from '../faithfulness/checks.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import { noiseImages, toPixels } from '../model/pixels.ts';
import { concatRows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { Picture } from '../pictures/picture.ts';
import { resizeImage } from '../pictures/resizeImage.ts';
import { type BulkImage, hexBytes } from './bulkImages.ts';
import { type ArrayData, emptyData, type StoreArray, type StoreForm } from './storeArrays.ts';

/** What is explained of every image, and by what. */
export interface BulkTask {
  readonly classifier: Classifier;
  /** Compiled for it: see `keptMethods`. */
  readonly methods: readonly Method[];
  readonly target: BulkTarget;
  readonly checks: readonly Check[];
  readonly seed: number;
}

/** The class that the model decides for, the one that came with the image, or one for all. */
export type BulkTarget = 'predicted' | 'label' | number;

/** Small pictures have at most so many pixels to a side. */
const longestSide = 64;

/**
 * What the arrays of a store will look like: read off one image of noise, the same for every process, by which the explainers also
 * settle how far their graphs are optimised, whichever shard they come to first.
 */
export async function storeForm(task: BulkTask): Promise<StoreForm> {
  const { classifier, methods } = task;
  const { height, width, channels, layout } = classifier.input;
  const input = noiseImages(classifier.input, 1);
  const [found] = await explained({ ...task, target: 'predicted' }, [
    { name: 'noise', label: undefined, sha256: undefined, input, problem: undefined },
  ]);
  const factor = Math.min(1, longestSide / Math.max(height, width));
  return {
    layout,
    scores: classifier.scores.width,
    picture: [
      Math.max(1, Math.round(height * factor)),
      Math.max(1, Math.round(width * factor)),
      channels === 1 ? 1 : 3,
    ],
    maps: methods.flatMap(({ id, title, unit }) => {
      const map = found?.explanation.maps.find(({ method }) => method.id === id);
      if (!map) return [];
      return [
        { id, title, unit, dims: map.values.dims.slice(1), layer: map.layer, figures: Object.keys(numbersOf(map)) },
      ];
    }),
  };
}

/** The data of every array of a store for some images, by its path. */
export async function explainShard(
  task: BulkTask,
  images: readonly BulkImage[],
  { arrays, form }: { readonly arrays: readonly StoreArray[]; readonly form: StoreForm },
): Promise<ReadonlyMap<string, ArrayData>> {
  const data = new Map(arrays.map((array) => [array.path, emptyData(array, images.length)]));
  const put = (path: string, image: number, values: ArrayLike<number> | string) => {
    const array = data.get(path);
    if (Array.isArray(array)) array[image] = String(values);
    else if (typeof values !== 'string') array?.set(values, image * values.length);
  };
  for (const [i, { name, label, sha256, input, problem }] of images.entries()) {
    put('name', i, name);
    put('sha256', i, hexBytes(sha256));
    if (label !== undefined) put('label', i, [label]);
    if (input) put('picture', i, smallPicture(input, task.classifier, form).data);
    if (problem !== undefined) put('problem', i, problem);
  }
  const problems = new Map<number, string[]>();
  const found = await explained(task, images, (place, reason) =>
    problems.set(place, [...(problems.get(place) ?? []), reason]),
  );
  for (const { place, explanation } of found) {
    const { prediction, target, maps } = explanation;
    put('scores', place, prediction.scores);
    put('predicted', place, [prediction.chosen]);
    if (typeof target === 'number') put('target', place, [target]);
    for (const map of maps) {
      put(`maps/${map.method.id}`, place, map.values.data);
      for (const [name, value = Number.NaN] of Object.entries(numbersOf(map))) {
        put(`checks/${map.method.id}/${name}`, place, [value]);
      }
    }
  }
  for (const [place, reasons] of problems) put('problem', place, reasons.join(' '));
  return data;
}

interface Found {
  /** Which of the images it is of. */
  readonly place: number;
  readonly explanation: CheckedExplanation;
}

/** @param tell of an image of which something cannot be explained. */
async function explained(
  { classifier, methods, target, checks, seed }: BulkTask,
  images: readonly BulkImage[],
  tell: (place: number, reason: string) => void = () => {},
): Promise<readonly Found[]> {
  const usable = images.flatMap(({ input, label }, place) => {
    const isNamed = target !== 'label' || label !== undefined;
    if (input && !isNamed) tell(place, 'It has no label, and the maps were to be of the label.');
    return input && isNamed ? [{ input, place, label }] : [];
  });
  if (usable.length === 0) return [];
  const placeOf = (i: number) => usable[i]?.place ?? 0;
  const explanations: readonly Explanation[] = await explain(
    classifier,
    concatRows(usable.map(({ input }) => input)),
    methods,
    {
      target: ({ chosen }: Prediction, i) =>
        target === 'predicted' ? chosen : target === 'label' ? (usable[i]?.label ?? chosen) : target,
      onRefused(method, error, image) {
        // What fails for all of them is no fault of an image.
        if (image === undefined) throw error;
        tell(placeOf(image), `${method.title}: ${error.message}`);
      },
      onImageLeftOut: (image, { message }) => tell(placeOf(image), message),
    },
  );
  const inputs = explanations.flatMap(({ image }) => usable[image]?.input ?? []);
  const checked: readonly CheckedExplanation[] =
    checks.length === 0 ? explanations : await checkMaps(classifier, inputs, explanations, { checks, seed });
  return checked.map((explanation) => ({ place: placeOf(explanation.image), explanation }));
}

function smallPicture(
  input: Tensor<'float32'>,
  { input: described }: BulkTask['classifier'],
  { picture }: StoreForm,
): Picture {
  const [height = 1, width = 1] = picture;
  const seen = toPixels(input.data, described);
  if (seen.data.length !== sizeOf([described.height, described.width, picture[2] ?? 1])) {
    throw new RangeError(`A picture of ${seen.channels} channels does not fit.`);
  }
  return resizeImage(seen, { height, width });
}
