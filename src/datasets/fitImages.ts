import type { Picture } from '../pictures/picture.ts';
import { resizeImage } from '../pictures/resizeImage.ts';
import { imageAt, type LabelledImages } from './labelledImages.ts';

/** What pictures are brought to; what is left out stays as it is. */
export interface ImageShape {
  /** The size in pixels, to which pictures are stretched. */
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
 * @throws LabelledImagesError if there is no such picture.
 */
export function pictureAt(set: LabelledImages, index: number): Picture {
  const { height, width, channels, data } = imageAt(set, index);
  return { height, width, channels: channels === 3 ? 3 : 1, data };
}

const luma = [0.299, 0.587, 0.114] as const;

/** Grey to colour by repetition, colour to grey by luma (ITU-R BT.601). */
export function withChannels(image: Picture, channels: 1 | 3): Picture {
  if (image.channels === channels) return image;
  const { height, width, data } = image;
  const area = height * width;
  const valueAt =
    channels === 3
      ? (i: number) => data[Math.floor(i / 3)] ?? 0
      : (i: number) => Math.round(luma.reduce((sum, weight, c) => sum + weight * (data[i * 3 + c] ?? 0), 0));
  return { height, width, channels, data: Uint8Array.from({ length: area * channels }, (_, i) => valueAt(i)) };
}
