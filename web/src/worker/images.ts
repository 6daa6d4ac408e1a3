import { type InputDescription, type NamedImage, openImages, type Picture, toFittedInput } from 'konkyo';
import type { NamedBytes } from './protocol.ts';

/** An image of a file or of pixels, as the model takes it. */
export async function openImage(
  given: NamedBytes | { readonly name: string; readonly picture: Picture },
  input: InputDescription,
): Promise<readonly NamedImage[]> {
  if ('picture' in given) {
    const { name, picture } = given;
    return [{ name, image: toFittedInput(picture, input), isOfPixels: true }];
  }
  const sources = await openImages(
    [given.name],
    { input },
    {
      nameOf: (path) => path,
      read: async () => given.bytes,
      decode,
      testSet: async () => {
        throw new Error(`${given.name} is no file.`);
      },
    },
  );
  return Promise.all(sources.map((source) => source.read()));
}

/** The pixels of a picture file, as they are in it. @throws InvalidInputError */
async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const blob = new Blob([Uint8Array.from(bytes)]);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch (cause) {
    throw new UnreadablePictureError(name, { cause });
  }
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser draws on no OffscreenCanvas.');
  // What is transparent shows white, as on the command line.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let c = 0; c < 3; c++) rgb[3 * pixel + c] = data[4 * pixel + c] ?? 0;
  return { width, height, channels: 3, data: rgb };
}

class UnreadablePictureError extends Error {
  constructor(name: string, options: ErrorOptions) {
    super(
      `${name} is no picture that this browser can read: give a PNG, JPEG or WebP picture, or a .npy, .npz or .csv file.`,
      options,
    );
  }
}
