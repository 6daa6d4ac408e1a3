import { fromStart, intOf, stringOf } from '../../../onnx/attributes.ts';
import { elementTypeCode } from '../../../onnx/elementType.ts';
import type { Node } from '../../../onnx/graph.ts';
import { float32, sizeOf, type Tensor, toNumbers } from '../../../onnx/tensor.ts';
import { returnToOrigin, zerosLike } from '../gradientValues.ts';
import { type Call, except, type GradientTable, rule } from '../rule.ts';

/** Operators that take elements from, or put them at, places that indices or ranges name. */
export const indexingRules = {
  Slice: rule((call) => [() => sliceGradient(call)]),
  // Padding undone; negative pads, which crop, become zeros. The padded value has what is left of the sum of dy.
  Pad: rule((call) => {
    const { node, dy, ops, add, operand, optional } = call;
    const [pads, axes] = [operand(1), optional(3)];
    const at = axes === undefined ? [] : ['', axes];
    const mode = stringOf(node, 'mode', 'constant');
    if (mode !== 'constant') {
      return [() => returnToOrigin(call, (numbers) => add('Pad', [numbers, pads, ...at], { mode }))];
    }
    const inside = () => add('Pad', [dy, ops.Neg(pads), ...at]);
    const sum = (whole: string) => add('ReduceSum', [whole], { keepdims: 0 });
    return [inside, undefined, () => ops.Reshape(ops.Sub(sum(dy), sum(inside())), add('Shape', [operand(2)]))];
  }),
  // dx has dy's slices added where they were gathered from
  Gather: rule((call) => [() => gatherGradient(call)]),
  GatherElements: rule(({ node, dy, add, builder, operand }) => [
    () =>
      add('ScatterElements', [zerosLike(builder, operand(0)), operand(1), dy], {
        axis: intOf(node, 'axis', 0),
        reduction: 'add',
      }),
  ]),
  GatherND: rule((call) => {
    const { node, dy, add, builder, operand } = call;
    const [input, indices] = [operand(0), operand(1)];
    const batch_dims = intOf(node, 'batch_dims', 0);
    if (batch_dims === 0) {
      return [() => add('ScatterND', [zerosLike(builder, input), indices, dy], { reduction: 'add' })];
    }
    return [() => returnToOrigin(call, (numbers) => add('GatherND', [numbers, indices], { batch_dims }))];
  }),
  // What is written over has no gradient; where indices repeat, only sums say what each update does.
  ScatterElements: except(
    rule(({ node, dy, add, builder, operand }) => {
      const [indices, updates] = [operand(1), operand(2)];
      const axis = intOf(node, 'axis', 0);
      const adds = stringOf(node, 'reduction', 'none') === 'add';
      return [
        () => (adds ? dy : add('ScatterElements', [dy, indices, zerosLike(builder, updates)], { axis })),
        undefined,
        () => add('GatherElements', [dy, indices], { axis }),
      ];
    }),
    onlyNoneOrAdd,
  ),
  ScatterND: except(
    rule(({ node, dy, add, builder, operand }) => {
      const [indices, updates] = [operand(1), operand(2)];
      const adds = stringOf(node, 'reduction', 'none') === 'add';
      return [
        () => (adds ? dy : add('ScatterND', [dy, indices, zerosLike(builder, updates)])),
        undefined,
        () => add('GatherND', [dy, indices]),
      ];
    }),
    onlyNoneOrAdd,
  ),
  Compress: rule((call) => {
    const { node, add, operand } = call;
    const axis = node.attributes.axis;
    return [() => returnToOrigin(call, (numbers) => add('Compress', [numbers, operand(1)], { axis }))];
  }),
  // Reversed again.
  ReverseSequence: rule(({ node, dy, add, operand }) => [
    () =>
      add('ReverseSequence', [dy, operand(1)], {
        batch_axis: intOf(node, 'batch_axis', 1),
        time_axis: intOf(node, 'time_axis', 0),
      }),
  ]),
} satisfies GradientTable;

function onlyNoneOrAdd(node: Node): string | undefined {
  const reduction = stringOf(node, 'reduction', 'none');
  return reduction === 'none' || reduction === 'add' ? undefined : `no rule for reduction ${reduction}`;
}

