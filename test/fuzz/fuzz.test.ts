import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

// `npm run fuzz` does 10,000.
it('explains or refuses 150 mutated model files, with an error of its own and within bounds', async () => {
  const { outcomes, failures } = await fuzz('models', 0, 150);
  expect(failures).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(3);
});

// `npm run fuzz -- --files` does 20,000.
it('reads or refuses 400 mutated files of all other formats, in time and never wrongly', async () => {
  const { outcomes, failures } = await fuzz('files', 0, 400);
  expect(failures).toEqual([]);
  expect([...outcomes.keys()].filter((what) => what.endsWith('accepted')).length).toBeGreaterThan(5);
});

// Batches of 2^31 and 65,536 images, which were once run.
it.each([401, 2416, 5251])('refuses file %d', async (seed) => {
  const { outcomes, failures } = await fuzz('models', seed, seed + 1);
  expect(failures).toEqual([]);
  expect([...outcomes.keys()]).toEqual(['refused unsuitable-model']);
});
