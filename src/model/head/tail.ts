import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { inputOf, viewOf } from '../../onnx/graphView.ts';
import { sizeOf, toNumbers } from '../../onnx/tensor.ts';
import type { Logits } from './columns.ts';

/** A model's last steps as they are looked at from the output back. */
export interface Tail {
  dimsOf(name: string): readonly number[];
  /** Numbers an image. */
  widthOf(name: string): number;
  /** The standard node that makes a value, if it is one of these operators. */
  makerOf(name: string | undefined, ...ops: readonly string[]): Node | undefined;
  isConstant(name: string): boolean;
  /** A constant of one real number. */
  single(name: string | undefined): number | undefined;
  /** A constant that is the same for all images: one number, or one for each of `width` columns. */
  factors(name: string, width: number): readonly number[] | undefined;
  /** A constant of whole numbers: shapes, axes, indices. */
  wholeNumbers(name: string): readonly number[] | undefined;
  /** Whether an axis is the one along which an image's numbers lie. */
  alongNumbers(dims: readonly number[], axis: number): boolean;
}

/** @param rows images in the run that the facts are from. */
export function tailOf(graph: Graph, facts: Facts, rows: number): Tail {
  const { maker } = viewOf(graph);
  const dimsOf = (name: string) => facts.get(name)?.dims ?? graph.initializers.get(name)?.dims ?? [];
  const constantOf = (name: string) => graph.initializers.get(name) ?? facts.get(name)?.constant;
  const numbers = (name: string) => {
    const constant = constantOf(name);
    return constant?.type === 'float32' || constant?.type === 'float64' ? toNumbers(constant) : undefined;
  };
  return {
    dimsOf,
    widthOf: (name) => sizeOf(dimsOf(name)) / rows,
    makerOf(name, ...ops) {
      let node = name === undefined ? undefined : maker(name);
      while (node?.op === 'Identity') node = maker(inputOf(node, 0));
      return node?.domain === '' && ops.includes(node.op) ? node : undefined;
    },
    isConstant: (name) => constantOf(name) !== undefined,
    single(name) {
      const found = name === undefined ? undefined : numbers(name);
      return found?.length === 1 ? found[0] : undefined;
    },
    factors(name, width) {
      const found = numbers(name);
      const classes = dimsOf(name).filter((dim) => dim !== 1);
      return found && (found.length === 1 || (found.length === width && classes.length === 1)) ? found : undefined;
    },
    wholeNumbers(name) {
      const constant = constantOf(name);
      return constant?.type === 'int64' || constant?.type === 'int32' ? toNumbers(constant) : undefined;
    },
    alongNumbers(dims, axis) {
      const at = axis < 0 ? axis + dims.length : axis;
      return at > 0 && sizeOf(dims.slice(at + 1)) === 1 && sizeOf(dims.slice(0, at)) === rows;
    },
  };
}

/** z of -z, however the minus is written. */
export function negationOf({ makerOf, single }: Tail, name: string): string | undefined {
  const negation = makerOf(name, 'Neg');
  if (negation) return negation.inputs[0];
  const product = makerOf(name, 'Mul', 'Div');
  const [a = '', b = ''] = product?.inputs ?? [];
  if (single(b) === -1) return a;
  if (product?.op === 'Mul' && single(a) === -1) return b;
  const difference = makerOf(name, 'Sub');
  return difference && single(difference.inputs[0]) === 0 ? difference.inputs[1] : undefined;
}

/** [-z, z] or [z, -z] of one number z an image, joined from these. */
export function mirroredPair(tail: Tail, name: string): readonly [string, string] | undefined {
  const [a = '', b = '', another] = tail.makerOf(name, 'Concat')?.inputs ?? [];
  const isPair = another === undefined && tail.widthOf(a) === 1 && tail.widthOf(b) === 1;
  return isPair && (negationOf(tail, a) === b || negationOf(tail, b) === a) ? [a, b] : undefined;
}

/** z of z - max(z): a softmax does not see the difference, but of the largest class nothing would be left to explain. */
export function withoutLargest({ makerOf }: Tail, name: string): string {
  const [z = '', largest] = makerOf(name, 'Sub')?.inputs ?? [];
  return makerOf(largest, 'ReduceMax')?.inputs[0] === z ? z : name;
}

/** A factor taken into account where the value is a constant multiple: 2 (x / 2) is x. */
export function multipleOf(tail: Tail, value: string, factor: number): Logits[number] {
  const node = tail.makerOf(value, 'Mul', 'Div');
  const [a = '', b = ''] = node?.inputs ?? [];
  const [left, right] = [tail.single(a), tail.single(b)];
  if (node && right) return multipleOf(tail, a, node.op === 'Mul' ? factor * right : factor / right);
  if (node?.op === 'Mul' && left) return multipleOf(tail, b, factor * left);
  return { value, factor };
}

/** u of e^u / sum e^u */
export function softmaxExponent({ makerOf }: Tail, power: string, total: string | undefined): string | undefined {
  const [summed] = makerOf(total, 'ReduceSum')?.inputs ?? [];
  return summed === power ? makerOf(power, 'Exp')?.inputs[0] : undefined;
}

/** Whether a value is log sum e^u. */
export function isLogSumOf({ makerOf }: Tail, u: string, value: string): boolean {
  if (makerOf(value, 'ReduceLogSumExp')?.inputs[0] === u) return true;
  const [total] = makerOf(value, 'Log')?.inputs ?? [];
  const [power] = makerOf(total, 'ReduceSum')?.inputs ?? [];
  return makerOf(power, 'Exp')?.inputs[0] === u;
}

/** x of 1 + e^x */
export function onePlusPowerOf({ makerOf, single }: Tail, value: string): string | undefined {
  const [a, b] = makerOf(value, 'Add')?.inputs ?? [];
  const power = single(a) === 1 ? b : single(b) === 1 ? a : undefined;
  return makerOf(power, 'Exp')?.inputs[0];
}
