// A white square in a corner of one class's images: do the top filter and the top region name it, and not on clean twins?
//   npm run check:shortcuts -- DATASET [--classes 0,1,2,3,4,5,6,7,8,9] [--seeds 1,2,3] [--updates 600] [--train 12000]
import { parseArgs } from 'node:util';
import { selectImages } from '../src/datasets/labelledImages.ts';
import { openDataset } from '../src/node.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { type Naming, type ShortcutRun, shortcutRuns } from '../src/studies/filterPaths/paper/plantedShortcut.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    classes: { type: 'string', default: '0,1,2,3,4,5,6,7,8,9' },
    seeds: { type: 'string', default: '1,2,3' },
    updates: { type: 'string', default: '600' },
    train: { type: 'string', default: '12000' },
  },
});
const [data] = positionals;
if (data === undefined) {
  process.stderr.write('Usage: npm run check:shortcuts -- DATASET [--classes 0,1] [--seeds 1,2,3] [--updates 600]\n');
  process.exit(2);
}
const numbers = (text: string) => text.split(',').map(Number);
const runtime = nodeRuntime({ threads: 1 });
const { train, test } = await openDataset(data);
const first = Array.from({ length: Math.min(train.count, Number(values.train)) }, (_, i) => i);
const dataset = { train: selectImages(train, first), test };
const runs: ShortcutRun[] = [];
for (const seed of numbers(values.seeds)) {
  const settings = { labels: numbers(values.classes), seed, updates: Number(values.updates) };
  for await (const run of shortcutRuns(runtime, dataset, settings)) {
    runs.push(run);
    const said = ({ region, filter }: Naming) => `region ${region ? 'yes' : 'no'}, filter ${filter ? 'yes' : 'no'}`;
    process.stdout.write(
      `seed ${seed}, class ${run.label}: learnt ${run.pulled.toFixed(2)}, planted ${said(run.planted)}; clean ${said(run.clean)}\n`,
    );
  }
}
const share = (is: (run: ShortcutRun) => boolean) => `${runs.filter(is).length} of ${runs.length}`;
process.stdout.write(
  `both name the square: planted ${share(({ planted: { region, filter } }) => region && filter)}, clean ${share(({ clean: { region, filter } }) => region && filter)}; either: clean ${share(({ clean: { region, filter } }) => region || filter)}\n`,
);
