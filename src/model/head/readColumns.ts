import { floatOf, intOf, intsOf } from '../../onnx/attributes.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { inputOf, optionalInputOf, outputOf } from '../../onnx/graphView.ts';
import { operatorsOf } from '../../onnx/operators.ts';
import { addedUp, type Columns, complement, constantColumns, logsAdded, multiplied, squashed } from './columns.ts';
import { inverse, type Reader, sigmoid, softmax, straightSigmoid } from './squash.ts';
import { isLogSumOf, multipleOf, softmaxExponent, type Tail, tailOf } from './tail.ts';

/** Up to here a bound is there to keep a logarithm finite, and decides nothing. */
const negligible = 1e-3;

/** What a node's first output is, in terms of what its inputs are. */
type Rule = (node: Node, tail: Tail, read: Reader) => Columns | undefined;

/**
 * Reads a value of the graph as columns, from it back over operators that make probabilities and those that follow them.
 * Undefined for a value that is something else.
 * @param rows images in the run that the facts are from.
 */
export function readColumns(graph: Graph, facts: Facts, output: string, rows: number): Columns | undefined {
  const tail = tailOf(graph, facts, rows);
  const known = new Map<string, Columns | undefined>();
  const read = (name: string): Columns | undefined => {
    if (!known.has(name)) {
      const node = tail.isConstant(name) ? undefined : tail.makerOf(name, ...rules.keys());
      known.set(name, node && rules.get(node.op)?.(node, tail, read));
    }
    return known.get(name);
  };
  return read(output);
}

const asLog = (found: Columns | undefined): Columns | undefined => found && { ...found, log: 1 };

const softmaxRule: Rule = (node, tail, read) => {
  const input = inputOf(node, 0);
  const dims = tail.dimsOf(input);
  const axis = intOf(node, 'axis', -1);
  // Over an axis of length 1 every element is 1.
  if (dims.at(axis) === 1) return constantColumns(Array.from({ length: tail.widthOf(input) }, () => 1));
  return tail.alongNumbers(dims, axis) ? softmax(tail, read, input) : undefined;
};

/** The sum of values, each times its sign and the share. */
function sum(tail: Tail, read: Reader, names: readonly string[], factors: readonly number[]) {
  const width = Math.max(...names.map((name) => (tail.isConstant(name) ? 1 : tail.widthOf(name))));
  const terms = names.map((name, i) => {
    const factor = factors[i] ?? 1;
    const constant = tail.factors(name, width);
    if (constant) return constantColumns(constant.map((value) => value * factor));
    const found = read(name);
    return found && multiplied(found, [factor]);
  });
  const all = terms.flatMap((term) => term ?? []);
  const logs = all.filter(({ log }) => log !== undefined);
  if (all.length < terms.length) return undefined;
  if (logs.length === 0) return addedUp(all);
  // What is added to all logarithms of an image alike decides nothing.
  const shifts = all.filter(({ log }) => log === undefined);
  const alike = shifts.every(({ columns: [only, more] }) => !more && only?.parts.length === 0);
  if (!alike) return undefined;
  return logs.length === 1 ? logs[0] : logsAdded(logs);
}

const passOn: Rule = (node, _tail, read) => read(inputOf(node, 0));

/** A mean or sum over an axis along which values were stacked: of those values. */
const overStack =
  (isMean: boolean): Rule =>
  (node, tail, read) => {
    const [input, axesName] = [inputOf(node, 0), optionalInputOf(node, 1)];
    const rank = tail.dimsOf(input).length;
    const counted = (axis: number) => (axis < 0 ? axis + rank : axis);
    const [axis, ...others] = (
      intsOf(node, 'axes') ??
      (axesName === undefined ? undefined : tail.wholeNumbers(axesName)) ??
      []
    ).map(counted);
    const stack = tail.makerOf(input, 'Concat');
    if (!stack || axis === undefined || others.length > 0 || counted(intOf(stack, 'axis', 0)) !== axis)
      return undefined;
    if (!stack.inputs.every((name) => tail.dimsOf(name)[axis] === 1)) return undefined;
    const share = isMean ? 1 / stack.inputs.length : 1;
    return sum(
      tail,
      read,
      stack.inputs,
      stack.inputs.map(() => share),
    );
  };

