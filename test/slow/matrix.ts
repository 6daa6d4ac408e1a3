import {
  type Array64,
  at,
  broadcastAt,
  broadcastDims,
  type SlowOperator,
  SlowOperatorError,
  tabulate,
} from './array64.ts';
import { allInputs, inputAt, numberOf, textOf } from './attributes.ts';

/** Matrix product as NumPy's: a vector counts as a row on the left and a column on the right, leading axes broadcast. */
export function matmul(left: Array64, right: Array64): Array64 {
  const a: Array64 = left.dims.length === 1 ? { ...left, dims: [1, ...left.dims] } : left;
  const b: Array64 = right.dims.length === 1 ? { ...right, dims: [...right.dims, 1] } : right;
  const [rows, inner] = [a.dims.at(-2)!, a.dims.at(-1)!];
  const [rightInner, columns] = [b.dims.at(-2)!, b.dims.at(-1)!];
  if (inner !== rightInner) throw new SlowOperatorError(`MatMul: [${left.dims}] times [${right.dims}]`);
  const lead = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const product = tabulate([...lead, rows, columns], (index) => {
    const [batch, [i, j]] = [index.slice(0, -2), index.slice(-2)];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += broadcastAt(a, [...batch, i!, k]) * broadcastAt(b, [...batch, k, j!]);
    return sum;
  });
  const kept = [...(left.dims.length === 1 ? [] : [rows]), ...(right.dims.length === 1 ? [] : [columns])];
  return { dims: [...lead, ...kept], data: product.data };
}

const MatMul: SlowOperator = (inputs) => [matmul(inputAt(inputs, 0), inputAt(inputs, 1))];

/** Gemm: alpha A' B' + beta C, where ' is the transpose if transA, transB ask for it; C broadcasts. */
const Gemm: SlowOperator = (inputs, attributes) => {
  const [a, b, c] = [inputAt(inputs, 0), inputAt(inputs, 1), inputs[2]];
  const alpha = numberOf(attributes, 'alpha') ?? 1;
  const beta = numberOf(attributes, 'beta') ?? 1;
  const transA = numberOf(attributes, 'transA') === 1;
  const transB = numberOf(attributes, 'transB') === 1;
  const [rows, inner] = transA ? [a.dims[1]!, a.dims[0]!] : [a.dims[0]!, a.dims[1]!];
  const columns = transB ? b.dims[0]! : b.dims[1]!;
  if (inner !== (transB ? b.dims[1] : b.dims[0])) throw new SlowOperatorError(`Gemm: [${a.dims}] times [${b.dims}]`);
  return [
    tabulate([rows, columns], (index) => {
      const [i, j] = [index[0]!, index[1]!];
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(a, transA ? [k, i] : [i, k]) * at(b, transB ? [j, k] : [k, j]);
      return alpha * sum + (c === undefined ? 0 : beta * broadcastAt(c, index));
    }),
  ];
};

/** One term of an Einsum equation as labels, the ellipsis spelt out as as many labels as it stands for. */
function labelsOf(term: string, ellipsisRank: number): string[] {
  const [before = '', after] = term.split('...');
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: ellipsisRank }, (_, axis) => `.${axis}`), ...after];
}

/**
 * Einsum: the sum over every label that the output does not name of the product of the terms. Without "->" the output
 * has the ellipsis and then, sorted, the labels that occur once.
 */
const Einsum: SlowOperator = (inputs, attributes) => {
  const arrays = allInputs(inputs);
  const equation = (textOf(attributes, 'equation') ?? '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  const ellipsisRank = Math.max(
    ...terms.map((term, i) => (term.includes('...') ? arrays[i]!.dims.length - (term.length - 3) : 0)),
  );
  // Broadcasting aligns ellipses at their end, so a shorter one gets the last of the labels.
  const labels = terms.map((term, i) => {
    const own = arrays[i]!.dims.length - (term.length - 3);
    return labelsOf(term, ellipsisRank).filter(
      (label) => !label.startsWith('.') || label.length === 1 || Number(label.slice(1)) >= ellipsisRank - own,
    );
  });
  const sizes = new Map<string, number>();
  labels.forEach((term, i) => {
    term.forEach((label, axis) => {
      sizes.set(label, Math.max(sizes.get(label) ?? 1, arrays[i]!.dims[axis]!));
    });
  });
  const letters = labels.flat().filter((label) => !label.startsWith('.'));
  const once = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label)).sort();
  const output = labelsOf(right ?? `...${once.join('')}`, ellipsisRank);
  const summed = [...sizes.keys()].filter((label) => !output.includes(label));

  return [
    tabulate(
      output.map((label) => sizes.get(label)!),
      (outer) =>
        tabulate(
          summed.map((label) => sizes.get(label)!),
          (inner) => {
            const value = (label: string): number =>
              output.includes(label) ? outer[output.indexOf(label)]! : inner[summed.indexOf(label)]!;
            return arrays.reduce((product, array, i) => product * broadcastAt(array, labels[i]!.map(value)), 1);
          },
        ).data.reduce((total, term) => total + term, 0),
    ),
  ];
};

/** Det, by expansion along the first row, of each matrix of the last two axes. */
const Det: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  const size = x.dims.at(-1)!;
  const determinant = (rows: readonly (readonly number[])[]): number => {
    const [first, ...rest] = rows;
    if (first === undefined) return 1;
    return first.reduce((sum, value, j) => {
      const minor = rest.map((row) => row.filter((_, column) => column !== j));
      return sum + (j % 2 === 0 ? 1 : -1) * value * determinant(minor);
    }, 0);
  };
  const range = Array.from({ length: size }, (_, i) => i);
  return [
    tabulate(x.dims.slice(0, -2), (lead) => determinant(range.map((i) => range.map((j) => at(x, [...lead, i, j]))))),
  ];
};

export const matrixOperators = { Det, Einsum, Gemm, MatMul } satisfies Record<string, SlowOperator>;
