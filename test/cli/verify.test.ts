import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEpsilon } from '../../src/cli/sufficientRun.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { networkModel } from '../../src/training/network.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

it('an epsilon is a share of the pixel range', () => {
  expect(parseEpsilon('0.05')).toBe(0.05);
  for (const wrong of ['', '0', '-0.1', '1.5', 'small'])
    expect(() => parseEpsilon(wrong)).toThrow(/--epsilon is a share/);
});

describe('certificates of konkyo noncontributing, and konkyo verify', () => {
  let konkyo: Konkyo;
  const place = (name: string) => join(konkyo.folder, name);

  beforeAll(async () => {
    konkyo = await compileKonkyo();
    const hidden = { type: 'dense', name: 'one', units: 6, activation: 'relu' } as const;
    const last = { type: 'dense', name: 'two', units: 3, activation: 'none' } as const;
    const layers = [{ type: 'flatten', name: 'flatten' }, hidden, last] as const;
    const dense = (seed: number) => writeModel(networkModel({ name: 'dense', input: [1, 28, 28], layers }, seed));
    writeFileSync(place('dense.onnx'), dense(1));
    writeFileSync(place('other.onnx'), dense(2));
    const small = [
      { type: 'conv', name: 'conv', filters: 2, kernel: 5, activation: 'relu' },
      { type: 'maxPool', name: 'pool', window: 4 },
      { type: 'flatten', name: 'flatten' },
      last,
    ] as const;
    writeFileSync(place('c.onnx'), writeModel(networkModel({ name: 'small', input: [1, 28, 28], layers: small }, 3)));
  });
  afterAll(() => konkyo.remove());

  it('prove again what --sufficient found, and refuse it for another model, another image, and after a change', async () => {
    const found = [
      'noncontributing',
      'dense.onnx',
      'digits:0',
      '--sufficient',
      '--epsilon',
      '0.02',
      '--json',
      '--out',
      's',
    ];
    const { status, stdout, stderr } = await konkyo.run(found);
    expect(stderr).not.toMatch(/error/i);
    expect(status).toBe(0);
    const { images } = JSON.parse(stdout);
    expect(images[0]).toMatchObject({ name: 'digits:0', open: 0, certificate: 'certificates/1.json' });
    const page = readFileSync(place('s/index.html'), 'utf8');
    expect(page).toContain(`${images[0].size} of 784 pixels keep the decision while the others move by up to`);
    const verify = (...more: string[]) => konkyo.run(['verify', 's/certificates/1.json', ...more]);
    const verified = await verify('dense.onnx', '--image', 'digits:0', '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject({ holds: true, elements: 784, held: images[0].size });
    const otherModel = await verify('other.onnx');
    expect(otherModel.status).toBe(1);
    expect(otherModel.stderr).toMatch(/about another model/);
    expect((await verify('dense.onnx', '--image', 'digits:1')).stderr).toMatch(/about another image/);
    const text = readFileSync(place('s/certificates/1.json'), 'utf8');
    writeFileSync(place('changed.json'), text.replace('"rival":', '"rival": 1'));
    const changed = await konkyo.run(['verify', 'changed.json', 'dense.onnx']);
    expect(changed.stderr).toMatch(/was changed after it was written/);
    expect(changed.status).toBe(1);
  });

  it('prove again what --certify found: amplitudes, plain and weighted, and squares', async () => {
    const fast = ['--iterations', '10', '--noise-images', '5', '--draws', '20', '--threads', '1'];
    const certify = ['--certify', '--certify-weights', 'digits', '--json', '--out', 'c', '--save', 'c.npz'];
    const { stdout } = await konkyo.run(['noncontributing', 'c.onnx', 'digits:0', ...certify, ...fast]);
    const { images, certificates } = JSON.parse(stdout);
    const [{ certified, certifiedWeighted, certifiedSquares }] = images;
    expect(certificates).toHaveLength(4);
    expect(certifiedSquares.hasPlainBackground).toBe(true);
    expect(Object.keys(unzipSync(readFileSync(place('c.npz'))))).toContain('certified_weighted.npy');
    expect(certified.meanAmplitude).toBeGreaterThan(certifiedWeighted.meanAmplitude);
    expect(certified.weightedAmplitude).toBeLessThan(certifiedWeighted.weightedAmplitude);
    expect([certified.box, certifiedWeighted.box]).toEqual(['clipped', 'clipped']);
    const verified = async (name: string) =>
      JSON.parse((await konkyo.run(['verify', `c/certificates/${name}.json`, 'c.onnx', '--json'])).stdout);
    for (const name of ['1', '1-weighted', '1-square']) expect(await verified(name)).toMatchObject({ holds: true });
    const { side } = certifiedSquares.onObject;
    expect(await verified('1-square-on-object')).toMatchObject({ held: 784 - side ** 2, farthest: expect.anything() });
    const page = readFileSync(place('c/index.html'), 'utf8');
    expect(page).toContain(`${side} × ${side}`);
    expect(page).toContain('Proved: weighted mean');
  });

  it('take --epsilon only with --sufficient, and --certify and --save only without', async () => {
    const { status, stderr } = await konkyo.run(['noncontributing', 'c.onnx', 'digits:0', '--epsilon', '0.1']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/go with --sufficient/);
    const weights = await konkyo.run(['noncontributing', 'c.onnx', 'digits:0', '--certify-weights', 'digits']);
    expect(weights.stderr).toMatch(/goes with --certify/);
    const inner = await konkyo.run(['noncontributing', 'c.onnx', 'digits:0', '--certify', '--certify-inner', 'lines']);
    expect([inner.status, inner.stderr]).toEqual([2, expect.stringMatching(/is interval or linear, not "lines"/)]);
    for (const flag of [
      ['--certify'],
      ['--certify-weights', 'digits'],
      ['--certify-inner', 'linear'],
      ['--save', 'a.npz'],
    ]) {
      const refused = await konkyo.run(['noncontributing', 'c.onnx', 'digits:0', '--sufficient', ...flag]);
      expect(refused).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(`--sufficient does not go with ${flag[0]}:`),
      });
    }
  });
});