/** Bounds at 0 and 1, or just inside of them, leave a probability what it is. */
function clipped(tail: Tail, read: Reader, input: string, low: number | undefined, high: number | undefined) {
  const found = read(input);
  if (!found) return low === 0 && high !== undefined ? straightSigmoid(tail, input, high) : undefined;
  const harmless = (low ?? 0) <= negligible && (high ?? 1) >= 1 - negligible;
  return found.log === undefined && harmless ? found : undefined;
}

/** Some of the numbers, by their places. */
function picked(
  tail: Tail,
  found: Columns | undefined,
  input: string,
  axis: number,
  at: readonly number[] | undefined,
) {
  if (!found || !at || !tail.alongNumbers(tail.dimsOf(input), axis)) return undefined;
  const columns = at.flatMap((k) => found.columns.at(k) ?? []);
  return columns.length === at.length ? { ...found, columns } : undefined;
}

const slice: Rule = (node, tail, read) => {
  const input = inputOf(node, 0);
  const [starts, ends, axes = [0], [step = 1] = []] = node.inputs.slice(1).map((name) => tail.wholeNumbers(name));
  const [axis = 0, ...others] = axes;
  const length = tail.dimsOf(input).at(axis);
  if (!starts || !ends || others.length > 0 || length === undefined || step !== 1) return undefined;
  const bound = (value = 0) => Math.max(0, Math.min(length, value < 0 ? value + length : value));
  const places = Array.from({ length }, (_, k) => k).slice(bound(starts[0]), bound(ends[0]));
  return picked(tail, read(input), input, axis, places);
};

const product: Rule = (node, tail, read) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const [left, right] = [a, b].map((name) => tail.factors(name, tail.widthOf(outputOf(node))));
  const [varying, factors] = right ? [a, right] : [b, left];
  if (factors) {
    const found = read(varying);
    return found && multiplied(found, factors);
  }
  const exponent = softmaxExponent(tail, a, tail.makerOf(b, 'Reciprocal')?.inputs[0]);
  return exponent === undefined ? undefined : softmax(tail, read, exponent);
};

const quotient: Rule = (node, tail, read) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  const divisors = tail.factors(b, tail.widthOf(outputOf(node)));
  if (divisors) {
    const found = read(a);
    return (
      found &&
      multiplied(
        found,
        divisors.map((divisor) => 1 / divisor),
      )
    );
  }
  if (tail.single(a) === 1) return inverse(tail, b);
  const exponent = softmaxExponent(tail, a, b);
  return exponent === undefined ? undefined : softmax(tail, read, exponent);
};

const difference: Rule = (node, tail, read) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  if (isLogSumOf(tail, a, b)) return asLog(softmax(tail, read, a));
  // x - softplus(x) = log sigmoid(x)
  if (tail.makerOf(b, 'Softplus')?.inputs[0] === a) return asLog(sigmoid(tail, a));
  return sum(tail, read, [a, b], [1, -1]);
};

