import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KonkyoError } from '../../src/konkyoError.ts';
import { externalLocations, readModel } from '../../src/onnx/readModel.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';

const bytes = readFileSync('test/reference/lenet.onnx');

/** Bits to turn over, by byte; most of them outside of the weights, where structure is. */
const flips = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(600), fc.integer({ min: bytes.length - 300, max: bytes.length - 1 }), fc.nat(bytes.length - 1)),
    bit: fc.nat(7),
  }),
  { minLength: 1, maxLength: 6 },
);
const length = fc.oneof({ weight: 3, arbitrary: fc.constant(bytes.length) }, fc.nat(bytes.length));

it('a damaged file is read or refused with an error of its own', () => {
  let refused = 0;
  const property = fc.property(flips, length, (changes, kept) => {
    const damaged = Uint8Array.from(bytes.subarray(0, kept));
    for (const { at, bit } of changes) if (at < kept) damaged[at]! ^= 1 << bit;
    try {
      externalLocations(damaged);
      writeModel(readModel(damaged));
    } catch (error) {
      refused++;
      expect(error).toBeInstanceOf(KonkyoError);
    }
  });
  fc.assert(property, { seed: 20240229, numRuns: 300, endOnFailure: false });
  expect(refused).toBeGreaterThan(50);
});
