import type { Dataset } from '../../../datasets/dataset.ts';
import { type LabelledImages, labelledImages } from '../../../datasets/labelledImages.ts';
import type { Model } from '../../../onnx/graph.ts';
import { type Random, random, shuffledIndices } from '../../../random/random.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { networkModel } from '../../../training/network.ts';
import { sgd } from '../../../training/optimizers.ts';
import { trainModel } from '../../../training/train.ts';

export type Side = 'left' | 'right';

/** Each image beside another one drawn from the same set; the label is that of the image on one side, the other says nothing. */
export function besideAnother({ train, test }: Dataset, side: Side, seed: number): Dataset {
  const source = random(seed);
  return { train: pairs(train, side, source), test: pairs(test, side, source) };
}

function pairs(set: LabelledImages, side: Side, source: Random): LabelledImages {
  const { height, width, channels, count, labels, classNames, name } = set;
  const row = width * channels;
  const images = new Uint8Array(2 * set.images.length);
  const others = shuffledIndices(count, source);
  const lineOf = (image: number, y: number) =>
    set.images.subarray((image * height + y) * row, (image * height + y + 1) * row);
  for (let image = 0; image < count; image++) {
    const other = others[image] ?? 0;
    const [left, right] = side === 'left' ? [image, other] : [other, image];
    for (let y = 0; y < height; y++) {
      const at = (image * height + y) * 2 * row;
      images.set(lineOf(left, y), at);
      images.set(lineOf(right, y), at + row);
    }
  }
  return labelledImages({
    name: `${name}, two side by side`,
    images,
    labels,
    height,
    width: 2 * width,
    channels,
    classNames,
  });
}

/** The paper's network for two digits side by side, trained as the paper's is. @param epochs 0: as it begins. */
export async function networkOfTwoDigits(
  runtime: Runtime,
  { train }: Dataset,
  { epochs, seed }: { readonly epochs: number; readonly seed: number },
): Promise<Model> {
  const { height, width, channels } = train;
  const model = networkModel(
    {
      name: 'twoDigits',
      input: [channels, height, width],
      layers: [
        { type: 'flatten', name: 'flatten' },
        { type: 'dense', name: 'hidden1', units: 100, activation: 'sigmoid', initialization: 'lecun' },
        { type: 'dense', name: 'hidden2', units: 50, activation: 'sigmoid', initialization: 'lecun' },
        { type: 'dense', name: 'output', units: train.classNames.length, activation: 'none', initialization: 'lecun' },
      ],
    },
    seed,
  );
  if (epochs === 0) return model;
  const trained = await trainModel(runtime, model, {
    optimizer: sgd(),
    images: train,
    length: { epochs },
    learningRate: 0.1,
    batchSize: 100,
    seed,
  });
  return trained.model;
}

/** The share of a region that lies on a side of the image. @param cells of a map as wide as the image. */
export function shareOnSide(cells: readonly number[], width: number, side: Side): number {
  const on = cells.filter((cell) => cell % width < width / 2 === (side === 'left'));
  return on.length / cells.length;
}
