import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { caseFolders, hasTestdata } from '../test/slow/testdata.ts';
import { operatorDocument, operatorTestSuites } from '../test/transforms/gradient/operatorDocument.ts';
import { judge, type OperatorVerdict } from '../test/transforms/gradient/operatorVerdicts.ts';

/** Writes docs/operators.md: the gradient of every operator against finite differences, on ONNX's own operator tests. */
if (!hasTestdata) {
  console.error("ONNX's operator tests are missing: install Debian's package libonnx-testdata.");
  process.exit(1);
}
const verdicts: OperatorVerdict[] = [];
for (const folder of operatorTestSuites.flatMap(caseFolders)) verdicts.push(await judge(folder));
const failed = verdicts.filter(({ verdict }) => verdict === 'failed');
for (const { name, reason } of failed) console.error(`${name}: ${reason}`);
await writeFile(fileURLToPath(new URL('../docs/operators.md', import.meta.url)), operatorDocument(verdicts));
process.exitCode = failed.length === 0 ? 0 : 1;
