import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/datasets/openDataset.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { concatRows, float32, type Tensor } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type Certificate, compileCertifier } from '../src/studies/noncontributing/certificate.ts';
import { pixelDeviations } from '../src/studies/noncontributing/certifiedWeights.ts';

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
      const controls: Float32Array[] = [];
      for (const { image } of found) {
        const others = found.filter((other) => other.image !== image).map(({ one }) => one.amplitude.data);
        const mean = Float32Array.from(
          weights,
          (_, p) => others.reduce((sum, map) => sum + (map[p] ?? 0), 0) / others.length,
        );
        const pixels = images[image];
        if (pixels) controls.push(await largest(certifier, pixels, mean));
      }
      say(`${path}, the other images’ mean map: ${figures(controls)}`);
    }
    await certifier.release();
  }
  await classifier.release();
}

interface Found {
  readonly one: Certificate;
  readonly image: number;
}

/** The largest multiple of a map that still proves an image, by bisection. */
async function largest(
  certifier: Awaited<ReturnType<typeof compileCertifier>>,
  image: Tensor<'float32'>,
  map: Float32Array,
): Promise<Float32Array> {
  let [holds, fails] = [0, 2];
  const at = (factor: number) => map.map((value) => Math.min(1, factor * value));
  for (let halving = 0; halving < 8; halving++) {
    const factor = (holds + fails) / 2;
    const [checked] = await certifier.check(image, float32(image.dims, at(factor)));
    if ((checked?.lowestMargin ?? 0) > 0) holds = factor;
    else fails = factor;
  }
  return at(holds);
}

function figures(maps: readonly Float32Array[]): string {
  const mean = (of: (map: Float32Array) => number) => maps.reduce((sum, map) => sum + of(map), 0) / maps.length;
  const plain = mean((map) => map.reduce((sum, value) => sum + value, 0) / map.length);
  return `mean amplitude ${plain.toFixed(4)}, weighted ${mean(weighted).toFixed(4)} (${maps.length} images)`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
