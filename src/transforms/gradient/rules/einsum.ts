import { stringOf } from '../../../onnx/attributes.ts';
import { float32 } from '../../../onnx/tensor.ts';
import { sumTo } from '../gradientValues.ts';
import { type Call, type GradientTable, rule } from '../rule.ts';

type Labels = readonly string[];

/** An equation with a letter for every axis, the ellipsis's included. */
interface Equation {
  readonly inputs: readonly Labels[];
  readonly output: Labels;
  /** Size of each label's axis. */
  readonly sizes: ReadonlyMap<string, number>;
}

const alphabet = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

function unusedLetters(used: Iterable<string>): string[] {
  const taken = new Set(used);
  return alphabet.filter((letter) => !taken.has(letter));
}

function equationOf({ node, operand, dims }: Call): Equation {
  const text = stringOf(node, 'equation', '').replaceAll(' ', '');
  const [left = '', right] = text.split('->');
  const terms = left.split(',');
  const ellipsisRank = (i: number, term: string) => dims(operand(i)).length - (term.length - 3);
  const longest = Math.max(0, ...terms.map((term, i) => (term.includes('...') ? ellipsisRank(i, term) : 0)));
  const ellipsis = unusedLetters(text).slice(0, longest);
  // Ellipses are aligned at their ends.
  const labelled = (term: string, rank: number): Labels => {
    const [before = '', after] = term.split('...');
    return after === undefined ? [...before] : [...before, ...ellipsis.slice(longest - rank), ...after];
  };
  const inputs = terms.map((term, i) => labelled(term, ellipsisRank(i, term)));
  const letters = [...left].filter((letter) => alphabet.includes(letter));
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  const output = right === undefined ? [...ellipsis, ...once] : labelled(right, longest);
  const sizes = new Map<string, number>();
  for (const [i, labels] of inputs.entries()) {
    for (const [axis, label] of labels.entries()) {
      sizes.set(label, Math.max(sizes.get(label) ?? 1, dims(operand(i))[axis] ?? 1));
    }
  }
  return { inputs, output, sizes };
}

/**
 * The gradient of input i: the product of dy and the other inputs, summed over what input i does not name. A label that a
 * term names twice is a diagonal, so an identity matrix joins the product. An axis that only input i has is summed over,
 * so every element along it gets the same.
 */
function inputGradient(call: Call, { inputs, output, sizes }: Equation, i: number): string {
  const { dy, operand, dims, add, ops, builder } = call;
  const own = inputs[i] ?? [];
  const spare = unusedLetters([...sizes.keys()]);
  const diagonals = own.flatMap((label, axis) =>
    own.indexOf(label) === axis ? [] : [{ axis, label, with: spare[axis] ?? '' }],
  );
  const wanted = own.map((label, axis) => diagonals.find((diagonal) => diagonal.axis === axis)?.with ?? label);
  const others = inputs.flatMap((labels, k) =>
    k === i ? [] : [{ value: operand(k), labels, dims: dims(operand(k)) }],
  );
  const identities = diagonals.map(({ label, with: twin }) => {
    const size = sizes.get(label) ?? 1;
    const value = builder.constant(identity(size), 'identity');
    return { value, labels: [label, twin], dims: [size, size] };
  });
  const outputDims = output.map((label) => sizes.get(label) ?? 1);
  const scalarOutput = output.length === 0;
  const operands = [
    ...(scalarOutput ? [] : [{ value: dy, labels: output, dims: outputDims }]),
    ...others,
    ...identities,
  ];
  const widest = (label: string) => {
    const widths = operands.flatMap((operand) =>
      operand.labels.flatMap((l, axis) => (l === label ? [operand.dims[axis] ?? 1] : [])),
    );
    return widths.length === 0 ? undefined : Math.max(...widths);
  };
  const kept = wanted.filter((label) => widest(label) !== undefined);
  const equation = `${operands.map(({ labels }) => labels.join('')).join(',')}->${kept.join('')}`;
  const product = () =>
    add(
      'Einsum',
      operands.map(({ value }) => value),
      { equation },
    );
  const scaled = operands.length === 0 ? dy : scalarOutput ? ops.Mul(dy, product()) : product();
  const absent = wanted.flatMap((label, axis) => (widest(label) === undefined ? [axis] : []));
  const unfolded = absent.length === 0 ? scaled : ops.Unsqueeze(scaled, builder.ints(absent));
  const given = wanted.map((label) => widest(label) ?? 1);
  const size = dims(operand(i));
  const summed = sumTo(builder, unfolded, given, size);
  return size.some((dim, axis) => dim > (given[axis] ?? 1)) ? ops.Expand(summed, add('Shape', [operand(i)])) : summed;
}

function identity(size: number) {
  const data = new Float32Array(size * size);
  for (let i = 0; i < size; i++) data[i * (size + 1)] = 1;
  return float32([size, size], data);
}

export const einsumRules = {
  Einsum: rule((call) => {
    const equation = equationOf(call);
    return call.x.map((_, i) => () => inputGradient(call, equation, i));
  }),
} satisfies GradientTable;
