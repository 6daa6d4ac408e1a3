// Node only: reads the digits that ship with the package.
import { loadDigits } from '../digits.ts';
import { composeMosaics } from './composeMosaics.ts';
import type { MosaicDataset } from './mosaic.ts';

const training = { name: 'mosaic (training)', count: 6_000, seed: 1 } as const;
const test = { name: 'mosaic (test)', count: 1_000, seed: 2 } as const;

/** The mosaics of the embedded digits: 6,000 to learn from, of its training digits, and 1,000 to test with, of its test digits. */
export async function loadMosaics(): Promise<MosaicDataset> {
  const digits = await loadDigits();
  return { train: composeMosaics(digits.train, training), test: composeMosaics(digits.test, test) };
}
