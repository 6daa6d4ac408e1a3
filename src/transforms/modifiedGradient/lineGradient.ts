import { fromStart, intOf, intsOf } from '../../onnx/attributes.ts';
import { isFloat } from '../../onnx/elementType.ts';
import { is } from '../../onnx/operators.ts';
import { toNumbers } from '../../onnx/tensor.ts';
import type { Call, InputGradient, RuleAnswer } from '../gradient/rule.ts';
import type { Comparison } from './comparison.ts';

/** A place on the straight line from the baseline's values (0) to the image's (1). */
interface Point {
  readonly at: number;
  readonly weight: number;
}

/** Exact for what is linear in each of two inputs. */
const halfWay: readonly Point[] = [{ at: 0.5, weight: 1 }];
/** Gauss-Legendre with four points, exact for polynomials up to degree 7. */
const fourPoints: readonly Point[] = [
  { at: 0.06943184420297371, weight: 0.17392742256872692 },
  { at: 0.33000947820757187, weight: 0.32607257743127305 },
  { at: 0.6699905217924281, weight: 0.32607257743127305 },
  { at: 0.9305681557970262, weight: 0.17392742256872692 },
];

type Axes = (call: Call) => readonly number[] | undefined;
const along =
  (otherwise: number): Axes =>
  ({ node }) => [intOf(node, 'axis', otherwise)];
const from =
  (otherwise: number): Axes =>
  ({ node, dims, operand }) => {
    const rank = dims(operand(0)).length;
    return ranged(fromStart(intOf(node, 'axis', otherwise), rank), rank);
  };
const space: Axes = ({ dims, operand }) => ranged(2, dims(operand(0)).length);
const reduced: Axes = ({ node, dims, facts, operand, optional }) => {
  const [x, axes] = [operand(0), optional(1)];
  if (axes === undefined || (dims(axes)[0] ?? 0) === 0) {
    return intOf(node, 'noop_with_empty_axes', 0) === 1 ? [] : ranged(0, dims(x).length);
  }
  const { constant } = facts(axes);
  return constant && toNumbers(constant);
};
const reductions = ['ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceProd'];

/** The axes that operators mix elements along, and not beyond; undefined where that is not known beforehand. */
export const mixedAxes: ReadonlyMap<string, Axes> = new Map<string, Axes>([
  ...['Softmax', 'LogSoftmax', 'LpNormalization', 'TopK'].map((op) => [op, along(-1)] as const),
  ...['LayerNormalization', 'RMSNormalization'].map((op) => [op, from(-1)] as const),
  ...['InstanceNormalization', 'LpPool', 'GlobalLpPool'].map((op) => [op, space] as const),
  ['GroupNormalization', ({ dims, operand }) => ranged(1, dims(operand(0)).length)],
  ['MeanVarianceNormalization', ({ node }) => intsOf(node, 'axes', [0, 2, 3])],
  ['LRN', () => [1]],
  ['Attention', () => undefined],
  ...reductions.map((op) => [op, reduced] as const),
]);

function ranged(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

/**
 * The mean gradient on the straight line between the values on the baseline and those of the image, by quadrature (the local
 * form of integrated gradients), and what that leaves of the difference in proportion to dx (Gonzalez 1996, "Time
 * integration and discrete Hamiltonian systems": a discrete gradient), along the axes that the operator mixes:
 * m = g + dx (m_y dy - g dx) / |dx|^2. For one element that is the rescale rule.
 */
export function lineGradients(call: Call, own: RuleAnswer, comparison: Comparison): readonly InputGradient[] {
  const { ops, builder, node, x, dys, facts } = call;
  const moving = x.map((name) => name !== '' && comparison.isData(name) && isFloat(facts(name).type));
  const isProduct = node.op === 'Mul' || is(node, 'convolution', 'matrix product');
  const changing = moving.filter(Boolean).length;
  const points = isProduct && changing === 2 ? halfWay : fourPoints;
  const found = points.map(({ at, weight }) => ({ weight, gradients: gradientsAt(call, own, comparison, moving, at) }));
  const mean = (input: number): string =>
    found
      .flatMap(({ weight, gradients }) => {
        const gradient = gradients[input]?.();
        return gradient === undefined ? [] : [weight === 1 ? gradient : ops.Mul(gradient, builder.scalar(weight))];
      })
      .reduce((sum, term) => ops.Add(sum, term));
  const onlyFirst = moving[0] === true && changing === 1 && dys.slice(1).every((dy) => dy === undefined);
  return x.map((_, input) => {
    if (moving[input] !== true || found[0]?.gradients[input] === undefined) return undefined;
    return () => (onlyFirst ? completed(call, comparison, mean(input)) : mean(input));
  });
}

/** The gradients of the node's inputs at a point of the line, by a copy of the node there. */
function gradientsAt(
  call: Call,
  own: RuleAnswer,
  { inCopy }: Comparison,
  moving: readonly boolean[],
  at: number,
): readonly InputGradient[] {
  const { builder, node, ops, dys, facts } = call;
  const originals = new Map<string, string>();
  const inputs = node.inputs.map((name, i) => {
    if (moving[i] !== true) return name;
    const point = ops.Add(inCopy(name), ops.Mul(ops.Sub(name, inCopy(name)), builder.scalar(at)));
    originals.set(point, name);
    return point;
  });
  const outputs = node.outputs.map((name) => {
    if (name === '') return '';
    const output = builder.fresh(node.op);
    originals.set(output, name);
    return output;
  });
  const [made = ''] = outputs.filter((name) => name !== '');
  builder.append({ ...node, name: made, inputs, outputs });
  return own.rule(call.ofCopy(made, dys, (name) => facts(originals.get(name) ?? name)));
}

/** A gradient g with what it leaves of the difference: g + dx (sum(m_y dy) - sum(g dx)) / sum(dx^2). */
function completed(call: Call, { inCopy }: Comparison, gradient: string): string {
  const { node, ops, add, builder, dy, operand } = call;
  const axes = mixedAxes.get(node.op)?.(call);
  if (axes === undefined) return gradient;
  const input = operand(0);
  const output = call.output(0);
  const sum = (value: string) =>
    axes.length === 0 ? value : add('ReduceSum', [value, builder.ints(axes)], { keepdims: 1 });
  const difference = ops.Sub(input, inCopy(input));
  const squares = sum(ops.Mul(difference, difference));
  const given = ops.Mul(dy, ops.Sub(output, inCopy(output)));
  // A reduction has one output for each line already, with its axes as 1 or without them.
  const perLine = reductions.includes(node.op) ? ops.Reshape(given, add('Shape', [squares])) : sum(given);
  const missing = ops.Sub(perLine, sum(ops.Mul(gradient, difference)));
  const none = ops.Equal(squares, builder.scalar(0));
  const share = ops.Where(none, builder.scalar(0), ops.Div(missing, ops.Where(none, builder.scalar(1), squares)));
  return ops.Add(gradient, ops.Mul(difference, share));
}
