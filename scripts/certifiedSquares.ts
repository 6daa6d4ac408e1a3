import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/datasets/openDataset.ts';
import { mean } from '../src/faithfulness/mean.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { concatRows, float32, type Tensor } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { challenge } from '../src/studies/noncontributing/certificateChallenge.ts';
import { certifiedFile } from '../src/studies/noncontributing/certifiedFile.ts';
import { type CertifiedSquare, certifySquares } from '../src/studies/noncontributing/certifiedSquares.ts';
import { objectPixels } from '../src/studies/noncontributing/objectPixels.ts';
import { overSeeds } from '../src/studies/paper.ts';
import { verifyCertificate } from '../src/verifier/verify.ts';

/*
 * npm run check:squares -- MODEL.onnx... [--dataset mnist] [--images 10] [--attacked]
 *
 * The largest squares of which every pixel may have any value while the class is proved to stay, anywhere and on the object: mean side over the
 * images for each model, and mean and standard deviation over the models. Each is proved again by the verifier, and attacked.
 * With --attacked instead an upper end: the largest side at which projected gradient descent leaves the class in some square on the object.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: 'mnist' },
    images: { type: 'string', default: '10' },
    attacked: { type: 'boolean', default: false },
  },
});
const { test } = await openDataset(values.dataset);
if (!test) throw new Error(`${values.dataset} has no images to test with.`);

const means = { anywhere: [] as number[], onObject: [] as number[] };
for (const path of positionals) {
  const bytes = await readFile(path);
  const classifier = await loadClassifier(bytes, { runtime: nodeRuntime({ threads: 1 }) });
  const images = Array.from({ length: Number(values.images) }, (_, i) => {
    const { data, height, width } = imageAt(test, i);
    return toInput({ data, height, width, channels: 1 }, classifier.input);
  });
  if (values.attacked) {
    const sides: number[] = [];
    for (const image of images) sides.push(await largestLeft(classifier, image));
    say(`${path}, on the object, not broken by the attack: side ${mean(sides).toFixed(2)} (${sides.join(' ')})`);
    await classifier.release();
    continue;
  }
  const begun = performance.now();
  const found = await certifySquares(classifier, concatRows(images));
  const seconds = (performance.now() - begun) / 1000 / images.length;
  for (const scope of ['anywhere', 'onObject'] as const) {
    const squares = found.map((one) => one[scope]);
    let [again, lowest] = [0, Number.POSITIVE_INFINITY];
    for (const [i, one] of squares.entries()) {
      const image = images[i];
      if (!one || !image) continue;
      const { lowestMargin } = await verifyCertificate(await certifiedFile(classifier, image, one), bytes, image.data);
      again += 1;
      const [attacked] = await challenge(classifier, image, one.amplitude, {
        box: one.box,
        draws: 1000,
        structured: 1000,
      });
      if (!attacked) continue;
      lowest = Math.min(lowest, attacked.lowest);
      if (attacked.lowest < lowestMargin) throw new Error(`${path}, image ${i}: a proof is refuted.`);
    }
    const sides = squares.map(sideOf);
    means[scope].push(mean(sides));
    say(
      `${path}, ${scope}: side ${mean(sides).toFixed(2)} (${sides.join(' ')}); ${again} proved again, lead of at least ${lowest.toFixed(2)} when attacked; ${seconds.toFixed(1)} s an image`,
    );
  }
  await classifier.release();
}
for (const [scope, all] of Object.entries(means)) {
  if (all.length === 0) continue;
  const { ours, spread } = overSeeds(all);
  say(`all models, ${scope}: side ${ours?.toFixed(2)}, standard deviation ${spread?.toFixed(2)}`);
}

/** The largest side at which the attack leaves the class in some square on the object. */
async function largestLeft(classifier: Classifier, image: Tensor<'float32'>): Promise<number> {
  const { height, width } = classifier.input;
  const object = objectPixels(image.data, classifier.input);
  const isIn = (at: number, top: number, left: number, side: number) => {
    const [y, x] = [Math.floor(at / width), at % width];
    return y >= top && y < top + side && x >= left && x < left + side;
  };
  for (let side = 1; side <= height; side++) {
    const maps: Tensor<'float32'>[] = [];
    for (let top = 0; top + side <= height; top++) {
      for (let left = 0; left + side <= width; left++) {
        const map = image.data.map((_, at) => Number(isIn(at, top, left, side)));
        const share = map.reduce((sum, inside, at) => sum + inside * (object[at] ?? 0), 0) / side ** 2;
        if (share >= 0.5) maps.push(float32(image.dims, map));
      }
    }
    if (maps.length === 0) return side - 1;
    const effort = { box: 'clipped', draws: 0, structured: 0, starts: 4, steps: 30 } as const;
    const copies = concatRows(maps.map(() => image));
    const found = await challenge(classifier, copies, concatRows(maps), effort);
    if (found.every(({ lowest }) => lowest <= 0)) return side - 1;
  }
  return height;
}

function sideOf(one: CertifiedSquare | null): number {
  return one?.square.side ?? 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
