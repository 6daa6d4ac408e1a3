import { solveBox } from './boxProgram.ts';
import {
  type Bound,
  type Choices,
  carriedBack,
  firstChoices,
  type HiddenInterval,
  intervalsOf,
  marginBound,
  type PerUnit,
  type Phases,
  perUnit,
} from './chainBound.ts';
import { type ChainAtImage, dotRow, type Movement, movedFirst, scoresFrom } from './movement.ts';

/** A proof of a margin: a bound with its choices, or a unit, and a proof of each of its two cases. */
export type Proof =
  | { readonly kind: 'bound'; readonly choices: Choices | undefined }
  | { readonly kind: 'cases'; readonly layer: number; readonly unit: number; readonly on: Proof; readonly off: Proof };

/** What became of a proof. */
export type Verdict =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** A movement of the image within the box, [inputs], that brings the margin to the threshold or below. */
  | { readonly kind: 'refuted'; readonly by: Float64Array; readonly proof: Proof }
  /** Neither was found with the effort allowed. */
  | { readonly kind: 'open'; readonly proof: Proof };

export interface ProofEffort {
  /** Steps that a bound's choices are improved by before cases are told apart. */
  readonly steps: number;
  /** Bounds in one proof at most; 1 tells no cases apart. */
  readonly mostBounds: number;
}

/** What is to be proved: a . scores > threshold in the whole box. */
export interface Claim {
  readonly at: ChainAtImage;
  readonly movement: Movement;
  /** What `hiddenIntervals` says of the box. */
  readonly open: readonly HiddenInterval[];
  /** Coefficients of the scores. */
  readonly a: Float64Array;
  readonly threshold: number;
  /** What the bound is driven towards: something above the threshold. */
  readonly aim: number;
}

export const unproved: Proof = { kind: 'bound', choices: undefined };

/**
 * Proves a margin, or finds where it fails: branch and bound over the signs of the ReLUs, each bound the Lagrangian dual of the
 * relaxed network, which is exact where no sign is open. An earlier proof of a smaller box is begun from.
 */
export function prove(claim: Claim, effort: ProofEffort, from: Proof = unproved): Verdict {
  let left = effort.mostBounds;
  const walk = (proof: Proof, phases: Phases): Verdict => {
    if (proof.kind === 'cases') {
      const on = walk(proof.on, taken(phases, proof, 1));
      if (on.kind === 'refuted') return { ...on, proof: { ...proof, on: on.proof } };
      const off = walk(proof.off, taken(phases, proof, -1));
      const both: Proof = { ...proof, on: on.proof, off: off.proof };
      if (off.kind === 'refuted') return { ...off, proof: both };
      return { kind: on.kind === 'open' ? 'open' : off.kind, proof: both };
    }
    left -= 1;
    const { at, movement, open, a, threshold, aim } = claim;
    const intervals = intervalsOf(at, movement, phases, open);
    if (!intervals) return { kind: 'proved', proof: unproved };
    const boundOf = (choices: Choices) => marginBound(at, movement, phases, intervals, choices, a);
    let choices = proof.choices ?? firstChoices(intervals);
    let bound = boundOf(choices);
    let best = { choices, bound };
    for (let step = 0; step <= effort.steps; step++) {
      if (bound.marginThere <= threshold) return { kind: 'refuted', by: bound.by, proof };
      if (bound.lowest > best.bound.lowest) best = { choices, bound };
      if (bound.lowest > threshold) return { kind: 'proved', proof: asItIs(choices, intervals) };
      if (step === effort.steps) break;
      const next = ascended(choices, bound, aim);
      if (!next) break;
      choices = next;
      bound = boundOf(choices);
    }
    const unit = widest(best.bound.gaps);
    const kept: Proof = { kind: 'bound', choices: best.choices };
    if (unit && left > 0) return walk({ kind: 'cases', ...unit, on: kept, off: kept }, phases);
    if (unit) return { kind: 'open', proof: kept };
    const exact = settled(claim, phases, intervals, choices);
    if (!exact) return { kind: 'open', proof: kept };
    const last = boundOf(exact.choices);
    if (last.lowest > threshold) return { kind: 'proved', proof: asItIs(exact.choices, intervals) };
    return exact.marginThere <= threshold
      ? { kind: 'refuted', by: exact.by, proof: kept }
      : { kind: 'open', proof: kept };
  };
  return walk(from, perUnit(claim.at));
}

