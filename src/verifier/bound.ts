import type { FileChoice } from './certificateFile.ts';
import type { Layer } from './onnxLayers.ts';
import { down, plus, type Range, scaled, times, up, zero } from './outward.ts';

/*
 * The proof itself. A linear function of a layer's outputs is carried back to the pixels, each layer putting in its place one that
 * is nowhere larger, and there its smallest value in the box is plain. Coefficients are ranges, so whatever was rounded is within.
 * Nothing here depends on where the choices come from: the bound holds for any slopes and shares from 0 to 1 and any multipliers
 * from 0 on; out of these ranges they are refused.
 */

/** Units taken to be on (1) or off (-1), by ReLU layer and unit; others are open. */
export type Cases = ReadonlyMap<string, 1 | -1>;

export const caseKey = (relu: number, unit: number) => `${relu}/${unit}`;

export interface Network {
  readonly layers: readonly Layer[];
  /** The box of the input. */
  readonly box: readonly Range[];
}

/** At most which ReLU and which max pooling lies before each layer, counted from 0. */
function countOf(layers: readonly Layer[], kind: Layer['kind'], before: number): number {
  return layers.slice(0, before).filter((layer) => layer.kind === kind).length;
}

/**
 * The smallest value of a . v in the box, where v is what goes into layer `k` and the units are as they are taken to be.
 * @param inputs of each layer up to k, between which values they lie: `rangesOf`
 */
export function lowestOf(
  { layers, box }: Network,
  inputs: readonly (readonly Range[])[],
  a: readonly Range[],
  k: number,
  cases: Cases,
  choice: FileChoice | undefined,
): number {
  let constant = zero;
  let c = a;
  for (let at = k - 1; at >= 0; at--) {
    const layer = layers[at];
    const ranges = inputs[at] ?? [];
    if (!layer) continue;
    const next: Range[] = ranges.map(() => zero);
    const add = (i: number, more: Range) => {
      next[i] = plus(next[i] ?? zero, more);
    };
    if (layer.kind === 'affine') {
      c.forEach((own, o) => {
        if (isZero(own)) return;
        constant = plus(constant, scaled(own, layer.bias[o] ?? 0));
        for (let e = layer.start[o] ?? 0; e < (layer.start[o + 1] ?? 0); e++)
          add(layer.index[e] ?? 0, scaled(own, layer.weight[e] ?? 0));
      });
    } else if (layer.kind === 'relu') {
      const relu = countOf(layers, 'relu', at);
      c.forEach((own, j) => {
        const range = ranges[j] ?? zero;
        const assumed = cases.get(caseKey(relu, j));
        if (isZero(own) && !assumed) return;
        const worth = assumed ? positive(choice?.multipliers[relu]?.[j] ?? 0) : 0;
        const { coefficient, height } = underRelu(own, range, assumed, choice?.slopes[relu]?.[j]);
        constant = plus(constant, height);
        // z >= 0 times what it is worth is taken off, z <= 0 put on: neither raises the function where the case holds.
        next[j] = plus(coefficient, { low: -(assumed ?? 0) * worth, high: -(assumed ?? 0) * worth });
      });
    } else {
      const pool = choice?.pools?.[countOf(layers, 'max', at)];
      c.forEach((own, o) => {
        if (isZero(own)) return;
        const window = layer.windows[o] ?? [];
        const elements = window.map((i) => ranges[i] ?? zero);
        const under = underMax(own, elements, pool?.shares[o], pool?.heights[o]);
        constant = plus(constant, under.height);
        for (const [n, more] of under.coefficients.entries()) add(window[n] ?? 0, more);
      });
    }
    c = next;
  }
  return c.reduce((sum, own, i) => (isZero(own) ? sum : plus(sum, times(own, box[i] ?? zero))), constant).low;
}

function isZero({ low, high }: Range): boolean {
  return low === 0 && high === 0;
}

function positive(value: number): number {
  return value >= 0 && Number.isFinite(value) ? value : 0;
}

/** c max(z, 0) >= coefficient z + height, for z in a range. */
function underRelu(c: Range, { low, high }: Range, assumed: 1 | -1 | undefined, slope = high > -low ? 1 : 0) {
  if (assumed === 1 || low >= 0) return { coefficient: c, height: zero };
  if (assumed === -1 || high <= 0) return { coefficient: zero, height: zero };
  if (c.low >= 0) return { coefficient: scaled(c, Math.min(1, positive(slope))), height: zero };
  if (c.high > 0) return { coefficient: zero, height: scaled({ low: high, high }, c.low) };
  const steep = Math.min(1, high / (high - low));
  // A line of this slope that is above at both ends and at the kink is above everywhere.
  const above = Math.max(0, up(-steep * low), up(high - down(steep * high)));
  return { coefficient: scaled(c, steep), height: times(c, { low: above, high: above }) };
}

