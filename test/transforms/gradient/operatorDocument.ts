import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import { families } from './cases/index.ts';
import type { OperatorVerdict } from './operatorVerdicts.ts';

const suites = ['node', 'pytorch-converted', 'pytorch-operator', 'simple'] as const;

export { suites as operatorTestSuites };

interface Row {
  readonly op: string;
  readonly answer: string;
  readonly own: number;
  readonly passed: number;
  readonly constant: number;
  readonly unsupported: number;
}

const answers = { rule: 'rule', none: 'none', forbidden: 'refused' } as const;

/** docs/operators.md: what became of ONNX's own operator tests, operator by operator. */
export function operatorDocument(verdicts: readonly OperatorVerdict[]): string {
  const count = (verdict: OperatorVerdict['verdict'], among = verdicts): number =>
    among.filter((entry) => entry.verdict === verdict).length;
  const own = Object.values(families).flat();
  const names = new Set([...Object.keys(gradientTable), ...verdicts.map(({ op }) => op)]);
  names.delete('several');
  const rowOf = (op: string): Row => {
    const among = verdicts.filter((entry) => entry.op === op);
    const kind = gradientTable[op]?.kind;
    return {
      op,
      answer: kind === undefined ? '' : answers[kind],
      own: own.filter((operatorCase) => operatorCase.op === op).length,
      passed: count('passed', among),
      constant: count('not differentiable', among),
      unsupported: count('unsupported', among),
    };
  };
  const rows = [...names].sort().map(rowOf);
  const several = { ...rowOf('several'), op: '(graphs of several operators)' };
  return `# Operators

The gradient of every standard operator, and how it was checked. Written by \`npm run docs:operators\`; a test compares it.

**Answer**: *rule*: a gradient rule; *none*: integers or piecewise constant, nothing to pass on; *refused*: a typed error
with the reason below. **Own**: cases in test/transforms/gradient/cases, each with several attributes of the operator: the
vector-Jacobian product by ONNX Runtime on CPU and WASM against finite differences of a slow float64 version, and for the
first case of each operator the second derivative too.
The last three columns are ONNX's own operator tests (Debian's libonnx-testdata): the same comparison on CPU, passed; not
differentiable (no float input or output, or the answer is none); not compared, for the reasons listed below the table.

Of ${verdicts.length} tests ${count('passed')} passed, ${count('failed')} failed, ${count('not differentiable')} are not differentiable and ${count('unsupported')} could not be compared.

| operator | answer | own | passed | not differentiable | not compared |
| --- | --- | ---: | ---: | ---: | ---: |
${[...rows, several].map(shownRow).join('\n')}

## What is decided

Where a derivative does not exist: Relu, Clip, HardSigmoid, HardSwish, ThresholdedRelu and Shrink take the flat side;
LeakyRelu, PRelu, Elu, Selu and Celu the side of x <= 0; Abs, ReduceL1 and the norms of zeros have 0. Equal values in
MaxPool, GlobalMaxPool, ReduceMax and ReduceMin: the first, row by row; in Max and Min: the first input. QuantizeLinear and
DequantizeLinear count as Clip to the representable range, strictly between its ends; rounding is ignored. Of
DynamicQuantizeLinear the scale counts as a constant, and nothing is clipped.

Operators of ONNX Runtime's domain (com.microsoft) and of 8-bit integers have no rules: on load they are written in standard
operators of real numbers where that gives the same value.

## Refused

${reasonsIn(gradientTable)}

## Not compared

${notCompared(verdicts)}
`;
}

function shownRow({ op, answer, own, passed, constant, unsupported }: Row): string {
  const counts = [own, passed, constant, unsupported].map((number) => (number === 0 ? '' : String(number)));
  return `| ${[op, answer, ...counts].join(' | ')} |`;
}

function grouped<T>(entries: readonly T[], keyOf: (entry: T) => string): readonly (readonly [string, readonly T[]])[] {
  const keys = [...new Set(entries.map(keyOf))].sort();
  return keys.map((key) => [key, entries.filter((entry) => keyOf(entry) === key)]);
}

function reasonsIn(table: typeof gradientTable): string {
  const refused = Object.entries(table).flatMap(([op, answer]) =>
    answer.kind === 'forbidden' ? [{ op, why: answer.why }] : [],
  );
  return grouped(refused, ({ why }) => why)
    .map(([why, entries]) => `- ${why}: ${entries.map(({ op }) => op).join(', ')}`)
    .join('\n');
}

function notCompared(verdicts: readonly OperatorVerdict[]): string {
  const left = verdicts.filter(({ verdict }) => verdict === 'unsupported');
  return grouped(left, ({ reason }) => reason)
    .map(([reason, entries]) => `- ${reason} (${entries.length}): ${entries.map(({ name }) => name).join(', ')}`)
    .join('\n');
}