function axesExcept(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((axis) => !axes.includes(axis));
}

/** Beyond so many elements of 0 and 1 the matrix of `gatherGradient` costs more than it saves. */
const largestOrigins = 1 << 16;

/** What was gathered, added up where it came from: a product with a constant matrix if it is small, else by ScatterND. */
function gatherGradient(call: Call): string {
  const { node, dy, ops, add, dims, facts, builder, operand } = call;
  const [input, indices] = [operand(0), operand(1)];
  const shape = dims(input);
  const axis = fromStart(intOf(node, 'axis', 0), shape.length);
  const { constant } = facts(indices);
  const [count, rest] = [shape[axis] ?? 0, sizeOf(shape.slice(axis + 1))];
  const matrixSize = count * sizeOf(dims(indices));
  const small = matrixSize > 0 && matrixSize <= largestOrigins && facts(input).type === 'float32';
  if (!constant || !small || axis === 0) return scatterGathered(call, axis);
  const gathered = ops.Reshape(dy, builder.ints([-1, sizeOf(constant.dims), rest]));
  const origin = builder.constant(origins(toNumbers(constant), count), 'origins');
  return ops.Reshape(ops.MatMul(origin, gathered), add('Shape', [input]));
}

/** [before, gathered, after] with the gathered axes first, added into zeros with the axis first. */
function scatterGathered({ dy, ops, add, dims, facts, builder, operand }: Call, axis: number): string {
  const [input, indices] = [operand(0), operand(1)];
  const rank = dims(input).length;
  const taken = dims(indices).length;
  const toFront = [axis, ...axesExcept(rank, [axis])];
  const gathered = Array.from({ length: taken }, (_, i) => axis + i);
  const front = add('Transpose', [zerosLike(builder, input)], { perm: toFront });
  const updates = add('Transpose', [dy], { perm: [...gathered, ...axesExcept(rank - 1 + taken, gathered)] });
  // ScatterND takes int64 only.
  const wide = facts(indices).type === 'int64' ? indices : add('Cast', [indices], { to: elementTypeCode('int64') });
  const scattered = add('ScatterND', [front, ops.Unsqueeze(wide, builder.ints([-1])), updates], { reduction: 'add' });
  return add('Transpose', [scattered], { perm: toFront.map((_, i) => toFront.indexOf(i)) });
}

/** 1 where a taken element (column) is that of an index (row): adding up what was taken is a product with it. */
function origins(taken: readonly number[], count: number): Tensor<'float32'> {
  const data = new Float32Array(count * taken.length);
  for (const [column, index] of taken.entries()) data[fromStart(index, count) * taken.length + column] = 1;
  return float32([count, taken.length], data);
}

/** dy with zeros around it (and between, where the slice steps). */
function sliceGradient(call: Call): string {
  const { dy, x, dims, facts, add, builder, operand, optional, output } = call;
  const [input, starts, axesInput, steps] = [operand(0), operand(1), optional(3), optional(4)];
  const numbers = (name: string) => {
    const { constant } = facts(name);
    return constant && toNumbers(constant);
  };
  const start = numbers(starts);
  const rank = dims(input).length;
  const axes = axesInput === undefined ? start?.map((_, i) => i) : numbers(axesInput);
  const step = steps === undefined ? axes?.map(() => 1) : numbers(steps);
  const positive = axes?.map((axis) => fromStart(axis, rank));
  const known = (name: string) => positive?.every((axis) => !Number.isNaN(dims(name)[axis])) ?? false;
  const sizesKnown = known(input) && known(output(0));
  if (start && positive && step?.every((size) => size === 1) && !positive.includes(0) && sizesKnown) {
    const before = Array.from({ length: rank }, () => 0);
    const after = Array.from({ length: rank }, () => 0);
    positive.forEach((axis, i) => {
      const size = dims(input)[axis] ?? 0;
      const first = start[i] ?? 0;
      const begin = Math.min(Math.max(fromStart(first, size), 0), size);
      before[axis] = begin;
      after[axis] = size - begin - (dims(output(0))[axis] ?? 0);
    });
    return add('Pad', [dy, builder.ints([...before, ...after])]);
  }
  return returnToOrigin(call, (origins) => add('Slice', [origins, ...x.slice(1)]));
}
