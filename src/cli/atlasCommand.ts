import type { Command } from 'commander';
import { type WrittenAtlas, writeAtlas } from '../app/writeAtlas.ts';
import { openStore } from '../bulk/store.ts';
import { reportFolder } from '../node/reportFolder.ts';
import { storeFolder } from '../node/storeFolder.ts';
import { wholeFlag } from './flags.ts';
import { stoppable } from './interruption.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

interface Flags {
  readonly method?: string;
  readonly seed: string;
  readonly out: string;
  readonly json?: boolean;
  readonly force?: boolean;
}

export function addAtlasCommand(program: Command): void {
  program
    .command('atlas')
    .description('sort the maps of a store into groups that are alike, those that look like shortcuts first')
    .argument('<store>', 'what konkyo bulk made: OUT.zarr')
    .option('--method <id>', 'of which maps (default: the first that the store has)')
    .option('--seed <n>', 'of the clustering', '0')
    .option('--out <folder>', 'where the page and its thumbnails go', 'atlas')
    .option('--json', 'print the groups as JSON')
    .option('--force', 'write over files of another kind')
    .action(run);
}

async function run(path: string, flags: Flags): Promise<void> {
  const seed = wholeFlag('seed', flags.seed, 0);
  const progress = progressTo();
  await prepareTargets([{ kind: 'report', path: flags.out }], { inputs: [path], force: flags.force });
  try {
    const store = await openStore(storeFolder(path));
    const found = await writeAtlas(store, {
      ...{ method: flags.method, seed, output: reportFolder(flags.out, writeWhole) },
      progress: stoppable(progress).update,
    });
    await (flags.json === true ? printJson(summary(found)) : printWords(inWords(found)));
  } finally {
    progress.finish();
  }
}

function summary({ page, method, atlas: { clusters } }: WrittenAtlas) {
  return {
    page,
    method,
    clusters: clusters.map(({ target, images, share, accuracy, purity, alone, fixed, isSuspicious, typical }) => ({
      ...{
        class: target,
        images: images.map(({ index }) => index),
        share,
        accuracy,
        purity,
        alone,
        fixed,
        isSuspicious,
      },
      typical: typical.map(({ index }) => index),
    })),
  };
}

function inWords({ page, atlas: { clusters, classes } }: WrittenAtlas): string {
  const suspicious = clusters.filter(({ isSuspicious }) => isSuspicious);
  const lines = suspicious.map(
    ({ target, images, alone }) =>
      `Class ${target}: ${images.length} images, ${Math.round(100 * alone)}% of whose evidence lies where no others have any, look like a shortcut.`,
  );
  const none = suspicious.length === 0 ? ['No group looks like a shortcut.'] : lines;
  return `${clusters.length} groups in ${classes.length} classes.\n${none.join('\n')}\nPage: ${page}\n`;
}