const concatenation: Rule = (node, tail, read) => {
  const found = node.inputs.flatMap((name) => read(name) ?? []);
  const [first] = found;
  const alike = found.length === node.inputs.length && found.every(({ log }) => log === first?.log);
  if (!first || !alike || !tail.alongNumbers(tail.dimsOf(outputOf(node)), intOf(node, 'axis', 0))) return undefined;
  return { ...first, columns: found.flatMap(({ columns }) => columns) };
};

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...operatorsOf('reshape').map((op) => [op, passOn] as const),
  [
    'Transpose',
    (node, tail, read) => {
      const input = inputOf(node, 0);
      const order = intsOf(node, 'perm')?.filter((axis) => axis === 0 || tail.dimsOf(input)[axis] !== 1);
      return order?.every((axis, i) => axis > (order[i - 1] ?? -1)) ? read(input) : undefined;
    },
  ],
  ['Softmax', softmaxRule],
  ['LogSoftmax', (...call) => asLog(softmaxRule(...call))],
  ['Sigmoid', (node, tail) => sigmoid(tail, inputOf(node, 0))],
  [
    'HardSigmoid',
    (node, tail) => {
      const input = inputOf(node, 0);
      const slope = floatOf(node, 'alpha', 0.2);
      const centred = floatOf(node, 'beta', 0.5) === 0.5 && slope > 0;
      return centred ? squashed('HardSigmoid', [{ value: input, factor: 1 }], tail.widthOf(input), slope) : undefined;
    },
  ],
  [
    // tanh(x) = 2 sigmoid(2 x) - 1
    'Tanh',
    (node, tail) => {
      const input = inputOf(node, 0);
      const twice = multiplied(squashed('Sigmoid', [multipleOf(tail, input, 2)], tail.widthOf(input)), [2]);
      return twice && addedUp([twice, constantColumns([-1])]);
    },
  ],
  [
    // softplus(x) = -log(1 - sigmoid(x))
    'Softplus',
    (node, tail) => {
      const input = inputOf(node, 0);
      const found = sigmoid(tail, input);
      const rest = found && complement(found);
      return rest && { ...rest, log: -1 };
    },
  ],
  [
    'Neg',
    (node, _tail, read) => {
      const found = read(inputOf(node, 0));
      return found && multiplied(found, [-1]);
    },
  ],
  ['Add', ({ inputs }, tail, read) => sum(tail, read, inputs, [])],
  ['Sum', ({ inputs }, tail, read) => sum(tail, read, inputs, [])],
  [
    'Mean',
    ({ inputs }, tail, read) =>
      sum(
        tail,
        read,
        inputs,
        inputs.map(() => 1 / inputs.length),
      ),
  ],
  ['ReduceSum', overStack(false)],
  ['ReduceMean', overStack(true)],
  ['Sub', difference],
  ['Mul', product],
  ['Div', quotient],
  ['Reciprocal', (node, tail) => inverse(tail, inputOf(node, 0))],
  [
    'Log',
    (node, _tail, read) => {
      const found = read(inputOf(node, 0));
      return found?.log === undefined ? asLog(found) : undefined;
    },
  ],
  [
    'Exp',
    (node, _tail, read) => {
      const found = read(inputOf(node, 0));
      return found?.log === 1 ? { columns: found.columns } : undefined;
    },
  ],
  [
    'Clip',
    (node, tail, read) =>
      clipped(tail, read, inputOf(node, 0), tail.single(node.inputs[1]), tail.single(node.inputs[2])),
  ],
  [
    'Max',
    (node, tail, read) => {
      if (node.inputs.length !== 2) return undefined;
      const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
      const [left, right] = [tail.single(a), tail.single(b)];
      if ((left ?? right) === undefined) return undefined;
      return clipped(tail, read, right === undefined ? b : a, right ?? left, undefined);
    },
  ],
  [
    'Min',
    (node, tail, read) => {
      if (node.inputs.length !== 2) return undefined;
      const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
      const [left, right] = [tail.single(a), tail.single(b)];
      if ((left ?? right) === undefined) return undefined;
      return clipped(tail, read, right === undefined ? b : a, undefined, right ?? left);
    },
  ],
  ['Concat', concatenation],
  [
    'Gather',
    (node, tail, read) => {
      const [input, indices] = [inputOf(node, 0), inputOf(node, 1)];
      return picked(tail, read(input), input, intOf(node, 'axis', 0), tail.wholeNumbers(indices));
    },
  ],
  ['Slice', slice],
]);
