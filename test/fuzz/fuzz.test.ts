import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

// `npm run fuzz` does 10,000.
it('explains or refuses 150 mutated model files, with an error of its own and within bounds', {
  timeout: 180_000,
}, async () => {
  const { outcomes, failures } = await fuzz(0, 150);
  expect(failures).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(3);
});

// Batches of 2^31 and 65,536 images, which were once run.
it.each([401, 2416, 5251])('refuses file %d', { timeout: 60_000 }, async (seed) => {
  const { outcomes, failures } = await fuzz(seed, seed + 1);
  expect(failures).toEqual([]);
  expect([...outcomes.keys()]).toEqual(['refused unsuitable-model']);
});
