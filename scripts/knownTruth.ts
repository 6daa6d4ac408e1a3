// Every method against explanations that are known beforehand: tetrominoes, a planted shortcut, exact Shapley values.
//   npx tsx scripts/knownTruth.ts [--seed 0] [--images 200] [--count 10000] [--scenario xor] [--threads 2] [--json FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadDigits } from '../src/datasets/digits.ts';
import type { Judged } from '../src/faithfulness/knownTruth/judged.ts';
import { knownTruth } from '../src/faithfulness/knownTruth/knownTruth.ts';
import { scenarios } from '../src/faithfulness/knownTruth/tetrominoes.ts';
import { nodeRuntime } from '../src/runtime/node.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    images: { type: 'string', default: '200' },
    count: { type: 'string', default: '10000' },
    scenario: { type: 'string', multiple: true },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const start = performance.now();
let last = '';
const result = await knownTruth({
  runtime: nodeRuntime({ threads: Number(values.threads) }),
  seed: Number(values.seed),
  images: Number(values.images),
  count: Number(values.count),
  scenarios: scenarios.filter((name) => values.scenario?.includes(name) ?? true),
  digits: await loadDigits(),
  onProgress: ({ done, total, what }) => {
    const line = `${Math.round((performance.now() - start) / 1000)} s [${done}/${total}] ${what}\n`;
    if (line !== last) process.stderr.write(line);
    last = line;
  },
});
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(result, null, 1));

interface Column {
  readonly head: string;
  readonly rows: readonly Judged<string>[];
  readonly figure: string;
}

function table(title: string, columns: readonly Column[]): string {
  const ids = [...new Map(columns.flatMap(({ rows }) => rows.map(({ id, title: name }) => [id, name] as const)))];
  const cell = (id: string, { rows, figure }: Column) => {
    const found = rows.find((row) => row.id === id)?.figures[figure];
    return found ? `${found.mean.toFixed(2)} (${found.low.toFixed(2)}-${found.high.toFixed(2)})` : '';
  };
  const lines = ids.map(([id, name]) => `| ${[name, ...columns.map((column) => cell(id, column))].join(' | ')} |`);
  const head = `| ${['', ...columns.map(({ head }) => head)].join(' | ')} |`;
  return `## ${title}\n\n${head}\n|${' --- |'.repeat(columns.length + 1)}\n${lines.join('\n')}\n`;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
for (const figure of ['precision', 'earthMover', 'mass'] as const) {
  for (const { scenario, background, images, networks } of result.tetrominoes) {
    const columns = networks.map(({ network, accuracy, rows }) => ({
      head: `${network} (${(100 * accuracy).toFixed(1)}%)`,
      rows,
      figure,
    }));
    say(table(`${scenario}, ${background}: ${figure} on ${images} images`, columns));
  }
}
for (const { kind, reliance, area } of result.shortcuts) {
  say(`Trained on ${kind}: ${JSON.stringify(reliance)}; the tags' area is ${area.toFixed(3)}\n`);
}
const masses = result.shortcuts.map(({ kind, images, rows }) => ({
  head: `${kind} (${images})`,
  rows,
  figure: 'mass',
}));
say(table('Planted shortcut: mass on the tag', masses));
for (const figure of ['distance', 'direction']) {
  const columns = result.shapley.map(({ network, rows }) => ({ head: network, rows, figure }));
  say(table(`Shapley values: ${figure}`, columns));
}
const refused = [
  ...result.tetrominoes.flatMap(({ networks }) => networks.flatMap((one) => one.refused)),
  ...result.shortcuts.flatMap((one) => one.refused),
  ...result.shapley.flatMap((one) => one.refused),
];
for (const reason of new Set(refused.map(({ title, reason }) => `${title}: ${reason}`))) say(`Left out: ${reason}`);
say(`${Math.round((performance.now() - start) / 1000)} s`);
