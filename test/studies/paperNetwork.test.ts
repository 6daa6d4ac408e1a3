import { expect, it } from 'vitest';
import { loadDigits } from '../../src/datasets/digits.ts';
import { selectImages } from '../../src/datasets/labelledImages.ts';
import { trainPaperNetwork } from '../../src/studies/paperNetwork.ts';
import type { architectures } from '../../src/training/architectures.ts';
import { cpu } from '../runtimes.ts';

it('network c is trained with its weight decay, or as its variant without', async () => {
  const { train, test } = await loadDigits();
  const first = (set: typeof train) => selectImages(set, [...Array(300).keys()]);
  const dataset = { train: first(train), test: first(test) };
  const norm = ({ graph }: { graph: ReturnType<typeof architectures.c.build>['graph'] }) =>
    Math.hypot(...(graph.initializers.get('dense.weight')!.data as Float32Array));
  const trained = (variant?: 'no-decay') => trainPaperNetwork('c', 3, { runtime: cpu, dataset, updates: 20, variant });
  const [decayed, plain] = [await trained(), await trained('no-decay')];
  expect(norm(decayed.model)).toBeLessThan(0.99 * norm(plain.model));
});
