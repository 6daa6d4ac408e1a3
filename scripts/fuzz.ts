import { reportGraphs, reportHostile } from '../test/fuzz/differenceRun.ts';
import { fuzz } from '../test/fuzz/fuzz.ts';

/*
 * `npm run fuzz [-- COUNT [FIRST]]`: explains COUNT (10,000) mutated model files and says what became of them.
 * `npm run fuzz -- --graphs [COUNT [FIRST]]`: compares COUNT (10,000) random graphs with ONNX Runtime and finite differences.
 * `npm run fuzz -- --hostile-graphs [COUNT [FIRST]]`: tries as many that mix images or are random, which must be refused or
 * run one image at a time.
 */

const reports = new Map([
  ['--graphs', reportGraphs],
  ['--hostile-graphs', reportHostile],
]);
const report = reports.get(process.argv[2] ?? '');
const [count = 10_000, first = 0] = process.argv.slice(report ? 3 : 2).map(Number);
if (report) process.exit(await report(first, first + count));
const { outcomes, failures } = await fuzz(first, first + count, (seed) => {
  if (seed % 500 === 0) process.stderr.write(`${seed}\n`);
});
const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
process.stdout.write(`${sorted.map(([what, times]) => `${String(times).padStart(6)}  ${what}`).join('\n')}\n`);
process.stdout.write(`${failures.length} failures\n`);
for (const { seed, what } of failures) process.stdout.write(`  file ${seed}: ${what.slice(0, 600)}\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
