import { reportGraphs } from '../test/fuzz/differenceRun.ts';
import { type FuzzKind, fuzz } from '../test/fuzz/fuzz.ts';

/*
 * `npm run fuzz -- [--models] [--files] [--graphs] [--all] [COUNT [FIRST]]`: explains mutated model files (10,000, the default), reads mutated
 * files of all other formats (20,000), compares random graphs with ONNX Runtime and finite differences (10,000), or does all three, and says
 * what became of them.
 */

const usual: Readonly<Record<FuzzKind, number>> = { models: 10_000, files: 20_000 };

const words = process.argv.slice(2);
const [given, first = 0] = words.filter((word) => !word.startsWith('--')).map(Number);
const asked = (kind: FuzzKind | 'graphs') => words.includes('--all') || words.includes(`--${kind}`);
const kinds = (['models', 'files'] as const).filter(asked);

for (const kind of kinds.length > 0 || asked('graphs') ? kinds : (['models'] as const)) await report(kind);
if (asked('graphs') && (await reportGraphs(first, first + (given ?? 10_000))) !== 0) process.exitCode = 1;

async function report(kind: FuzzKind): Promise<void> {
  const count = given ?? usual[kind];
  process.stdout.write(`${count} ${kind}\n`);
  const { outcomes, failures } = await fuzz(kind, first, first + count, (seed) => {
    if (seed % 500 === 0) process.stderr.write(`${seed}\n`);
  });
  const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
  process.stdout.write(`${sorted.map(([what, times]) => `${String(times).padStart(6)}  ${what}`).join('\n')}\n`);
  process.stdout.write(`${failures.length} failures\n`);
  for (const { seed, what } of failures) process.stdout.write(`  file ${seed}: ${what.slice(0, 600)}\n`);
  if (failures.length > 0) process.exitCode = 1;
}
