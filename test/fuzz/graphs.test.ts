import { expect, it } from 'vitest';
import { fuzzGraphs } from './differenceRun.ts';

// `npm run fuzz -- --graphs` does 10,000.
it('scores and gradients of 60 random graphs are those of ONNX Runtime and of finite differences', {
  timeout: 180_000,
}, async () => {
  const { counts, found } = await fuzzGraphs(0, 60);
  expect(found.filter(({ kind }) => kind === 'differs')).toEqual([]);
  expect(counts.get('agrees')).toBeGreaterThan(54);
});
