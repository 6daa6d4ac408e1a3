import { join } from 'node:path';
import type { Dataset } from '../datasets/dataset.ts';
import type { Classifier } from '../model/classifier.ts';
import { settingsOf } from '../model/inputDescription.ts';
import { descriptionPath } from '../node/modelFile.ts';
import { removeEarlierPictures } from '../node/reportFolder.ts';
import { writeModel } from '../onnx/writeModel.ts';
import { percent, share } from '../report/page/number.ts';
import { renderPage } from '../report/page/page.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { type Examination, examine } from '../studies/regionPruning/examine.ts';
import { layerView } from '../studies/regionPruning/page/layerView.ts';
import { regionsPage } from '../studies/regionPruning/page/page.ts';
import type { RunView } from '../studies/regionPruning/page/view.ts';
import { controlRounds } from '../studies/regionPruning/plans.ts';
import { makePruner, type Pruned, type Pruner, type RoundRecord } from '../studies/regionPruning/pruner.ts';
import { masksFile } from '../studies/regionPruning/sidecar.ts';
import { stopIfInterrupted } from './interruption.ts';
import { writeWhole } from './output.ts';
import type { OutputTarget } from './outputTargets.ts';
import type { Progress } from './progress.ts';
import type { RegionsSettings } from './regionsFlags.ts';
import { UsageError } from './usageError.ts';

export interface RegionsJob {
  readonly classifier: Classifier;
  readonly dataset: Dataset;
  readonly modelName: string;
  readonly settings: RegionsSettings;
  readonly out: string;
  readonly command: string;
  readonly progress: Progress;
}

/** What `--json` prints. Fractions, not percent. */
export interface RegionsSummary {
  readonly model: string;
  readonly masks: string;
  readonly page: string;
  readonly layer: string;
  /** On the test images: as given, pruned (after each round), unpruned and trained as long. */
  readonly accuracy: number;
  readonly pruned: RoundRecord;
  readonly rounds: readonly RoundRecord[];
  readonly control: number;
  readonly units: readonly {
    readonly unit: number;
    readonly removed: number;
    readonly area: number;
    readonly regions: number;
  }[];
}

/** The files that are written. */
export function regionsTargets(out: string): readonly OutputTarget[] {
  const { model, masks } = filesIn(out);
  return [
    { kind: 'report', path: out },
    { kind: 'model', path: model },
    { kind: 'description', path: descriptionPath(model) },
    { kind: 'arrays', path: masks },
  ];
}

function filesIn(out: string) {
  return {
    model: join(out, 'pruned.onnx'),
    masks: join(out, 'pruned.masks.npz'),
    page: join(out, 'index.html'),
  };
}

/** Test images shown where none are named. */
const mostImages = 10;

/** Prunes a model, and the control beside it; everything is computed before the first file is written. */
export async function runRegionsJob(job: RegionsJob): Promise<RegionsSummary> {
  const { classifier, dataset, settings, progress } = job;
  const { layer, optimizer, learningRate, batchSize, neighbourhood } = settings;
  const pruner = await makePruner(classifier, {
    ...dataset,
    ...(layer === undefined ? {} : { layer }),
    optimizer,
    learningRate,
    batchSize,
    neighbourhood,
  });
  try {
    const images = imagesToShow(settings, pruner);
    const pruned = await pruneWithProgress(pruner, settings.rounds, 'Pruning', job);
    const control = await pruneWithProgress(
      pruner,
      controlRounds({ rounds: settings.rounds.length, epochs: settings.epochs }),
      'Control',
      job,
    );
    progress.message('Looking at the units');
    const examination = await examine(pruner, pruned, { images, seed: settings.seed });
    return await write(job, pruner, pruned, control, examination);
  } finally {
    await pruner.release();
  }
}

const titles = { compact: 'Compact regions', paper: 'The paper’s region pruning' };

function pruneWithProgress(
  pruner: Pruner,
  rounds: RegionsSettings['rounds'],
  what: string,
  { settings, progress }: RegionsJob,
): Promise<Pruned> {
  let shown = -1;
  return pruner.prune(rounds, {
    seed: settings.seed,
    onProgress(done, total) {
      stopIfInterrupted();
      const tenth = Math.floor((10 * done) / total);
      if (tenth === shown) return;
      shown = tenth;
      progress.update(tenth, 10, what);
    },
  });
}

/** @throws UsageError for a test image that is not there. */
function imagesToShow({ images }: RegionsSettings, { test }: Pruner): readonly number[] {
  const beyond = images?.find((index) => index >= test.count);
  if (beyond !== undefined) {
    throw new UsageError(`--images: there is no test image ${beyond}; the last is ${test.count - 1}.`);
  }
  const firsts = test.classNames.map((_, label) => test.labels.indexOf(label)).filter((index) => index >= 0);
  return images ?? firsts.slice(0, mostImages);
}

async function write(
  { classifier, modelName, settings, out, command }: RegionsJob,
  pruner: Pruner,
  pruned: Pruned,
  control: Pruned,
  examination: Examination,
): Promise<RegionsSummary> {
  const view = layerView(pruner, pruned, examination, 'pruned', titles[settings.method]);
  const { layer, statistics, neighbourhood, accuracy, test } = pruner;
  const last = lastRound(pruned);
  const unpruned = lastRound(control);
  const run = (label: string, about: string, kind: RunView['kind'], { rounds }: Pruned): RunView => ({
    label,
    about,
    kind,
    charted: kind === 'own',
    before: accuracy,
    rounds,
  });
  const page = regionsPage({
    title: `${modelName}: what its units use`,
    headline: `Half of the living units use ${share(last.medianArea)} of the ${view.seesFeatures ? 'features' : 'image'} or less.`,
    lede: `With ${percent(last.varyingLeft)} of the weights of ${layer.node.name || layer.sums} left, ${percent(last.accuracy)} of the test images are decided rightly; ${percent(accuracy)} before, and ${percent(unpruned.accuracy)} unpruned and trained as long.`,
    runs: [
      run('Unpruned', 'nothing is removed, trained as long', 'comparison', control),
      run(titles[settings.method], settings.about, 'own', pruned),
    ],
    layers: [view],
    varying: statistics.varies.reduce((sum, one) => sum + one, 0),
    inputs: layer.inputs,
    provenance: provenanceOf(classifier, { file: modelName, methods: [], command }),
  });
  const classes = classifier.input.classes ?? test.classNames;
  const paths = filesIn(out);
  stopIfInterrupted();
  const model = await writeWhole(paths.model, writeModel(pruned.model));
  await writeWhole(
    descriptionPath(paths.model),
    `${JSON.stringify({ ...settingsOf(classifier.input), classes }, null, 2)}\n`,
  );
  const masks = await writeWhole(paths.masks, masksFile(layer, pruned.kept, statistics.varies, neighbourhood));
  const written = await writeWhole(paths.page, renderPage(page));
  await removeEarlierPictures(out);
  return {
    model,
    masks,
    page: written,
    layer: layer.node.name || layer.sums,
    accuracy,
    pruned: last,
    rounds: pruned.rounds,
    control: unpruned.accuracy,
    units: examination.units.map(({ unit, removed, area, regions }) => ({
      unit,
      removed,
      area,
      regions: regions.length,
    })),
  };
}

function lastRound({ rounds }: Pruned): RoundRecord {
  const last = rounds.at(-1);
  if (!last) throw new RangeError('There are no rounds.');
  return last;
}
