import {
  type Classifier,
  className,
  concatRows,
  float32,
  type NamedImage,
  type Superpixels,
  toFittedInput,
} from 'konkyo';
import { decisionFacts } from './decisionFacts.ts';
import type { RegionEffect, RegionFacts, Told } from './protocol.ts';

/** A drawing's parts are squares of so many pixels a side: small enough for a stroke, few enough to be found by a finger. */
const square = 4;

/**
 * What the decided class has without each part of an image, a part at a time (Zeiler & Fergus 2014): patches of a photograph, squares
 * of a drawing. Grey, of drawings black, is seen in its place.
 */
export async function regionsOf(
  classifier: Classifier,
  { image }: NamedImage,
  patches: Superpixels | undefined,
  told: Told,
): Promise<RegionFacts> {
  const { width, height, channels, layout } = classifier.input;
  const { labels, count } = patches ?? squares(width, height);
  const blank = blankInput(classifier);
  const pixels = Array.from({ length: count }, (): number[] => []);
  for (const [pixel, part] of labels.entries()) pixels[part]?.push(pixel);
  const hidden = (part: readonly number[]) => {
    const row = image.data.slice();
    for (const pixel of part)
      for (let c = 0; c < channels; c++) {
        const at = layout === 'NCHW' ? c * height * width + pixel : pixel * channels + c;
        row[at] = blank.data[at] ?? 0;
      }
    return float32(image.dims, row);
  };
  const [whole] = await classifier.predict(image);
  if (!whole) throw new Error('The model said nothing.');
  const before = decisionFacts(classifier, whole, 0);
  const measure = ({ shares, scores }: typeof before) => (shares ?? scores)[before.chosen] ?? Number.NaN;
  const effects: RegionEffect[] = [];
  for (let from = 0; from < count; from += classifier.batchSize) {
    told.doing({ done: from, total: count, what: 'regions' });
    const batch = pixels.slice(from, from + classifier.batchSize).map(hidden);
    for (const prediction of await classifier.predict(concatRows(batch))) {
      const facts = decisionFacts(classifier, prediction, 0);
      const without = measure(facts);
      const decides = facts.chosen === before.chosen ? undefined : className(classifier, facts.chosen);
      effects.push({ without, change: without - measure(before), decides });
    }
  }
  return { width, height, labels, effects };
}

function squares(width: number, height: number): { readonly labels: Int32Array; readonly count: number } {
  const across = Math.ceil(width / square);
  const labels = Int32Array.from(
    { length: width * height },
    (_, pixel) => across * Math.floor(Math.floor(pixel / width) / square) + Math.floor((pixel % width) / square),
  );
  return { labels, count: across * Math.ceil(height / square) };
}

function blankInput({ input }: Classifier) {
  const { width, height } = input;
  const channels = input.channels === 1 ? 1 : 3;
  const data = new Uint8Array(width * height * channels).fill(channels === 1 ? 0 : 128);
  return toFittedInput({ width, height, channels, data }, input);
}