/** c max(x) >= coefficients . x + height. */
function underMax(c: Range, x: readonly Range[], shares: readonly number[] | undefined, height?: number) {
  const floor = Math.max(...x.map(({ low }) => low));
  const top = Math.max(...x.map(({ high }) => high));
  // Ends that differ by little are equal, lest rounding chooses which bound it is.
  const slack = 1e-4 * (top - floor);
  if (c.low >= 0) {
    const given = x.map(({ low }, i) => positive(shares?.[i] ?? (low >= floor - slack ? 1 : 0)));
    const most = given.indexOf(Math.max(...given));
    const sum = given.reduce((all, share) => up(all + share), 0) || 1;
    const parts = given.map((share) => Math.max(0, down(share / sum)));
    // What is left of 1 goes to the largest share, so that they sum to 1 exactly.
    const others = parts.reduce<Range>(
      (all, share, i) => (i === most ? all : plus(all, { low: share, high: share })),
      zero,
    );
    const rest = { low: Math.max(0, down(1 - others.high)), high: up(1 - others.low) };
    return { coefficients: parts.map((share, i) => (i === most ? times(c, rest) : scaled(c, share))), height: zero };
  }
  const flat = { coefficients: x.map(() => zero), height: times(c, { low: floor, high: top }) };
  if (c.high > 0) return flat;
  // By default one element alone has a slope: the others stay below.
  const second = Math.max(...x.map(({ low, high }) => (high >= top - slack ? low : high)));
  const t = height === undefined ? second : Math.min(top, floor + Math.min(1, positive(height)) * (top - floor));
  const slopes = x.map(({ low, high }) => (high > t ? up(up(high - t) / down(high - low)) : 0));
  if (t < floor || slopes.some((slope) => !(slope >= 0 && Number.isFinite(slope)))) return flat;
  const fixed = slopes.reduce<Range>(
    (sum, slope, i) => plus(sum, scaled({ low: x[i]?.low ?? 0, high: x[i]?.low ?? 0 }, -slope)),
    { low: t, high: t },
  );
  return { coefficients: slopes.map((slope) => scaled(c, slope)), height: times(c, fixed) };
}

/** Layer by layer, which is fast, or by linear bounds before each ReLU, which is tighter. A bound may be better with either. */
export type Intervals = 'layers' | 'linear';

/**
 * Between which values the inputs of every layer lie, and last the network's outputs. Undefined where the units cannot be as they
 * are taken to be.
 */
export function rangesOf(network: Network, cases: Cases, how: Intervals = 'linear'): Range[][] | undefined {
  const { layers, box } = network;
  const ranges: Range[][] = [[...box]];
  for (const [at, layer] of layers.entries()) {
    let now = ranges[at] ?? [];
    if (layer.kind === 'relu') {
      const relu = countOf(layers, 'relu', at);
      // Where the sign is known nothing is gained, but for max pooling, which compares.
      const isOpen = ({ low, high }: Range) => high > 0 && (low < 0 || layers[at + 1]?.kind === 'max');
      if (at > 1 && how === 'linear')
        now = now.map((range, j) => (isOpen(range) ? tightened(network, ranges, range, j, at, cases) : range));
      const sided = now.map((range, j) => takenAs(range, cases.get(caseKey(relu, j))));
      if (sided.some(({ low, high }) => low > high)) return undefined;
      ranges[at] = sided;
      ranges.push(sided.map(({ low, high }) => ({ low: Math.max(0, low), high: Math.max(0, high) })));
    } else if (layer.kind === 'max') {
      ranges.push(
        layer.windows.map((window) => ({
          low: Math.max(...window.map((i) => now[i]?.low ?? 0)),
          high: Math.max(...window.map((i) => now[i]?.high ?? 0)),
        })),
      );
    } else {
      const outputs = layer.bias.map((bias, o) => {
        let sum: Range = { low: bias, high: bias };
        for (let e = layer.start[o] ?? 0; e < (layer.start[o + 1] ?? 0); e++)
          sum = plus(sum, scaled(now[layer.index[e] ?? 0] ?? zero, layer.weight[e] ?? 0));
        return sum;
      });
      ranges.push(outputs);
    }
  }
  return ranges;
}

function takenAs({ low, high }: Range, assumed: 1 | -1 | undefined): Range {
  return { low: assumed === 1 ? Math.max(0, low) : low, high: assumed === -1 ? Math.min(0, high) : high };
}

function tightened(
  network: Network,
  ranges: Range[][],
  { low, high }: Range,
  unit: number,
  at: number,
  cases: Cases,
): Range {
  const end = (sign: number) =>
    lowestOf(
      network,
      ranges,
      (ranges[at] ?? []).map((_, j) => (j === unit ? { low: sign, high: sign } : zero)),
      at,
      cases,
      undefined,
    );
  return { low: Math.max(low, end(1)), high: Math.min(high, -end(-1)) };
}

/** How far each output can be off where the network is run in float32, its sums in any order (Higham 2002, chapter 4). */
export function floatErrors({ layers }: Network, ranges: readonly (readonly Range[])[]): number[] {
  const unit = 2 ** -24;
  let errors = (ranges[0] ?? []).map(() => 0);
  for (const [at, layer] of layers.entries()) {
    const now = ranges[at] ?? [];
    if (layer.kind === 'max') errors = layer.windows.map((window) => Math.max(...window.map((i) => errors[i] ?? 0)));
    if (layer.kind !== 'affine') continue;
    const before = errors;
    errors = layer.bias.map((bias, o) => {
      let [carried, terms] = [0, Math.abs(bias)];
      const [from, to] = [layer.start[o] ?? 0, layer.start[o + 1] ?? 0];
      for (let e = from; e < to; e++) {
        const [i, w] = [layer.index[e] ?? 0, Math.abs(layer.weight[e] ?? 0)];
        const error = before[i] ?? 0;
        carried = up(carried + up(w * error));
        terms = up(terms + up(w * up(Math.max(-(now[i]?.low ?? 0), now[i]?.high ?? 0) + error)));
      }
      const roundings = to - from + 2;
      return up(carried + up(up((roundings * unit) / (1 - roundings * unit)) * terms));
    });
  }
  return errors;
}
