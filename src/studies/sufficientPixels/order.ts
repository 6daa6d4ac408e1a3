import { type Claim, prove } from './cases.ts';
import { hiddenIntervals, inputCosts, rivalry } from './chainBound.ts';
import { type FreeingTask, movementOf } from './freePixels.ts';
import { atImage, dotRow, scoresFrom } from './movement.ts';

/**
 * In which order pixels are freed, those first that are thought to matter least: by how much the kept class's score falls where
 * the pixel is turned round within its range ('reversal') or put at 0 ('deletion'), both as VeriX does, or by what its movement
 * costs the bound of the most endangered rival ('bound').
 */
export type Order = 'reversal' | 'deletion' | 'bound';

/** Pixels by the fall of the kept class's score where all inputs of a pixel are set to another value. */
export function byEffect(
  { at, inputsOf, kept }: FreeingTask,
  image: Float32Array,
  replaced: (value: number, input: number) => number,
): number[] {
  const score = scoresFrom(at.chain, at.first)[kept] ?? 0;
  const falls = inputsOf.map((inputs) => {
    const changed = image.slice();
    for (const i of inputs) changed[i] = replaced(image[i] ?? 0, i);
    return score - (scoresFrom(at.chain, atImage(at.chain, changed).first)[kept] ?? 0);
  });
  return ascending(falls);
}

/**
 * Pixels by their largest cost, over the rivals, as a share of the rival's clean margin, in bounds of the box in which
 * `free` pixels move.
 */
export function byBound(task: FreeingTask, free: readonly number[]): number[] {
  const { at, down, up, inputsOf, kept, threshold } = task;
  const width = at.chain.layers.at(-1)?.outputs ?? 0;
  const scores = scoresFrom(at.chain, at.first);
  const movement = movementOf(task, free);
  const open = hiddenIntervals(at, movement);
  const costs = inputsOf.map(() => 0);
  for (let rival = 0; rival < width; rival++) {
    if (rival === kept) continue;
    const a = rivalry(width, kept, rival);
    const margin = dotRow(scores, 0, a);
    const claim: Claim = { at, movement, open, a, threshold, aim: threshold + margin };
    const { proof } = prove(claim, { steps: 30, mostBounds: 1 });
    const choices = proof.kind === 'bound' ? proof.choices : undefined;
    const own = inputCosts(at, { down, up }, open, choices, a);
    inputsOf.forEach((inputs, pixel) => {
      const cost = inputs.reduce((sum, i) => sum + (own[i] ?? 0), 0) / margin;
      costs[pixel] = Math.max(costs[pixel] ?? 0, cost);
    });
  }
  return ascending(costs);
}

function ascending(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}
