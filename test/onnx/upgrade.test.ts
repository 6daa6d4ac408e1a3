import { describe, expect, it } from 'vitest';
import { upgradeSteps } from '../../src/onnx/upgrade/table.ts';
import { caseModel, titleOf } from './upgradeCase.ts';
import { upgradeCases } from './upgradeCases.ts';
import { expectSame, run, upgradedBothWays } from './upgradeRun.ts';

describe('a node of an older opset computes the same in opset 21', () => {
  for (const each of upgradeCases) {
    it(titleOf(each), async () => {
      const { model, feeds } = caseModel(each);
      const before = await run(model, feeds);
      for (const upgraded of await upgradedBothWays(model, feeds)) {
        expect(upgraded.opset).toBe(21);
        expectSame(await run(upgraded, feeds), before, each.tolerance);
      }
    });
  }

  it('for every step of the table', () => {
    const steps = Object.entries(upgradeSteps).flatMap(([op, all]) => all.map(({ to }) => ({ op, to })));
    const untested = steps.filter(({ op, to }) => !upgradeCases.some((c) => c.op === op && c.opset < to));
    // Scan has its own test, for its body.
    expect(untested).toEqual([{ op: 'Scan', to: 9 }]);
  });
});
