import { describe, expect, it } from 'vitest';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import { runtimes } from '../../runtimes.ts';
import { families } from './cases/index.ts';
import { mismatch } from './directions.ts';
import { gradientModelOf, productByDifferences, productOnRuntimes, titleOf } from './operatorCase.ts';

/** Cases with their number, so that no two titles are equal. */
const numbered = Object.entries(families).map(([family, cases]) => ({
  family,
  cases: cases.map((operatorCase, i) => ({ title: `${i + 1}. ${titleOf(operatorCase)}`, operatorCase })),
}));

/** Every operator in the gradient graphs of the cases that ran. */
const emitted = new Set<string>();

describe.each(numbered)('$family: the gradient graph on CPU and WASM, against finite differences', ({ cases }) => {
  it.each(cases)('$title', async ({ operatorCase }) => {
    const wanted = productByDifferences(operatorCase);
    const gradientModel = await gradientModelOf(operatorCase);
    for (const { op } of gradientModel.model.graph.nodes) emitted.add(op);
    const products = await productOnRuntimes(
      gradientModel,
      operatorCase,
      runtimes.map(({ runtime }) => runtime),
    );
    const wrong = products.flatMap((gradients, r) =>
      gradients.flatMap((gradient, i) => {
        const problem = mismatch(gradient, wanted[i]!);
        return problem === undefined ? [] : [`${runtimes[r]!.name}, gradient ${i}: ${problem}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the gradient table', () => {
  it('has a case for every rule', () => {
    const covered = new Set(Object.values(families).flatMap((cases) => cases.map(({ op }) => op)));
    const rules = Object.entries(gradientTable).flatMap(([op, { kind }]) => (kind === 'rule' ? [op] : []));
    // quantization.test.ts
    covered.add('QuantizeLinear');
    // integerModels.test.ts, of the classifier: its result is of integers, with the scale beside them.
    covered.add('DynamicQuantizeLinear');
    expect(rules.filter((op) => !covered.has(op))).toEqual([]);
  });

  it('answers for every operator that its rules emit', () => {
    const answers = [...emitted].map((op) => `${op}: ${gradientTable[op]?.kind ?? 'missing'}`);
    expect(answers.filter((answer) => /(missing|forbidden)$/.test(answer))).toEqual([]);
  });
});
