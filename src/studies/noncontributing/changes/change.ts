import type { InputDescription } from '../../../model/inputDescription.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import type { Random } from '../../../random/random.ts';

/**
 * How all pixels of an image are changed at once, within their amplitudes: each by a random number of its own, as in the paper; in
 * blocks that change together; as blurring would; as content of other images would; or by two of these in different places.
 */
export type ChangeKind = 'independent' | 'blocks' | 'blur' | 'pasted' | 'mixed';

/** The kinds that are not the paper's. */
export type StructuredKind = Exclude<ChangeKind, 'independent'>;

export const structuredKinds: readonly StructuredKind[] = ['blocks', 'blur', 'pasted', 'mixed'];

/** All kinds. */
export const changeKinds: readonly ChangeKind[] = ['independent', ...structuredKinds];

/** What a change is made of. */
export interface ChangedImage {
  readonly input: InputDescription;
  /** Model input, one image. */
  readonly image: Float32Array;
  /** Images whose content is pasted, model input; the image itself mirrored and shifted where there are none. */
  readonly others: readonly Float32Array[];
}

/** @param others [m, ...]; the image itself among them is left out, for pasting it would change nothing. */
export function changedImage(
  input: InputDescription,
  { data }: Tensor<'float32'>,
  others: Tensor<'float32'> | undefined,
): ChangedImage {
  const [count = 0] = others?.dims ?? [];
  const images = Array.from({ length: count }, (_, i) => others?.data.subarray(i * data.length, (i + 1) * data.length));
  return {
    input,
    image: data,
    others: images.flatMap((other) => (other?.some((value, i) => value !== data[i]) ? [other] : [])),
  };
}

/**
 * One change: fills `u`, from -1 to 1 for each element of the image, so that x' = x + u radius.
 * @param radius how far each element may go, model input; 0 or more.
 */
export type DrawChange = (u: Float32Array, radius: Float32Array) => void;

/** A kind of change of one image, whose randomness comes from `source`. */
export type ChangeMaker = (changed: ChangedImage, source: Random) => DrawChange;
