import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/datasets/openDataset.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { compileCertifier } from '../src/studies/noncontributing/certificate.ts';
import { certifiedFile } from '../src/studies/noncontributing/certifiedFile.ts';
import { pixelDeviations } from '../src/studies/noncontributing/certifiedWeights.ts';
import { verifyCertificate } from '../src/verifier/verify.ts';

/*
 * npm run check:inner -- MODEL.onnx... [--dataset mnist] [--images 10] [--steps 60]
 *
 * Certified amplitudes weighted by each pixel's standard deviation over the training data, in the clipped box, with intervals
 * between layers and with linear bounds: each image's, as it is found, the seconds it took, and whether the verifier proves it.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dataset: { type: 'string', default: 'mnist' },
    images: { type: 'string', default: '10' },
    steps: { type: 'string', default: '60' },
  },
});
const { train, test } = await openDataset(values.dataset);
if (!train || !test) throw new Error(`${values.dataset} has no images to train and to test with.`);
const weights = pixelDeviations(train);

for (const path of positionals) {
  const bytes = await readFile(path);
  const classifier = await loadClassifier(bytes, { runtime: nodeRuntime({ threads: 1 }) });
  for (const inner of ['interval', 'linear'] as const) {
    const certifier = await compileCertifier(classifier, {
      box: 'clipped',
      weights,
      inner,
      steps: Number(values.steps),
    });
    const found: number[] = [];
    for (let i = 0; i < Number(values.images); i++) {
      const { data, height, width } = imageAt(test, i);
      const image = toInput({ data, height, width, channels: 1 }, classifier.input);
      const [one] = await certifier.certify(image);
      found.push(one?.weightedAmplitude ?? 0);
      const margin = one && (await verifyCertificate(await certifiedFile(classifier, image, one), bytes)).lowestMargin;
      const proved = one
        ? `${one.weightedAmplitude.toFixed(4)}, ${one.seconds.toFixed(1)} s, verified ${margin?.toFixed(4)}`
        : 'none';
      say(`${path}, ${inner}, image ${i}: ${proved}`);
    }
    say(`${path}, ${inner}: mean ${(found.reduce((sum, value) => sum + value, 0) / found.length).toFixed(4)}`);
    await certifier.release();
  }
  await classifier.release();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
