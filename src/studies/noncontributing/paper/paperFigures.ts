import type { Classifier } from '../../../model/classifier.ts';
import { imageDims } from '../../../model/inputDescription.ts';
import { concatRows, float32, rows, sizeOf, type Tensor } from '../../../onnx/tensor.ts';
import { runOnce } from '../../../runtime/program.ts';
import { radiusOf } from '../amplitude.ts';
import { chosenMasks } from '../layerMasks.ts';
import { uniformNoise } from '../uniformNoise.ts';

/** What figures 3 and 5 of the paper show, of one image. */
export interface PaperFigures {
  /** Figure 3: x' = x + U w, model input, [draws, ...]. */
  readonly draws: Tensor<'float32'>;
  /** Figure 5: what the paper's masks hold back in each of their layers. */
  readonly layers: readonly MaskedLayer[];
}

/** A layer's values, [1, maps, height, width], for the image and for the first draw. */
export interface MaskedLayer {
  readonly layer: string;
  /** Positions at or below it for the image itself are held at 0. */
  readonly threshold: number;
  readonly clean: Tensor<'float32'>;
  readonly noisy: Tensor<'float32'>;
}

/** How often the paper's figure 3 is drawn here, with other noise each. */
const draws = 3;

/** @param amplitude the map found with masks. */
export async function paperFigures(
  classifier: Classifier,
  image: Tensor<'float32'>,
  amplitude: Tensor<'float32'>,
  seed: number,
): Promise<PaperFigures> {
  const { input, runtime, model, inputName } = classifier;
  const radius = radiusOf(amplitude, input);
  const size = sizeOf(imageDims(input));
  const noise = uniformNoise(seed, imageDims(input))(draws);
  const noisy = float32(
    noise.dims,
    noise.data.map((u, i) => (image.data[i % size] ?? 0) + u * (radius[i % size] ?? 0)),
  );
  const masks = chosenMasks(classifier, 'paper');
  const both = concatRows([image, rows(noisy, 0, 1)]);
  const values = await runOnce(runtime, model, { outputs: masks.map(({ layer }) => layer) }, { [inputName]: both });
  return {
    draws: noisy,
    layers: masks.flatMap(({ layer, threshold }): MaskedLayer[] => {
      const value = values[layer];
      return value ? [{ layer, threshold, clean: rows(value, 0, 1), noisy: rows(value, 1, 2) }] : [];
    }),
  };
}
