import type { Classifier } from '../../model/classifier.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { scoped } from '../../runtime/release.ts';
import type { FileChoice } from '../../verifier/certificateFile.ts';
import { compileCertifier } from '../noncontributing/certificate.ts';
import { choiceOf } from '../noncontributing/certifiedFile.ts';

/** Steps of the ascent of what a bound may choose: more freed no more pixels. */
const steps = 10;

/**
 * Frees pixels of one image in an order wherever the bounds of `konkyo noncontributing --certify` still prove the class: for
 * networks whose cases cannot be told apart. A pixel that is held may well be free.
 * @param epsilon in units of the pixel range.
 * @param inputsOf the inputs of each pixel.
 */
export async function freeByBounds(
  classifier: Classifier,
  image: Tensor<'float32'>,
  { epsilon, inputsOf, order }: { epsilon: number; inputsOf: readonly (readonly number[])[]; order: readonly number[] },
  stop: () => void,
) {
  return scoped(async (keep) => {
    const certifier = await keep(compileCertifier(classifier, { box: 'clipped', amplitudes: 'channel', steps }));
    const free: number[] = [];
    const held: number[] = [];
    let tries = 0;
    let choice: FileChoice | undefined;
    const holds = async (pixels: readonly number[]) => {
      stop();
      tries += 1;
      const amplitude = new Float32Array(image.data.length);
      for (const i of [...free, ...pixels].flatMap((pixel) => inputsOf[pixel] ?? [])) amplitude[i] = epsilon;
      const [checked] = await certifier.check(image, float32(image.dims, amplitude));
      if (!checked || !(checked.lowestMargin > 0)) return false;
      choice = choiceOf(checked.chosen);
      return true;
    };
    let block = order.length;
    for (let next = 0; next < order.length; ) {
      const pixels = order.slice(next, next + block);
      if (await holds(pixels)) {
        free.push(...pixels);
        next += pixels.length;
        block = 2 * pixels.length;
      } else if (pixels.length > 1) block = Math.ceil(pixels.length / 2);
      else {
        held.push(...pixels);
        next += 1;
      }
    }
    return { free, held, tries, choice };
  });
}
