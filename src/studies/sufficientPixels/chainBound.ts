import { backward, type ChainAtImage, dotRow, forward, type Movement, movedFirst, scoresFrom } from './movement.ts';
import type { ReluChain } from './reluChain.ts';

/** Of each hidden layer a number for each unit. */
export type PerUnit = readonly Float64Array[];

/** Which units are taken to be on (1) or off (-1); 0 leaves it open. */
export type Phases = PerUnit;

/** Between which values each hidden layer's outputs lie, before the ReLU. */
export interface HiddenInterval {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What a bound chooses: it holds whatever they are. */
export interface Choices {
  /** The slope below each ReLU whose sign is open, 0 to 1. */
  readonly slopes: PerUnit;
  /** What each case is worth, 0 or more: the multiplier of z >= 0 where a unit is taken to be on, of z <= 0 where off. */
  readonly multipliers: PerUnit;
}

export interface Bound {
  /** In the whole box, where the units are as they are taken to be, the margin is at least this. */
  readonly lowest: number;
  /** What the bound's slope is in each of its choices. */
  readonly slope: Choices;
  /** How far the image moves to where the bound is smallest, [inputs]. */
  readonly by: Float64Array;
  /** The network's own margin there. */
  readonly marginThere: number;
  /** How much each unit whose sign is open could cost the bound. */
  readonly gaps: PerUnit;
}

/** Coefficients of the scores: 1 for the class that is kept and -1 for its rival. */
export function rivalry(scores: number, kept: number, rival: number): Float64Array {
  const a = new Float64Array(scores);
  a[kept] = 1;
  a[rival] = -1;
  return a;
}

/** Zeros for each hidden unit. */
export function perUnit({ chain }: ChainAtImage): Float64Array[] {
  return chain.layers.slice(0, -1).map(({ outputs }) => new Float64Array(outputs));
}

export interface Line {
  readonly slope: number;
  readonly height: number;
}

/** The line that a coefficient puts in place of max(z, 0) with z in [low, high]: below it for a positive one, above else. */
function line(coefficient: number, low: number, high: number, phase: number, slopeBelow: number): Line {
  if (phase > 0 || low >= 0) return { slope: 1, height: 0 };
  if (phase < 0 || high <= 0) return { slope: 0, height: 0 };
  if (coefficient >= 0) return { slope: slopeBelow, height: 0 };
  const slope = high / (high - low);
  return { slope, height: -slope * low };
}

/** What a linear function of a layer's outputs is, or is not below, as one of the first layer's outputs. */
export interface OverFirst {
  readonly constant: number;
  /** Coefficients of the first layer's outputs. */
  readonly e: Float64Array;
  /** Of each hidden layer, the lines that took the ReLUs' place, and the coefficients that they were chosen for. */
  readonly through: readonly { readonly lines: readonly Line[]; readonly coefficients: Float64Array }[];
}

/**
 * a . z_k, for z_k the outputs of layer k, carried back to the first layer (CROWN, Zhang et al. 2018), and what the units' cases
 * are worth, as Lagrange multipliers (Wang et al. 2021). It is exact where no sign is open and no multiplier above 0.
 */
export function carriedBack(
  { layers }: ReluChain,
  phases: Phases,
  intervals: readonly HiddenInterval[],
  { slopes, multipliers }: Choices,
  a: Float64Array,
  k: number,
): OverFirst {
  let constant = 0;
  let e = a;
  const through: { lines: Line[]; coefficients: Float64Array }[] = [];
  for (let layer = k; layer > 0; layer--) {
    const affine = layers[layer];
    const hidden = intervals[layer - 1];
    if (!affine || !hidden) throw new RangeError(`There is no layer ${layer}.`);
    constant += dotRow(affine.bias, 0, e);
    const coefficients = backward(affine, e);
    const phase = phases[layer - 1] ?? coefficients;
    const lines = [...coefficients].map((value, j) =>
      line(value, hidden.low[j] ?? 0, hidden.high[j] ?? 0, phase[j] ?? 0, slopes[layer - 1]?.[j] ?? 0),
    );
    const worth = multipliers[layer - 1];
    lines.forEach(({ height }, j) => {
      constant += (coefficients[j] ?? 0) * height;
    });
    e = coefficients.map((value, j) => value * (lines[j]?.slope ?? 0) - (phase[j] ?? 0) * (worth?.[j] ?? 0));
    through.unshift({ lines, coefficients });
  }
  return { constant, e, through };
}

/** The smallest value in the box, and how far each input, [inputs], moves there. */
function smallest({ chain, first }: ChainAtImage, { moving, down, up }: Movement, { constant, e }: OverFirst) {
  const [layer] = chain.layers;
  if (!layer) throw new RangeError('A network has a layer at least.');
  let lowest = constant + dotRow(first, 0, e);
  const by = new Float64Array(layer.inputs);
  for (const i of moving) {
    const g = dotRow(layer.weights, i * layer.outputs, e);
    const step = (g > 0 ? down[i] : up[i]) ?? 0;
    by[i] = step;
    lowest += g * step;
  }
  return { lowest, by };
}

/** The bound of a margin, with its slope in what was chosen. @param a coefficients of the scores */
export function marginBound(
  at: ChainAtImage,
  movement: Movement,
  phases: Phases,
  intervals: readonly HiddenInterval[],
  choices: Choices,
  a: Float64Array,
): Bound {
  const { layers } = at.chain;
  const carried = carriedBack(at.chain, phases, intervals, choices, a, layers.length - 1);
  const { lowest, by } = smallest(at, movement, carried);
  const z0 = movedFirst(at, movement, by);
  let z = z0;
  const slopes: Float64Array[] = [];
  const multipliers: Float64Array[] = [];
  const gaps: Float64Array[] = [];
  carried.through.forEach(({ lines: own, coefficients: c }, layer) => {
    const [hidden, phase, next] = [intervals[layer], phases[layer], layers[layer + 1]];
    if (!hidden || !phase || !next) return;
    const isOpen = (j: number) => phase[j] === 0 && (hidden.low[j] ?? 0) < 0 && (hidden.high[j] ?? 0) > 0;
    slopes.push(z.map((value, j) => (isOpen(j) ? Math.max(c[j] ?? 0, 0) * value : 0)));
    multipliers.push(z.map((value, j) => -(phase[j] ?? 0) * value));
    gaps.push(
      z.map((_, j) => {
        const [low, high] = [hidden.low[j] ?? 0, hidden.high[j] ?? 0];
        return isOpen(j) ? (Math.abs(c[j] ?? 0) * -low * high) / (high - low) : 0;
      }),
    );
    z = forward(
      next,
      z.map((value, j) => (own[j]?.slope ?? 0) * value + (own[j]?.height ?? 0)),
    );
  });
  const marginThere = dotRow(scoresFrom(at.chain, z0), 0, a);
  return { lowest, slope: { slopes, multipliers }, by, marginThere, gaps };
}

/** The smaller loss of area between the line below and the ReLU. */
function steeper({ low, high }: HiddenInterval): Float64Array {
  return low.map((value, j) => ((high[j] ?? 0) > -value ? 1 : 0));
}

/** Between which values each hidden layer's outputs lie in the box, whatever their signs, by linear bounds of their own. */
export function hiddenIntervals(at: ChainAtImage, movement: Movement): HiddenInterval[] {
  return intervalsFrom(at, movement, perUnit(at), []) ?? [];
}

/**
 * The same where some units are taken to be on or off; undefined where they cannot be.
 * @param open the intervals without any cases.
 */
export function intervalsOf(
  at: ChainAtImage,
  movement: Movement,
  phases: Phases,
  open: readonly HiddenInterval[],
): HiddenInterval[] | undefined {
  // The layers up to the first with a case are as they were, but for the cases themselves.
  const cased = phases.findIndex((own) => own.some((phase) => phase !== 0));
  if (cased < 0) return [...open];
  return intervalsFrom(at, movement, phases, open.slice(0, cased + 1));
}

function intervalsFrom(
  at: ChainAtImage,
  movement: Movement,
  phases: Phases,
  known: readonly HiddenInterval[],
): HiddenInterval[] | undefined {
  const intervals: HiddenInterval[] = [];
  const slopes: Float64Array[] = [];
  const none = perUnit(at);
  for (const [k, { outputs }] of at.chain.layers.slice(0, -1).entries()) {
    const end = (unit: number, sign: number) => {
      const a = new Float64Array(outputs);
      a[unit] = sign;
      return smallest(at, movement, carriedBack(at.chain, phases, intervals, { slopes, multipliers: none }, a, k))
        .lowest;
    };
    const [low, high] = [new Float64Array(outputs), new Float64Array(outputs)];
    for (let unit = 0; unit < outputs; unit++) {
      const phase = phases[k]?.[unit] ?? 0;
      const [from, to] = [known[k]?.low[unit] ?? end(unit, 1), known[k]?.high[unit] ?? -end(unit, -1)];
      if ((phase > 0 && to < 0) || (phase < 0 && from > 0)) return undefined;
      low[unit] = phase > 0 ? Math.max(from, 0) : from;
      high[unit] = phase < 0 ? Math.min(to, 0) : to;
    }
    intervals.push({ low, high });
    slopes.push(steeper({ low, high }));
  }
  return intervals;
}

/** Where a search of the choices begins. */
export function firstChoices(intervals: readonly HiddenInterval[]): Choices {
  return { slopes: intervals.map(steeper), multipliers: intervals.map(({ low }) => new Float64Array(low.length)) };
}

/** What each input's movement, by `down` or `up`, takes off the bound of a margin, [inputs]. */
export function inputCosts(
  at: ChainAtImage,
  { down, up }: Pick<Movement, 'down' | 'up'>,
  intervals: readonly HiddenInterval[],
  choices: Choices | undefined,
  a: Float64Array,
): Float64Array {
  const { layers } = at.chain;
  const [layer] = layers;
  if (!layer) throw new RangeError('A network has a layer at least.');
  const { e } = carriedBack(at.chain, perUnit(at), intervals, choices ?? firstChoices(intervals), a, layers.length - 1);
  return down.map((step, i) => {
    const g = dotRow(layer.weights, i * layer.outputs, e);
    return -Math.min(g * step, g * (up[i] ?? 0));
  });
}
