import type { Picture } from '../pictures/picture.ts';
import { resizeImage } from '../pictures/resizeImage.ts';
import { withChannels } from './imageChannels.ts';
import { imageAt, type LabelledImages } from './labelledImages.ts';

/** What pictures are brought to; what is left out stays as it is. */
export interface ImageShape {
  /** In pixels; pictures are stretched to it. */
  readonly size?: { readonly height: number; readonly width: number };
  readonly channels?: 1 | 3;
}

/** One picture in another size and with other channels. */
export function fitImage(image: Picture, { size, channels }: ImageShape): Picture {
  const sized = size === undefined ? image : resizeImage(image, size);
  return channels === undefined ? sized : withChannels(sized, channels);
}

/** A data set with its pictures in another size and with other channels; the same object where nothing changes. */
export function fitImages(set: LabelledImages, shape: ImageShape): LabelledImages {
  const height = shape.size?.height ?? set.height;
  const width = shape.size?.width ?? set.width;
  const channels = shape.channels ?? set.channels;
  if (height === set.height && width === set.width && channels === set.channels) return set;
  const length = height * width * channels;
  const images = new Uint8Array(set.count * length);
  for (let index = 0; index < set.count; index++) {
    images.set(fitImage(pictureAt(set, index), shape).data, index * length);
  }
  return { ...set, images, height, width, channels };
}

/**
 * One picture of a data set as if it had been decoded from a file.
 * @throws ImageIndexError if there is no such picture.
 */
export function pictureAt(set: LabelledImages, index: number): Picture {
  const { height, width, channels, data } = imageAt(set, index);
  return { height, width, channels: channels === 3 ? 3 : 1, data };
}
