import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { upgradeSteps } from '../../src/onnx/upgrade/table.ts';
import { formChanges } from './formChanges.ts';

/** Experimental below opset 10, so not in the schemas; ONNX Runtime runs them. */
const experimental = new Set([
  ...['Affine', 'Crop', 'DynamicSlice', 'ImageScaler', 'MeanVarianceNormalization', 'ParametricSoftplus', 'ScaledTanh'],
]);

interface Schemas {
  readonly opset: number;
  readonly changes: readonly (readonly [string, number])[];
}

/** What the onnx package says; undefined where it is not there. */
function readSchemas(): Schemas | undefined {
  const script = fileURLToPath(new URL('formChanges.py', import.meta.url));
  const { status, stdout } = spawnSync('/usr/bin/python3', [script], { encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const schemas = readSchemas();
const key = (op: string, to: number) => `${op} ${to}`;

describe('changes of operators', () => {
  it('have a rule exactly where a node has to be rewritten', () => {
    const needed = formChanges.filter(({ answer }) => answer === 'rewrite').map(({ op, to }) => key(op, to));
    const rules = Object.entries(upgradeSteps).filter(([op]) => !experimental.has(op));
    expect(rules.flatMap(([op, steps]) => steps.map(({ to }) => key(op, to))).sort()).toEqual(needed.sort());
  });

  it.skipIf(!schemas)(
    'are all listed, by the schemas of the onnx package (needs the Debian package python3-onnx)',
    () => {
      const { opset, changes } = schemas!;
      const known = formChanges.filter(({ to }) => to <= opset).map(({ op, to }) => key(op, to));
      const changed = changes.map(([op, to]) => key(op, to));
      expect(changed.filter((change) => !known.includes(change))).toEqual([]);
      expect(known.filter((change) => !changed.includes(change))).toEqual([]);
    },
  );
});
