import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/datasets/openDataset.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { concatRows } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type Certificate, compileCertifier } from '../src/studies/noncontributing/certificate.ts';
import { pixelDeviations } from '../src/studies/noncontributing/certifiedWeights.ts';
import { othersMaps } from '../src/studies/noncontributing/othersMap.ts';

/*
 * npm run check:certified -- MODEL.onnx... [--dataset mnist] [--images 20] [--steps 60]
 *
 * Certified amplitudes in the clipped box, as a mean over all pixels and weighted by each pixel's standard deviation over the
 * training data: as they are found for the plain mean, for the weighted one, and, as a control, the mean of the other images'
 * maps, made as large as this image allows.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: 'mnist' },
    images: { type: 'string', default: '20' },
    steps: { type: 'string', default: '60' },
  },
});
const { train, test } = await openDataset(values.dataset);
if (!train || !test) throw new Error(`${values.dataset} has no images to train and to test with.`);
const weights = pixelDeviations(train);
const total = weights.reduce((sum, value) => sum + value, 0);
const weighted = (amplitude: ArrayLike<number>) =>
  weights.reduce((sum, weight, i) => sum + weight * (amplitude[i] ?? 0), 0) / total;

for (const path of positionals) {
  const classifier = await loadClassifier(await readFile(path), { runtime: nodeRuntime({ threads: 1 }) });
  const images = Array.from({ length: Number(values.images) }, (_, i) => {
    const { data, height, width } = imageAt(test, i);
    return toInput({ data, height, width, channels: 1 }, classifier.input);
  });
  const settings = { box: 'clipped', steps: Number(values.steps) } as const;
  for (const [name, own] of [
    ['plain mean', {}],
    ['weighted mean', { weights }],
  ] as const) {
    const certifier = await compileCertifier(classifier, { ...settings, ...own });
    const found = (await certifier.certify(concatRows(images))).flatMap((one, i): Found[] =>
      one ? [{ one, image: i }] : [],
    );
    say(`${path}, for the ${name}: ${figures(found.map(({ one }) => one.amplitude.data))}`);
    if (name === 'weighted mean') {
      const own = found.map(({ one }) => one.amplitude.data);
      const pictures = found.flatMap(({ image }) => images[image] ?? []);
      say(`${path}, the other images’ mean map: ${figures(await othersMaps(certifier, pictures, own))}`);
    }
    await certifier.release();
  }
  await classifier.release();
}

interface Found {
  readonly one: Certificate;
  readonly image: number;
}

function figures(maps: readonly Float32Array[]): string {
  const mean = (of: (map: Float32Array) => number) => maps.reduce((sum, map) => sum + of(map), 0) / maps.length;
  const plain = mean((map) => map.reduce((sum, value) => sum + value, 0) / map.length);
  return `mean amplitude ${plain.toFixed(4)}, weighted ${mean(weighted).toFixed(4)} (${maps.length} images)`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
