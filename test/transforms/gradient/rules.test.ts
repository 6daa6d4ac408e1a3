import { describe, expect, it } from 'vitest';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import { runtimes } from '../../runtimes.ts';
import { families } from './cases/index.ts';
import { difference, productByDifferences, productOnRuntime, titleOf } from './operatorCase.ts';

/** Cases with their number, so that no two titles are equal. */
const numbered = Object.entries(families).map(([family, cases]) => ({
  family,
  cases: cases.map((operatorCase, i) => ({ title: `${i + 1}. ${titleOf(operatorCase)}`, operatorCase })),
}));

describe.each(numbered)('$family: the gradient graph on CPU and WASM, against finite differences', ({ cases }) => {
  it.each(cases)('$title', async ({ operatorCase }) => {
    const wanted = productByDifferences(operatorCase);
    const products = await productOnRuntime(
      operatorCase,
      runtimes.map(({ runtime }) => runtime),
    );
    const wrong = products.flatMap((gradients, r) =>
      gradients.flatMap((gradient, i) => {
        const problem = difference(gradient, wanted[i]!);
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
    expect(rules.filter((op) => !covered.has(op))).toEqual([]);
  });
});
