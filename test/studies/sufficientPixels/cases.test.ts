import { describe, expect, it } from 'vitest';
import { random } from '../../../src/random/random.ts';
import { boundsIn, prove } from '../../../src/studies/sufficientPixels/cases.ts';
import { hiddenIntervals, rivalry } from '../../../src/studies/sufficientPixels/chainBound.ts';
import { atImage, marginGradient, movedFirst, scoresFrom } from '../../../src/studies/sufficientPixels/movement.ts';
import type { AffineLayer, ReluChain } from '../../../src/studies/sufficientPixels/reluChain.ts';

const source = random(2);
const number = () => 2 * source.uniform() - 1;
const layer = (inputs: number, outputs: number): AffineLayer => ({
  inputs,
  outputs,
  weights: Float64Array.from({ length: inputs * outputs }, () => 2 * number()),
  bias: Float64Array.from({ length: outputs }, number),
});
const chainOf = (): ReluChain => ({ layers: [layer(3, 6), layer(6, 5), layer(5, 3)], values: ['a', 'b', 'c'] });
const image = Float32Array.of(0.25, 0.5, 0.75);
const movement = {
  moving: [0, 1, 2],
  down: Float64Array.of(-0.5, -0.5, -0.5),
  up: Float64Array.of(0.5, 0.5, 0.5),
};

/** The margin at one movement, by plain loops. */
function margin({ layers }: ReluChain, by: ArrayLike<number>): number {
  let y = Array.from(image, (value, i) => value + by[i]!);
  layers.forEach(({ inputs, outputs, weights, bias }, k) => {
    const z = Array.from({ length: outputs }, (_, o) => {
      let sum = bias[o]!;
      for (let i = 0; i < inputs; i++) sum += weights[i * outputs + o]! * y[i]!;
      return sum;
    });
    y = k < layers.length - 1 ? z.map((value) => Math.max(0, value)) : z;
  });
  return y[0]! - y[1]!;
}

/** The smallest margin on a grid: no less than the smallest there is, and not much more. */
function onGrid(chain: ReluChain): number {
  const steps = 24;
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a <= steps; a++)
    for (let b = 0; b <= steps; b++)
      for (let c = 0; c <= steps; c++)
        least = Math.min(least, margin(chain, [a / steps - 0.5, b / steps - 0.5, c / steps - 0.5]));
  return least;
}

describe('a margin in a box', () => {
  it('is proved up to where it is smallest and refuted above, with a movement that shows it', () => {
    let told = 0;
    for (let network = 0; network < 4; network++) {
      const chain = chainOf();
      const at = atImage(chain, image);
      const least = onGrid(chain);
      const claim = (threshold: number) => ({
        at,
        movement,
        open: hiddenIntervals(at, movement),
        a: rivalry(3, 0, 1),
        threshold,
        aim: threshold + 0.1,
      });
      const effort = { steps: 20, mostBounds: 500 };
      const proved = prove(claim(least - 0.2), effort);
      expect(proved.kind).toBe('proved');
      told = Math.max(told, boundsIn(proved.proof));
      const refuted = prove(claim(least + 1e-6), effort);
      if (refuted.kind !== 'refuted') throw new Error(refuted.kind);
      expect(margin(chain, refuted.by)).toBeLessThanOrEqual(least + 2e-6);
      for (const [i, step] of refuted.by.entries()) {
        expect(step).toBeGreaterThanOrEqual(movement.down[i]! - 1e-9);
        expect(step).toBeLessThanOrEqual(movement.up[i]! + 1e-9);
      }
    }
    expect(told).toBeGreaterThan(3);
  });

  it('is left open where no cases may be told apart and one bound is not enough', () => {
    const chain = chainOf();
    const at = atImage(chain, image);
    const threshold = onGrid(chain) - 0.01;
    const open = hiddenIntervals(at, movement);
    const claim = { at, movement, open, a: rivalry(3, 0, 1), threshold, aim: threshold + 0.1 };
    expect(prove(claim, { steps: 20, mostBounds: 1 }).kind).toBe('open');
    expect(prove(claim, { steps: 20, mostBounds: 500 }).kind).toBe('proved');
  });
});

it('every value before a ReLU lies in its interval', () => {
  const chain = chainOf();
  const at = atImage(chain, image);
  const [, second] = hiddenIntervals(at, movement);
  for (let k = 0; k < 200; k++) {
    const z = movedFirst(
      at,
      movement,
      Float64Array.from({ length: 3 }, () => number() / 2),
    );
    const next = scoresFrom({ ...chain, layers: chain.layers.slice(0, 2) }, z);
    next.forEach((value, j) => {
      expect(value).toBeGreaterThanOrEqual(second!.low[j]! - 1e-9);
      expect(value).toBeLessThanOrEqual(second!.high[j]! + 1e-9);
    });
  }
});

it('the gradient of a margin is that of finite differences', () => {
  const chain = chainOf();
  const { first } = atImage(chain, image);
  const a = rivalry(3, 2, 0);
  const value = (z: Float64Array) => scoresFrom(chain, z).reduce((sum, s, i) => sum + s * a[i]!, 0);
  const step = 1e-6;
  marginGradient(chain, first, a).forEach((slope, i) => {
    const moved = (by: number) => value(first.map((z, j) => (i === j ? z + by : z)));
    expect(slope).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 5);
  });
});
