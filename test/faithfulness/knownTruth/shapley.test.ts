import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/attribution/explain.ts';
import { kernelShap } from '../../../src/attribution/perturbation/kernelShap.ts';
import { handSetImages, handSetNetworks } from '../../../src/faithfulness/knownTruth/handSetNetworks.ts';
import { exactShapleyValues } from '../../../src/faithfulness/knownTruth/shapleyTruth.ts';
import { shapleyValues } from '../../../src/faithfulness/knownTruth/shapleyValues.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { nodeRuntime } from '../../../src/runtime/node.ts';

const runtime = nodeRuntime({ threads: 1 });
const networks = new Map(handSetNetworks(0).map((network) => [network.name, network]));
const load = (name: string) => loadClassifier(writeModel(networks.get(name)!.model), { runtime });

/** Of one image, by running the network. */
async function valuesOf(name: string, pixels: readonly number[]): Promise<number[]> {
  const classifier = await load(name);
  const [values] = await exactShapleyValues(classifier, float32([1, 1, 3, 3], pixels));
  await classifier.release();
  return [...values!];
}

const near = (found: readonly number[], wanted: readonly number[]) =>
  expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-6);

describe('exact Shapley values', () => {
  it('are the mean gain over all orders', () => {
    const source = random(4);
    const worths = Array.from({ length: 32 }, () => source.uniform());
    const orders = (players: readonly number[]): number[][] =>
      players.length === 0
        ? [[]]
        : players.flatMap((first) => orders(players.filter((p) => p !== first)).map((rest) => [first, ...rest]));
    const all = orders([0, 1, 2, 3, 4]);
    const sums = [0, 0, 0, 0, 0];
    for (const order of all) {
      let coalition = 0;
      for (const player of order) {
        sums[player]! += worths[coalition + 2 ** player]! - worths[coalition]!;
        coalition += 2 ** player;
      }
    }
    near(
      [...shapleyValues(worths)],
      sums.map((sum) => sum / all.length),
    );
  });

  const x = [0.9, 0.5, 0.6, 0.55, 0.7, 0.8, 0.65, 0.75, 0.6];

  it('of a linear network are weight times pixel', async () => {
    near(await valuesOf('linear', x), [1.8, -0.5, 0, 0, 0.35, 0, 0, -2.25, 0.6]);
  });

  it('share what pixels do only together', async () => {
    // relu(0.9 + 0.6 - 1): half of it each.
    near(await valuesOf('and', x), [0.25, 0, 0, 0, 0, 0, 0, 0, 0.25]);
    // Of three ones a pair is worth a half, and all three 1.5.
    near(await valuesOf('three together', [1, 0, 0, 0, 1, 0, 0, 0, 1]), [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5]);
  });

  it('share what one pixel of several does alone', async () => {
    // min(1, 0.9 + 0.6): alone 0.9 and 0.6, after the other 0.4 and 0.1.
    near(await valuesOf('or', x), [0.65, 0, 0, 0, 0, 0, 0, 0, 0.35]);
    // |0.9 - 0.6|: alone 0.9 and 0.6, after the other -0.3 and -0.6.
    near(await valuesOf('xor', x), [0.3, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('of a maximum are those of the airport game', async () => {
    // Littlechild & Owen 1973: whoever needs the runway shares each part of it. The k-th smallest pixel gets the sum over
    // j <= k of (x_j - x_(j-1)) / (n - j + 1).
    const order = [...x.keys()].sort((a, b) => x[a]! - x[b]!);
    const wanted = new Array<number>(9).fill(0);
    let [sum, before] = [0, 0];
    order.forEach((pixel, j) => {
      sum += (x[pixel]! - before) / (9 - j);
      before = x[pixel]!;
      wanted[pixel] = sum;
    });
    near(await valuesOf('max', x), wanted);
  });

  it('are what KernelSHAP gives from all sets of pixels', async () => {
    const images = handSetImages(2, 1);
    for (const name of ['random', 'three together']) {
      const classifier = await load(name);
      const known = await exactShapleyValues(classifier, images);
      const found = await explain(classifier, images, [kernelShap({ grid: 3 })], { target: () => 1 });
      for (const [i, { maps }] of found.entries()) near([...maps[0]!.values.data], [...known[i]!]);
      await classifier.release();
    }
  });
});
