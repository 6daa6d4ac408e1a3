import type { Command } from 'commander';
import { type WrittenAtlas, writeAtlas } from '../app/writeAtlas.ts';
import { openStore } from '../bulk/store.ts';
import { languages } from '../language/language.ts';
import { type Words, wordsIn } from '../language/words.ts';
import { reportFolder } from '../node/reportFolder.ts';
import { storeFolder } from '../node/storeFolder.ts';
import { writeVirelayProject } from '../node/virelayProject.ts';
import { wholeFlag } from './flags.ts';
import { openMasks } from './imageMasks.ts';
import { stoppable } from './interruption.ts';
import { languageFrom } from './languageFlag.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

interface Flags {
  readonly method?: string;
  readonly seed: string;
  readonly masks?: string;
  readonly lang?: string;
  readonly out: string;
  readonly virelay?: string;
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
    .option(
      '--masks <folder|file>',
      'where the object is, not 0 inside: pictures named by the place of their image in the store (17.png), or an .npz file with one array [images, height, width]',
    )
    .option('--lang <language>', `language of the page: ${languages.join(' or ')} (default: that of the locale)`)
    .option('--out <folder>', 'where the page and its thumbnails go', 'atlas')
    .option('--virelay <folder>', 'also write a project that ViRelAy opens; takes the package h5wasm')
    .option('--json', 'print the groups as JSON')
    .option('--force', 'write over files of another kind')
    .action(run);
}

async function run(path: string, flags: Flags): Promise<void> {
  const seed = wholeFlag('seed', flags.seed, 0);
  const language = languageFrom(flags.lang);
  const progress = progressTo();
  const virelay = flags.virelay === undefined ? [] : [{ kind: 'folder', path: flags.virelay } as const];
  await prepareTargets([{ kind: 'report', path: flags.out }, ...virelay], {
    inputs: [path, flags.masks],
    force: flags.force,
  });
  try {
    const store = await openStore(storeFolder(path));
    const masks = flags.masks === undefined ? undefined : await openMasks(flags.masks, store.identity.images);
    const found = await writeAtlas(store, {
      ...{ method: flags.method, seed, language, maskOf: masks?.read, output: reportFolder(flags.out, writeWhole) },
      progress: stoppable(progress).update,
    });
    if (flags.virelay !== undefined) await writeVirelayProject(flags.virelay, { ...found, store });
    await (flags.json === true ? printJson(summary(found)) : printWords(inWords(found, wordsIn(language))));
  } finally {
    progress.finish();
  }
}

function summary({ page, method, atlas: { clusters } }: WrittenAtlas) {
  return {
    page,
    method,
    clusters: clusters.map(({ target, images, share, accuracy, purity, typical, odd, ...judged }) => ({
      ...{ class: target, images: images.map(({ index }) => index), share, accuracy, purity },
      ...{ alone: judged.alone, fixed: judged.fixed, offObject: judged.offObject, isSuspicious: judged.isSuspicious },
      ...{ typical: typical.map(({ index }) => index), odd: odd.map(({ index }) => index) },
    })),
  };
}

function inWords({ page, classNames, atlas: { clusters, classes } }: WrittenAtlas, { atlas: said }: Words): string {
  const suspects = clusters
    .filter(({ isSuspicious }) => isSuspicious)
    .map(({ target, images, alone, offObject }) => {
      const name = classNames[target] ?? String(target);
      return offObject === undefined
        ? said.suspect(name, images.length, alone)
        : said.suspectOff(name, images.length, offObject.share);
    });
  const lines = suspects.length === 0 ? [said.noSuspects] : suspects;
  return `${[said.found(clusters.length, classes.length), ...lines, said.page(page)].join('\n')}\n`;
}
