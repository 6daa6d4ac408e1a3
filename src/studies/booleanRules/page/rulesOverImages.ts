import { imageAt, type LabelledImages, selectImages } from '../../../datasets/labelledImages.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { sumChannels } from '../../../model/pixels.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { overlay } from '../../../pictures/rgba.ts';
import { mapScale } from '../../../report/drawing/mapReading.ts';
import { trainingImages } from '../../../training/trainingImages.ts';
import { logProducts, signsOf } from '../conjunctions.ts';
import type { Extraction } from '../extractRules.ts';
import { featureTable } from '../featureData.ts';
import { gradientsAround, largestRows } from '../featureImages.ts';
import { literalLogs } from '../featureTable.ts';
import { literalsOf } from '../term.ts';

/** A rule's features as the parts of one image that they look at: by feature, the image with the feature's gradient there over it. */
export type OverImage = ReadonlyMap<number, Picture>;

/** Noisy versions of the image that a gradient is the mean of. */
const samples = 20;

/** For each class's rule its features over the training image of the class in which it holds best; nothing for a class without images. */
export async function rulesOverImages(
  classifier: Classifier,
  { terms, features, training, scales }: Pick<Extraction, 'terms' | 'features' | 'training' | 'scales'>,
  images: LabelledImages,
): Promise<OverImage[]> {
  const logs = literalLogs(featureTable(training, scales));
  const drawn: OverImage[] = [];
  for (const [k, term] of terms.entries()) {
    const products = logProducts(logs, signsOf(term)).map((value, row) =>
      images.labels[row] === k ? value : Number.NEGATIVE_INFINITY,
    );
    const [best = 0] = largestRows(products, 1);
    const used = literalsOf(term).map(({ variable }) => variable);
    if (used.length === 0 || images.labels[best] !== k) {
      drawn.push(new Map());
      continue;
    }
    const { input, classCount } = classifier;
    const base = trainingImages(selectImages(images, [best]), input, classCount).images;
    const gradients = await gradientsAround(
      classifier,
      features,
      used,
      used.map(() => base),
      samples,
    );
    const { width, height, channels, data } = imageAt(images, best);
    const picture: Picture = { width, height, channels: channels === 1 ? 1 : 3, data };
    drawn.push(
      new Map(gradients.map((gradient, i) => [used[i] ?? 0, laidOver(sumChannels(gradient.data, input), picture)])),
    );
  }
  return drawn;
}

function laidOver(values: Float32Array, picture: Picture): Picture {
  const { width, height, data } = overlay({ ...picture, values }, picture, { scale: mapScale(values), opacity: 0.9 });
  return { width, height, channels: 3, data: Uint8Array.from(data).filter((_, i) => i % 4 !== 3) };
}
