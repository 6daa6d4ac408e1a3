import type { Classifier } from '../../model/classifier.ts';
import { baselineImage, pixelRange } from '../../model/pixels.ts';
import { concatRows, type Tensor } from '../../onnx/tensor.ts';

/** Images that stand for "anything": what an explained image is compared with. */
export interface BackgroundData {
  /** For reports: a folder, a data set. */
  readonly name: string;
  /** @returns model input, [b, ...], one image at least. */
  readonly images: (classifier: Classifier) => Promise<Tensor<'float32'>>;
}

const blanks = 16;

/** Sixteen blank images from black to white, or of the lowest to the highest value: for whoever has none of his own at hand. */
export const blankImages: BackgroundData = {
  name: 'blank images',
  async images({ input }) {
    const { low, high } = pixelRange(input);
    const value = (i: number) => low + ((high - low) * i) / (blanks - 1);
    return concatRows(Array.from({ length: blanks }, (_, i) => baselineImage(value(i), input)));
  },
};

/** Images given as model input, [b, ...]. */
export function givenImages(images: Tensor<'float32'>, name = 'given images'): BackgroundData {
  return { name, images: async () => images };
}