/** Where no sign is open, the smallest margin in the box and the cases, with the multipliers that prove it. */
function settled(
  { at, movement, a }: Claim,
  phases: Phases,
  intervals: readonly HiddenInterval[],
  { slopes }: Choices,
) {
  const { chain, first } = at;
  const [layer] = chain.layers;
  if (!layer) return undefined;
  const plain: Choices = { slopes, multipliers: perUnit(at) };
  const over = (of: Float64Array, k: number) => carriedBack(chain, phases, intervals, plain, of, k);
  const { moving } = movement;
  const row = (e: Float64Array) => Float64Array.from(moving, (i) => dotRow(layer.weights, i * layer.outputs, e));
  const taken = phases.flatMap((own, k) =>
    [...own].flatMap((phase, unit) => {
      if (phase === 0) return [];
      const { constant, e } = over(
        own.map((_, j) => (j === unit ? phase : 0)),
        k,
      );
      return [{ k, unit, row: row(e), atLeast: -constant - dotRow(first, 0, e) }];
    }),
  );
  const solution = solveBox({
    cost: row(over(a, chain.layers.length - 1).e),
    conditions: taken,
    low: Float64Array.from(moving, (i) => movement.down[i] ?? 0),
    high: Float64Array.from(moving, (i) => movement.up[i] ?? 0),
  });
  if (!solution) return undefined;
  const multipliers = perUnit(at);
  taken.forEach(({ k, unit }, r) => {
    const own = multipliers[k];
    if (own) own[unit] = solution.y[r] ?? 0;
  });
  const by = new Float64Array(layer.inputs);
  moving.forEach((input, i) => {
    by[input] = solution.x[i] ?? 0;
  });
  const marginThere = dotRow(scoresFrom(chain, movedFirst(at, movement, by)), 0, a);
  return {
    choices: { slopes, multipliers },
    by,
    marginThere: solution.isEmpty ? Number.POSITIVE_INFINITY : marginThere,
  };
}

/** The slopes of units whose sign is known are those of the ReLU: for who finds the sign a rounding away from known. */
function asItIs({ slopes, multipliers }: Choices, intervals: readonly HiddenInterval[]): Proof {
  const known = slopes.map((own, k) =>
    own.map((slope, j) => {
      const [low, high] = [intervals[k]?.low[j] ?? 0, intervals[k]?.high[j] ?? 0];
      return low >= 0 ? 1 : high <= 0 ? 0 : slope;
    }),
  );
  return { kind: 'bound', choices: { slopes: known, multipliers } };
}

/** Polyak's step: as far along the slope as would reach the aim if the bound were linear. Undefined where there is no slope. */
function ascended({ slopes, multipliers }: Choices, { lowest, slope }: Bound, aim: number): Choices | undefined {
  const clipped = (values: PerUnit, along: PerUnit, most: number) =>
    along.map((layer, k) =>
      layer.map((g, j) => {
        const value = values[k]?.[j] ?? 0;
        return (value <= 0 && g < 0) || (value >= most && g > 0) ? 0 : g;
      }),
    );
  const g = {
    slopes: clipped(slopes, slope.slopes, 1),
    multipliers: clipped(multipliers, slope.multipliers, Number.POSITIVE_INFINITY),
  };
  let size = 0;
  for (const layer of [...g.slopes, ...g.multipliers]) for (const value of layer) size += value * value;
  if (!(size > 0)) return undefined;
  const rate = (aim - lowest) / size;
  const moved = (values: PerUnit, along: PerUnit, most: number) =>
    values.map((layer, k) => layer.map((value, j) => Math.min(most, Math.max(0, value + rate * (along[k]?.[j] ?? 0)))));
  return {
    slopes: moved(slopes, g.slopes, 1),
    multipliers: moved(multipliers, g.multipliers, Number.POSITIVE_INFINITY),
  };
}

function taken(phases: Phases, { layer, unit }: { layer: number; unit: number }, phase: number): Phases {
  return phases.map((own, k) => (k === layer ? own.map((value, j) => (j === unit ? phase : value)) : own));
}

/** The open unit that could cost the bound most. */
function widest(gaps: PerUnit): { layer: number; unit: number } | undefined {
  let found: { layer: number; unit: number } | undefined;
  let most = 0;
  gaps.forEach((own, layer) => {
    own.forEach((gap, unit) => {
      if (gap > most) [found, most] = [{ layer, unit }, gap];
    });
  });
  return found;
}

/** How many bounds a proof has. */
export function boundsIn(proof: Proof): number {
  return proof.kind === 'bound' ? 1 : boundsIn(proof.on) + boundsIn(proof.off);
}
