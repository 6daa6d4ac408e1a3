import type { ValueInfo } from '../onnx/graph.ts';
import { InputDescriptionError, UnsuitableModelError } from './errors.ts';
import { type InputSettings, showDims } from './inputDescription.ts';
import { smallestSquare } from './inputKind.ts';

type Dim = number | string | undefined;

/** How the elements of an input with fewer than four dimensions are an image's pixels. */
interface PixelArrangement {
  /** The same elements with four dimensions, the batch first. */
  readonly dims: readonly [Dim, Dim, Dim, Dim];
  /** Which dimensions were taken for rows, columns and channels: a sentence for the report. */
  readonly note: string;
}

const isChannels = (dim: Dim): dim is 1 | 3 => dim === 1 || dim === 3;
const isKnown = (dim: Dim): dim is number => typeof dim === 'number' && dim > 0;

/**
 * The image that an input of one to three dimensions holds: rows and columns of one channel [n, h, w], or pixels in a row
 * [n, features], also beside the channels [n, c, h w] or [n, h w, c].
 * @param batchless whether the input is one image, with no batch dimension: [features], [c, h, w], [h, w, c] or [h, w].
 * @throws UnsuitableModelError where the features are no image that could be guessed, and no size is given.
 * @throws InputDescriptionError where the size given is another, or the layout of colours is not given.
 */
export function arrangePixels(input: ValueInfo, settings: InputSettings, batchless: boolean): PixelArrangement {
  const declared = input.dims ?? [];
  const [batch, ...image]: readonly Dim[] = batchless ? [1, ...declared] : declared;
  const [first, second, third] = image;
  const shown = `The model takes ${input.type}[${showDims(declared)}]`;
  if (image.length === 3) {
    return { dims: [batch, first, second, third], note: `${shown}, one image without a batch dimension.` };
  }
  if (image.length === 2 && !isChannels(first) && !isChannels(second)) {
    return {
      dims: settings.layout === 'NHWC' ? [batch, first, second, 1] : [batch, 1, first, second],
      note: `${shown}; it was explained as an image of one channel${batchless ? '' : ' for each in the batch'}.`,
    };
  }
  return arrangeRow(input, batch, image, settings);
}

/** Pixels in a row: [features], or [c, h w] or [h w, c]. */
function arrangeRow(input: ValueInfo, batch: Dim, image: readonly Dim[], settings: InputSettings): PixelArrangement {
  const features = image.every(isKnown) ? image.reduce((product, dim) => product * dim, 1) : undefined;
  const { height, width, channels, guessed } = sizeOfRow(input, features, image, settings);
  const layout = image.length === 2 ? (isChannels(image[0]) ? 'NCHW' : 'NHWC') : settings.layout;
  if (layout === undefined && channels === 3) {
    throw new InputDescriptionError(
      `The input "${input.name}" is ${features} numbers an image, three for each of ${height} x ${width} pixels. Say how they lie: --layout NCHW for one colour after the other, --layout NHWC for the three of each pixel together.`,
    );
  }
  const taken = `The model takes ${features ?? height * width} numbers an image; they were taken for ${height} x ${width} pixels of ${channels} channel${channels === 1 ? '' : 's'}, row by row`;
  return {
    dims: layout === 'NHWC' ? [batch, height, width, channels] : [batch, channels, height, width],
    note: guessed ? `${taken}: an assumption. If it is wrong, give the size with --size HEIGHTxWIDTH.` : `${taken}.`,
  };
}

interface RowSize {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly guessed: boolean;
}

function sizeOfRow(
  input: ValueInfo,
  features: number | undefined,
  image: readonly Dim[],
  settings: InputSettings,
): RowSize {
  const known = image.length === 2 ? image.find(isChannels) : undefined;
  const possible = known === undefined ? ([1, 3] as const) : [known];
  if (settings.size !== undefined) {
    const [height, width] = typeof settings.size === 'number' ? [settings.size, settings.size] : settings.size;
    const counts = possible.map((channels) => ({ channels, count: channels * height * width }));
    const found = features === undefined ? counts[0] : counts.find(({ count }) => count === features);
    if (found) return { height, width, channels: found.channels, guessed: false };
    throw new InputDescriptionError(
      `The input "${input.name}" is ${input.type}[${showDims(input.dims ?? [])}], ${features} numbers an image, but the size given has ${counts.map(({ channels, count }) => `${count} with ${channels} channel${channels === 1 ? '' : 's'}`).join(', ')}.`,
    );
  }
  for (const channels of possible) {
    const side = Math.sqrt((features ?? 0) / channels);
    if (Number.isInteger(side) && side >= smallestSquare) return { height: side, width: side, channels, guessed: true };
  }
  throw new UnsuitableModelError(
    `The model has no image input: ${input.name}: ${input.type}[${showDims(input.dims ?? [])}] is a list of numbers. If they are the pixels of an image, give its size: --size HEIGHTxWIDTH, or "size" in MODEL.konkyo.json. If they are a table or a signal, say --kind table or --kind signal.`,
  );
}
