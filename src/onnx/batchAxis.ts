import { fromStart, intOf, intsOf, stringOf } from './attributes.ts';
import type { Facts } from './facts.ts';
import type { Node } from './graph.ts';
import { inputOf, optionalInputOf } from './graphView.ts';
import { sizeOf, toNumbers } from './tensor.ts';

/** Where the images of a batch lie in a value that depends on them. */
export interface BatchPlace {
  /** An axis whose size is a multiple of the batch's. */
  readonly axis: number;
  /** How many times all images come one after the other along it: 1 where each image's elements lie together. */
  readonly repeats: number;
}

/** Where the images lie in each value, by the value's name. */
export type BatchPlaces = ReadonlyMap<string, BatchPlace>;

/** The places in the outputs of a node that reads an image's values, as far as they can be told. */
export function batchPlacesOf(
  node: Node,
  places: BatchPlaces,
  facts: Facts,
): readonly (readonly [string, BatchPlace])[] {
  if (node.op === 'Shape' || node.op === 'Size' || node.domain !== '') return [];
  const at = node.inputs.findIndex((name) => places.has(name));
  if (at < 0) return [];
  const input = inputOf(node, at);
  const place = places.get(input);
  const rank = facts.get(input)?.dims.length;
  if (place === undefined || rank === undefined) return [];
  const { axis, repeats } = place;
  return node.outputs.flatMap((output, i) => {
    const dims = facts.get(output)?.dims;
    if (!dims) return [];
    if (node.op === 'Reshape') {
      const after = placeAfter(facts.get(input)?.dims ?? [], place, dims);
      return after ? [[output, after] as const] : [];
    }
    const found = axisIn(node, { at, output: i, axis, rank, outputRank: dims.length, facts });
    return found !== undefined && found >= 0 && found < dims.length
      ? [[output, { axis: found, repeats }] as const]
      : [];
  });
}

interface Asked {
  /** Which input has the batch, and which output is asked for. */
  readonly at: number;
  readonly output: number;
  readonly axis: number;
  readonly rank: number;
  readonly outputRank: number;
  readonly facts: Facts;
}

function axisIn(node: Node, { at, output, axis, rank, outputRank, facts }: Asked): number | undefined {
  const input = facts.get(inputOf(node, at))?.dims ?? [];
  const constant = (index: number) => {
    const name = optionalInputOf(node, index);
    const known = name === undefined ? undefined : facts.get(name)?.constant;
    return known && toNumbers(known);
  };
  switch (node.op) {
    case 'Transpose': {
      const reversed = input.map((_, i) => rank - 1 - i);
      return intsOf(node, 'perm', reversed).indexOf(axis);
    }
    case 'Flatten':
      return axis === 0 && intOf(node, 'axis', 1) !== 0 ? 0 : undefined;
    case 'Squeeze': {
      const given = node.inputs[1] ? constant(1) : input.flatMap((size, i) => (size === 1 ? [i] : []));
      return given && without(axis, positive(given, rank));
    }
    case 'Unsqueeze': {
      const given = constant(1);
      const added = given && positive(given, outputRank);
      const kept = Array.from({ length: outputRank }, (_, i) => i).filter((i) => !added?.includes(i));
      return added && kept[axis];
    }
    case 'Gather':
      return gathered(node, at, axis, facts);
    case 'Gemm':
      return at === 0 && axis === intOf(node, 'transA', 0) ? 0 : undefined;
    case 'MatMul':
      return axis === (at === 0 ? rank - 1 : rank - 2) ? undefined : outputRank - (rank - axis);
    case 'Einsum': {
      const [left = '', right] = stringOf(node, 'equation', '').replaceAll(' ', '').split('->');
      return right?.indexOf(left.split(',')[at]?.[axis] ?? '?');
    }
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return axis === 1 ? (output === 0 ? 2 : 1) : undefined;
    default:
      break;
  }
  if (node.op.startsWith('Reduce') || node.op === 'ArgMax' || node.op === 'ArgMin') {
    if (intOf(node, 'keepdims', 1) === 1) return axis;
    const given = node.op.startsWith('Arg') ? [intOf(node, 'axis', 0)] : (constant(1) ?? input.map((_, i) => i));
    return without(axis, positive(given, rank));
  }
  // Others keep their axes, or broadcast: shapes are aligned at the last one.
  return outputRank - (rank - axis);
}

function positive(axes: readonly number[], rank: number): readonly number[] {
  return axes.map((axis) => fromStart(axis, rank));
}

/** An axis where others are taken out; undefined where it is itself. */
function without(axis: number, others: readonly number[]): number | undefined {
  return others.includes(axis) ? undefined : axis - others.filter((other) => other < axis).length;
}

function gathered(node: Node, at: number, axis: number, facts: Facts): number | undefined {
  const [data, indices] = [inputOf(node, 0), inputOf(node, 1)];
  const along = fromStart(intOf(node, 'axis', 0), facts.get(data)?.dims.length ?? 0);
  if (at === 1) return axis + along;
  if (along === axis) return undefined;
  return along < axis ? axis + (facts.get(indices)?.dims.length ?? 1) - 1 : axis;
}

/**
 * The place after a Reshape: elements keep their order, so as many elements stand before an image's as did. Undefined where
 * that is within no axis.
 */
function placeAfter(
  from: readonly number[],
  { axis, repeats }: BatchPlace,
  to: readonly number[],
): BatchPlace | undefined {
  const before = sizeOf(from.slice(0, axis)) * repeats;
  const outside = to.map((_, i) => sizeOf(to.slice(0, i)));
  const exact = outside.indexOf(before);
  const inside = outside.findLastIndex((count) => count < before);
  // With one image [positions, 1, width] to [positions, width] may be either; most likely the two axes are made one.
  const rest = from.slice(axis + 1);
  const merged = inside >= 0 && rest.length > 0 && String(to.slice(inside + 1)) === String(rest);
  if (exact >= 0 && !merged) return { axis: exact, repeats: 1 };
  const repeated = before / (outside[inside] ?? 1);
  return inside >= 0 && Number.isInteger(repeated) ? { axis: inside, repeats: repeated } : undefined;
}
