import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import { concatRows, type Tensor } from '../../onnx/tensor.ts';

/** Images that stand for "anything": what an explained image is compared with. */
export interface BackgroundData {
  /** For reports: a folder, a data set. */
  readonly name: string;
  /** @returns model input, [b, ...], one image at least. */
  readonly images: (classifier: Classifier) => Promise<Tensor<'float32'>>;
}

const brightnesses = Array.from({ length: 16 }, (_, i) => i * 17);

/** Sixteen blank images from black to white: for whoever has no images of his own at hand. */
export const blankImages: BackgroundData = {
  name: 'blank images',
  images: async ({ input }) => concatRows(brightnesses.map((pixel) => baselineImage(pixel, input))),
};

/** Images given as model input, [b, ...]. */
export function givenImages(images: Tensor<'float32'>, name = 'given images'): BackgroundData {
  return { name, images: async () => images };
}
