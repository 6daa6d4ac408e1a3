import { reportGraphs, reportHostile } from '../test/fuzz/differenceRun.ts';
import { type FuzzKind, fuzz } from '../test/fuzz/fuzz.ts';

/*
 * `npm run fuzz -- [KIND...] [COUNT [FIRST]]`, where KIND is
 *   --models (the default)  explains mutated model files, 10,000 of them, and says what became of them;
 *   --files                 reads mutated files of all other formats, 20,000;
 *   --graphs                compares random graphs with ONNX Runtime and finite differences, 10,000;
 *   --hostile-graphs        tries random graphs that mix images or are random, 10,000: they must be refused or run one image at a time;
 *   --all                   all of these.
 */

const usual = { models: 10_000, files: 20_000, graphs: 10_000, 'hostile-graphs': 10_000 } as const;
type Kind = keyof typeof usual;

const words = process.argv.slice(2);
const [given, first = 0] = words.filter((word) => !word.startsWith('--')).map(Number);
const all = Object.keys(usual) as Kind[];
const asked = all.filter((kind) => words.includes('--all') || words.includes(`--${kind}`));

for (const kind of asked.length > 0 ? asked : (['models'] as const)) {
  const count = given ?? usual[kind];
  process.stdout.write(`${count} ${kind}\n`);
  const failures = await run(kind, first, first + count);
  if (failures > 0) process.exitCode = 1;
}

function run(kind: Kind, from: number, to: number): Promise<number> {
  if (kind === 'graphs') return reportGraphs(from, to);
  return kind === 'hostile-graphs' ? reportHostile(from, to) : reportFiles(kind, from, to);
}

async function reportFiles(kind: FuzzKind, from: number, to: number): Promise<number> {
  const { outcomes, failures } = await fuzz(kind, from, to, (seed) => {
    if (seed % 500 === 0) process.stderr.write(`${seed}\n`);
  });
  const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
  process.stdout.write(`${sorted.map(([what, times]) => `${String(times).padStart(6)}  ${what}`).join('\n')}\n`);
  process.stdout.write(`${failures.length} failures\n`);
  for (const { seed, what } of failures) process.stdout.write(`  file ${seed}: ${what.slice(0, 600)}\n`);
  return failures.length;
}
