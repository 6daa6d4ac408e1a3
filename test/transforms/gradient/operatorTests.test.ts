import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { caseFolders, hasTestdata } from '../../slow/testdata.ts';
import { operatorDocument, operatorTestSuites } from './operatorDocument.ts';
import { judge } from './operatorVerdicts.ts';

const title = "gradients on ONNX's own operator tests";
describe.skipIf(!hasTestdata)(hasTestdata ? title : `${title} (skipped: needs Debian's libonnx-testdata)`, () => {
  it('agree with finite differences, or docs/operators.md says why they cannot be compared', async () => {
    const verdicts = [];
    for (const folder of operatorTestSuites.flatMap(caseFolders)) verdicts.push(await judge(folder));
    expect(verdicts.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    const committed = readFileSync(new URL('../../../docs/operators.md', import.meta.url), 'utf8');
    expect(operatorDocument(verdicts)).toBe(committed);
  });
});
