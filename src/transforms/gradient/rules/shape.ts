import { intOf, intsOf, stringOf } from '../../../onnx/attributes.ts';
import { describeNode } from '../../../onnx/graph.ts';
import { toNumbers } from '../../../onnx/tensor.ts';
import { UnsupportedOperatorsError } from '../errors.ts';
import { zerosLike } from '../gradientValues.ts';
import { type Call, elementwise, type GradientTable, rule } from '../rule.ts';

/** The input's elements in another shape: the gradient takes the input's shape again. */
const reshaped = rule(({ dy, x: [x = ''], ops, add }) => [() => ops.Reshape(dy, add('Shape', [x]))]);

/** An axis attribute, not negative. */
function axisOf({ node, x, dims }: Call, fallback: number): number {
  const axis = intOf(node, 'axis', fallback);
  return axis < 0 ? axis + dims(x[0] ?? '').length : axis;
}

/** Operators that move elements about without computing. */
export const shapeRules: GradientTable = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: rule(({ node, dy, x: [x = ''], add, dims }) => {
    const rank = dims(x).length;
    const perm = intsOf(
      node,
      'perm',
      Array.from({ length: rank }, (_, i) => rank - 1 - i),
    );
    return [() => add('Transpose', [dy], { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
  }),
  // Each input takes its own part of dy.
  Concat: rule((call) => {
    const { x, dy, ops, add, dims, builder } = call;
    const axis = axisOf(call, 0);
    if (axis === 0) {
      // Rows are counted at run time: the probe's batch is not the batch of later runs.
      const lengths = x.map((name) => add('Shape', [name], { start: 0, end: 1 }));
      return x.map((_, i) => () => {
        // Sum takes no integers.
        const sumOf = (parts: readonly string[]) => parts.reduce((sum, length) => ops.Add(sum, length));
        const start = i === 0 ? builder.ints([0]) : sumOf(lengths.slice(0, i));
        return add('Slice', [dy, start, sumOf(lengths.slice(0, i + 1)), builder.ints([0])]);
      });
    }
    const lengths = x.map((name) => dims(name)[axis] ?? 0);
    return x.map((_, i) => () => {
      const start = lengths.slice(0, i).reduce((sum, length) => sum + length, 0);
      const end = start + (lengths[i] ?? 0);
      return add('Slice', [dy, builder.ints([start]), builder.ints([end]), builder.ints([axis])]);
    });
  }),
  Split: rule((call) => [
    () => {
      const { dys, y, add, builder } = call;
      const parts = y.map((part, i) => dys[i] ?? zerosLike(builder, part));
      return add('Concat', parts, { axis: axisOf(call, 0) });
    },
  ]),
  Expand: elementwise(({ dy }) => [() => dy]),
  // Padding undone; negative pads, which crop, become zeros.
  Pad: rule(({ node, dy, x: [, pads = '', , axes = ''], ops, add }) => [
    () => {
      const mode = stringOf(node, 'mode', 'constant');
      if (mode !== 'constant') {
        throw new UnsupportedOperatorsError([{ op: 'Pad', node: describeNode(node), why: `no rule for mode ${mode}` }]);
      }
      return add('Pad', [dy, ops.Neg(pads), ...(axes === '' ? [] : ['', axes])]);
    },
  ]),
  Slice: rule((call) => [() => sliceGradient(call)]),
  // dx has dy's slices added where they were gathered from
  Gather: rule((call) => {
    const { dy, x, ops, add, dims, builder } = call;
    const [input = '', indices = ''] = x;
    const axis = axisOf(call, 0);
    return [
      () => {
        const rank = dims(input).length;
        const taken = dims(indices).length;
        const toFront = [axis, ...axesExcept(rank, [axis])];
        const gathered = Array.from({ length: taken }, (_, i) => axis + i);
        const front = add('Transpose', [zerosLike(builder, input)], { perm: toFront });
        const updates = add('Transpose', [dy], { perm: [...gathered, ...axesExcept(rank - 1 + taken, gathered)] });
        const at = ops.Unsqueeze(indices, builder.ints([-1]));
        const scattered = add('ScatterND', [front, at, updates], { reduction: 'add' });
        return add('Transpose', [scattered], { perm: toFront.map((_, i) => toFront.indexOf(i)) });
      },
    ];
  }),
};

function axesExcept(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((axis) => !axes.includes(axis));
}

/** dy with zeros around it (and between, where the slice steps). */
function sliceGradient(call: Call): string {
  const { dy, x, y, dims, facts, add, ops, builder } = call;
  const [input = '', starts = '', , axesInput = '', steps = ''] = x;
  const numbers = (name: string) => {
    const constant = name === '' ? undefined : facts(name).constant;
    return constant && toNumbers(constant);
  };
  const start = numbers(starts);
  const rank = dims(input).length;
  const axes = (numbers(axesInput) ?? start?.map((_, i) => i))?.map((axis) => (axis < 0 ? axis + rank : axis));
  const step = numbers(steps) ?? axes?.map(() => 1);
  const plain = start && axes && step?.every((size) => size === 1) && !axes.includes(0);
  if (plain) {
    const before = Array.from({ length: rank }, () => 0);
    const after = Array.from({ length: rank }, () => 0);
    axes.forEach((axis, i) => {
      const size = dims(input)[axis] ?? 0;
      const first = start[i] ?? 0;
      const begin = Math.min(Math.max(first < 0 ? first + size : first, 0), size);
      before[axis] = begin;
      after[axis] = size - begin - (dims(y[0] ?? '')[axis] ?? 0);
    });
    return add('Pad', [dy, builder.ints([...before, ...after])]);
  }
  // Slicing the numbers of the elements says where each came from.
  const count = ops.Range(builder.int(0), ops.Size(input), builder.int(1));
  const numbered = ops.Reshape(count, add('Shape', [input]));
  const origin = add('Slice', [numbered, ...x.slice(1)]);
  const flat = (value: string) => ops.Reshape(value, builder.ints([-1]));
  const scattered = add('ScatterElements', [flat(zerosLike(builder, input)), flat(origin), flat(dy)], { axis: 0 });
  return ops.Reshape(scattered, add('Shape', [input]));
}
