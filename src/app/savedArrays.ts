import type { Explanation, MethodMap } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import type { NpyArray, NpyText } from '../datasets/npyTypes.ts';
import { writeNpz } from '../datasets/npz.ts';
import { className } from '../model/classifier.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import { targetWords } from '../model/target.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import type { ExplainedImages } from './explained.ts';
import { explainedOf, mapArrays, savedDims } from './explainSummary.ts';

/** An image and its maps, as `--save` writes them: with what has to be known to use them without the page. */
export interface SavedImage {
  readonly name: string;
  /** Model input, [1, ...]. */
  readonly image: Tensor<'float32'>;
  /** What the model decided. */
  readonly predicted: string;
  /** What the maps are of. */
  readonly target: string;
  /** What the map is of that says why it and not the second; empty where there is none. */
  readonly ratherThan: string;
  readonly scores: ArrayLike<number>;
  readonly explanation: Explanation;
}

/** What of some images is saved. */
export function savedImages(found: ExplainedImages): readonly SavedImage[] {
  return found.images.map((one) => {
    const { image, classifier, explanation } = one;
    const explained = explainedOf(found, one);
    const [contrast] = contrastsOf(explanation);
    return {
      name: image.name,
      image: image.image,
      predicted: className(classifier, explanation.prediction.chosen),
      target: targetWords(explained, explanation.target),
      ratherThan: contrast ? targetWords(explained, contrast.target) : '',
      scores: explanation.prediction.scores,
      explanation,
    };
  });
}

/** The maps that come after the first of their method. */
function contrastsOf({ maps }: Explanation): readonly MethodMap[] {
  return maps.filter(({ method }, i) => maps.findIndex((one) => one.method.id === method.id) !== i);
}

interface SavedFrom {
  readonly methods: readonly Method[];
  readonly input: InputDescription;
}

/**
 * An npz archive, a row an image: the maps under the id of their method, the maps of "rather than" under `METHOD/rather-than`;
 * `images`, model input; `names`, `predicted`, `targets` and `rather_than` (text); `scores` [n, classes]. What an image does not
 * have is NaN.
 */
export function savedArchive(images: readonly SavedImage[], { methods, input }: SavedFrom): Uint8Array {
  const text = (of: (image: SavedImage) => string): NpyText => ({
    type: 'text',
    dims: [images.length],
    data: images.map(of),
  });
  const all: Map<string, NpyArray | NpyText> = new Map(
    mapArrays(
      methods,
      images.map(({ explanation }) => explanation),
      input,
    ),
  );
  const seconds = images.map(({ explanation }) => ({ ...explanation, maps: contrastsOf(explanation) }));
  const contrasted = methods.filter(({ id }) =>
    seconds.some(({ maps }) => maps.some(({ method }) => method.id === id)),
  );
  for (const [id, array] of mapArrays(contrasted, seconds, input)) all.set(`${id}/rather-than`, array);
  if (images.length > 0) {
    const { dims, data } = concatRows(images.map(({ image }) => image));
    all.set('images', { type: 'float32', dims: savedDims(dims, input), data });
  }
  all.set(
    'names',
    text(({ name }) => name),
  );
  all.set(
    'predicted',
    text(({ predicted }) => predicted),
  );
  all.set(
    'targets',
    text(({ target }) => target),
  );
  if (contrasted.length > 0)
    all.set(
      'rather_than',
      text(({ ratherThan }) => ratherThan),
    );
  all.set('scores', scoresOf(images));
  return writeNpz(all);
}

/** A row an image; where images have scores of their own each, shorter rows end in NaN. */
function scoresOf(images: readonly SavedImage[]): NpyArray {
  const width = images.reduce((longest, { scores }) => Math.max(longest, scores.length), 0);
  const data = new Float32Array(images.length * width).fill(Number.NaN);
  for (const [i, { scores }] of images.entries()) data.set(Array.from(scores), i * width);
  return { type: 'float32', dims: [images.length, width], data };
}
