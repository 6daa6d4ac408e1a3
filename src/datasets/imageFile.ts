// Node only: reads files, and decodes pictures with sharp, which takes a tenth of a second to load and is loaded for pictures alone.
import { maxBytes } from '../files/limits.ts';
import { readBounded } from '../files/readBounded.ts';
import type { Picture } from '../pictures/picture.ts';
import { FileFormatError, readingFrom } from './errors.ts';
import { describeBytes, pictureFormat } from './fileKind.ts';

const WHITE = '#ffffff';
/** A pixel while a picture is decoded, laid on white, converted and copied: so many pixels are read as fit `maxBytes`. */
const BYTES_A_PIXEL = 8;

/** Decodes a PNG, JPEG or WebP file; see `decodeImage`. @throws DatasetFileError if the file cannot be read. */
export async function readImageFile(path: string): Promise<Picture> {
  const nextStep = 'Check the path and its permissions';
  const failure = { what: (reason: string) => `the picture cannot be read (${reason})`, nextStep };
  return decodeImage(await readingFrom(path, failure, readBounded), path);
}

/**
 * Decodes a PNG, JPEG or WebP picture to bytes, upright as its EXIF orientation says. Grey pictures have one channel,
 * all others three (sRGB; CMYK and embedded colour profiles are converted). Transparent parts are laid on white, as a
 * viewer shows them; 16 bits a channel become 8 (within one grey level); of an animation the first frame counts.
 * @param where names the bytes in errors.
 * @throws FileFormatError if the bytes are something else, a damaged picture, or one of too many pixels.
 */
export async function decodeImage(bytes: Uint8Array, where = 'picture'): Promise<Picture> {
  const format = pictureFormat(bytes);
  const found = describeBytes(bytes);
  if (format === undefined) {
    const nextStep = 'Give a PNG, JPEG or WebP picture, or convert it to one';
    throw new FileFormatError({ where, what: `not a supported picture: found ${found}`, nextStep });
  }
  const { default: sharp } = await import('sharp');
  try {
    const limitInputPixels = Math.floor(maxBytes() / BYTES_A_PIXEL);
    const { space, width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (width * height > limitInputPixels) {
      throw new Error(
        `it has ${width} x ${height} pixels, and ${limitInputPixels} are read; KONKYO_MAX_MEMORY, such as KONKYO_MAX_MEMORY=8GiB, allows more`,
      );
    }
    const channels = space === 'b-w' || space === 'grey16' ? 1 : 3;
    const { data, info } = await sharp(bytes, { limitInputPixels })
      .autoOrient()
      .flatten({ background: WHITE })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // sharp pools its buffers: the copy keeps the picture alone alive.
    return { height: info.height, width: info.width, channels, data: Uint8Array.from(data) };
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    throw new FileFormatError({
      where,
      what: `${found} that cannot be decoded${reason}`,
      nextStep: 'Open it in an image editor and save it again as PNG',
      cause,
    });
  }
}
