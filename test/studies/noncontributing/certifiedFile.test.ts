import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { certify } from '../../../src/studies/noncontributing/certificate.ts';
import { certifiedFile } from '../../../src/studies/noncontributing/certifiedFile.ts';
import { networkModel } from '../../../src/training/network.ts';
import { fromBase64, readCertificate } from '../../../src/verifier/certificateFile.ts';
import { verifyCertificate } from '../../../src/verifier/verify.ts';
import { cpu } from '../../runtimes.ts';
import { smallImage } from './smallNetworks.ts';

const network = {
  name: 'small',
  input: [1, 10, 10],
  layers: [
    { type: 'conv', name: 'conv1', filters: 2, kernel: 3, activation: 'relu' },
    { type: 'maxPool', name: 'pool1', window: 2 },
    { type: 'flatten', name: 'flatten' },
    { type: 'dense', name: 'dense', units: 4, activation: 'none' },
  ],
} as const;

it('lines between layers are drawn anew by the verifier', async () => {
  const deeper = {
    ...network,
    layers: [
      ...network.layers.slice(0, 2),
      { type: 'conv', name: 'conv2', filters: 3, kernel: 3, activation: 'relu' },
      { type: 'maxPool', name: 'pool2', window: 2 },
      ...network.layers.slice(2),
    ],
  } as const;
  const bytes = writeModel(networkModel(deeper, 5));
  const classifier = await loadClassifier(bytes, { runtime: cpu });
  const image = smallImage();
  const [certificate] = await certify(classifier, image, { box: 'clipped', inner: 'linear', steps: 6 });
  const { lowestMargin } = await verifyCertificate(await certifiedFile(classifier, image, certificate!), bytes);
  const { lowestMargin: proved, roundingMargin } = certificate!;
  expect(Math.abs(lowestMargin - proved)).toBeLessThan(2 * roundingMargin);
});

describe.each(['as-drawn', 'clipped'] as const)('the file of a certificate %s', (box) => {
  it('is about the box that was proved, and the verifier bounds it as the search does', async () => {
    const bytes = writeModel(networkModel(network, 5));
    const classifier = await loadClassifier(bytes, { runtime: cpu });
    const image = smallImage();
    const [certificate] = await certify(classifier, image, { box, steps: 20 });
    const text = await certifiedFile(classifier, image, certificate!);
    const high = fromBase64((await readCertificate(text)).box.high, 8);
    expect(Math.max(...high) > 1).toBe(box === 'as-drawn');
    const { lowestMargin } = await verifyCertificate(text, bytes);
    const { lowestMargin: proved, roundingMargin } = certificate!;
    // Both take their own rounding off; before, their bounds are the same.
    expect(Math.abs(lowestMargin - proved)).toBeLessThan(2 * roundingMargin);
  });
});
