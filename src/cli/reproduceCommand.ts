import { join } from 'node:path';
import type { Command } from 'commander';
import type { Dataset } from '../datasets/dataset.ts';
import { removeEarlierPictures } from '../node/reportFolder.ts';
import { renderPage } from '../report/page/page.ts';
import { rulesPaper } from '../studies/booleanRules/paper/rules.ts';
import { filtersPaper } from '../studies/filterPaths/paper/filters.ts';
import { noncontributingPaper } from '../studies/noncontributing/paper/noncontributing.ts';
import type { Paper, PaperResult, Reproduction } from '../studies/paper.ts';
import { regionsPaper } from '../studies/regionPruning/paper/regions.ts';
import { commandLine, UsageError, wholeFlag } from './flags.ts';
import { datasetWithProgress } from './inputs.ts';
import { stopIfInterrupted, stoppable } from './interruption.ts';
import { forceWords } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { keptNetworks } from './paperNetworks.ts';
import { type Progress, progressTo } from './progress.ts';
import { deviceWords, type RuntimeFlags, runtimeFrom } from './runtimeFlags.ts';
import { printWords } from './streams.ts';

/** The papers whose experiments konkyo repeats. */
const papers: readonly Paper[] = [rulesPaper, filtersPaper, noncontributingPaper, regionsPaper];

interface Flags extends RuntimeFlags {
  readonly dataset: string;
  readonly dataDir?: string;
  readonly quick?: boolean;
  readonly search?: boolean;
  readonly seeds: string;
  readonly seed: string;
  readonly models?: string;
  readonly out: string;
  readonly json?: string;
  readonly force?: boolean;
}

export function addReproduceCommand(program: Command): void {
  const list = papers.map(({ id, citation, about }) => `  ${id}: ${about}\n    ${citation}`);
  program
    .command('reproduce')
    .description('repeat the experiments of one of the four papers, with the paper’s figures beside ours')
    .argument('<paper>', papers.map(({ id }) => id).join(', '))
    .option('--dataset <name|folder|file>', 'a data set of 28x28 grey images, such as MNIST’s folder', 'digits')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--quick', 'a short version, about a minute, to see that everything works')
    .option('--search', 'filters: also search for the smallest network that keeps 98%, in short trainings')
    .option('--seeds <n>', 'how often, each with another seed; figures are means', '1')
    .option('--seed <n>', 'the first seed', '1')
    .option('--models <folder>', 'take trained networks from here, and keep those that are trained here')
    .option('--out <folder>', 'where the page and its pictures go', 'report')
    .option('--json <file>', 'also write the figures as JSON')
    .option('--threads <n>', 'threads (default: all)')
    .option('--device <device>', deviceWords)
    .option('--force', forceWords)
    .addHelpText('after', `\nPapers:\n${list.join('\n')}`)
    .action(run);
}

async function run(name: string, flags: Flags): Promise<void> {
  const paper = papers.find(({ id }) => id === name);
  if (!paper) {
    throw new UsageError(`There is no paper "${name}". There are ${papers.map(({ id }) => id).join(', ')}.`);
  }
  const first = wholeFlag('seed', flags.seed, 0);
  const seeds = Array.from({ length: wholeFlag('seeds', flags.seeds, 1) }, (_, i) => first + i);
  await prepareTargets(
    [
      { kind: 'report', path: flags.out },
      ...(flags.json === undefined ? [] : [{ kind: 'figures', path: flags.json } as const]),
      ...(flags.models === undefined ? [] : [{ kind: 'folder', path: flags.models } as const]),
    ],
    { inputs: [flags.dataset], force: flags.force },
  );
  const progress = stoppable(progressTo());
  try {
    await reproduce(paper, seeds, flags, progress);
  } finally {
    progress.finish();
  }
}

async function reproduce(paper: Paper, seeds: readonly number[], flags: Flags, progress: Progress): Promise<void> {
  const runtime = runtimeFrom(flags);
  const dataset = await paperDataset(flags, progress);
  const quick = flags.quick === true;
  const start = performance.now();
  const found = await paper.reproduce({
    runtime,
    dataset,
    seeds,
    quick,
    search: flags.search === true,
    network: keptNetworks({ runtime, dataset, quick, progress, folder: flags.models || undefined }),
    progress,
    command: commandLine(),
  });
  const seconds = (performance.now() - start) / 1000;
  stopIfInterrupted();
  for (const { name, bytes } of found.files) await writeWhole(join(flags.out, name), bytes);
  const page = await writeWhole(join(flags.out, 'index.html'), renderPage(found.page));
  await removeEarlierPictures(
    flags.out,
    found.files.map(({ name }) => name),
  );
  if (flags.json !== undefined) {
    const { settings, results } = found;
    const summary = { paper: paper.id, settings, seed: seeds[0], seeds, results, seconds };
    await writeWhole(flags.json, `${JSON.stringify(summary, null, 2)}\n`);
  }
  await printWords(`${inWords(found)}\nPage: ${page}\n`);
}

async function paperDataset({ dataset, dataDir }: Flags, progress: Progress): Promise<Dataset> {
  return datasetWithProgress(dataset, { channels: 1, size: { height: 28, width: 28 }, dataDir }, progress);
}

function inWords({ results }: Reproduction): string {
  const width = Math.max(...results.map(({ id }) => id.length));
  const line = ({ id, what, paper, ours, spread }: PaperResult) => {
    const own = spread === undefined ? figure(ours) : `${figure(ours)} ± ${figure(spread)}`;
    return `${id.padEnd(width)}  ${figure(paper).padStart(9)}  ${own.padEnd(18)}  ${what}`;
  };
  return [`${''.padEnd(width)}  ${'paper'.padStart(9)}  ours`, ...results.map(line)].join('\n');
}

function figure(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(4)));
}
