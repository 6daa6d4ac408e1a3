import type { Node } from '../../onnx/graph.ts';
import type { Additions } from '../../onnx/graphBuilder.ts';
import { remainder, type Window } from './window.ts';

/** Rows that are cut off the ends of a spatial axis. */
export interface Cut {
  readonly begin: number;
  readonly end: number;
}

/** A window on an input that is cut so that no padding is negative. */
export interface Placement {
  readonly cuts: readonly Cut[];
  /** Spatial dimensions after the cuts. */
  readonly size: readonly number[];
  readonly window: Window;
}

/**
 * Turns negative padding into rows that are cut off.
 * @param input spatial dimensions of the input; @param output of the output.
 */
export function placementOf(
  node: Node,
  window: Window,
  input: readonly number[],
  output: readonly number[],
): Placement {
  const beyond = remainder(window, input, output);
  const cuts = input.map((_, i) => {
    const [begin = 0, end = 0, rows = 0] = [window.padsBegin[i], window.padsEnd[i], beyond[i]];
    // A last window that reaches over a negative padding takes in what is there; AveragePool alone stops at it.
    const least = node.op === 'AveragePool' ? end : end - Math.min(0, rows);
    return {
      begin: Math.max(0, -begin),
      end: end < 0 ? Math.max(0, -least) : 0,
    };
  });
  return {
    cuts,
    size: input.map((length, i) => length - (cuts[i]?.begin ?? 0) - (cuts[i]?.end ?? 0)),
    window: {
      ...window,
      padsBegin: window.padsBegin.map((pad) => Math.max(0, pad)),
      padsEnd: window.padsEnd.map((pad) => Math.max(0, pad)),
    },
  };
}

export function isCut(cuts: readonly Cut[]): boolean {
  return cuts.some(({ begin, end }) => begin > 0 || end > 0);
}

/** The rows that are left of a value [N, C, s...]. */
export function cutTo(builder: Additions, value: string, cuts: readonly Cut[], size: readonly number[]): string {
  if (!isCut(cuts)) return value;
  const starts = cuts.map(({ begin }) => begin);
  const ends = starts.map((start, i) => start + (size[i] ?? 1));
  return builder.add('Slice', [
    value,
    builder.ints(starts),
    builder.ints(ends),
    builder.ints(cuts.map((_, i) => i + 2)),
  ]);
}

/** The adjoint of `cutTo`: zeros where rows were cut off. */
export function padBack(builder: Additions, value: string, cuts: readonly Cut[]): string {
  if (!isCut(cuts)) return value;
  const pads = [0, 0, ...cuts.map(({ begin }) => begin), 0, 0, ...cuts.map(({ end }) => end)];
  return builder.add('Pad', [value, builder.ints(pads)]);
}
