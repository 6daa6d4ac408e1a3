import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/datasets/openDataset.ts';
import { mean } from '../src/faithfulness/mean.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { concatRows } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { challenge } from '../src/studies/noncontributing/certificateChallenge.ts';
import { certifiedFile } from '../src/studies/noncontributing/certifiedFile.ts';
import { type CertifiedSquare, certifySquares } from '../src/studies/noncontributing/certifiedSquares.ts';
import { overSeeds } from '../src/studies/paper.ts';
import { verifyCertificate } from '../src/verifier/verify.ts';

/*
 * npm run check:squares -- MODEL.onnx... [--dataset mnist] [--images 10]
 *
 * The largest squares of which every pixel may have any value while the class is proved to stay, anywhere and on the object: mean side over the
 * images for each model, and mean and standard deviation over the models. Each is proved again by the verifier, and attacked.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dataset: { type: 'string', default: 'mnist' }, images: { type: 'string', default: '10' } },
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
      const [attacked] = await challenge(classifier, image, one.amplitude, { box: one.box, draws: 1000 });
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
  const { ours, spread } = overSeeds(all);
  say(`all models, ${scope}: side ${ours?.toFixed(2)}, standard deviation ${spread?.toFixed(2)}`);
}

function sideOf(one: CertifiedSquare | null): number {
  return one?.square.side ?? 0;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
