import type { Dataset } from '../../datasets/dataset.ts';
import { percent, share } from '../../language/english/numbers.ts';
import type { Classifier } from '../../model/classifier.ts';
import { settingsOf } from '../../model/inputDescription.ts';
import { writeModel } from '../../onnx/writeModel.ts';
import { inTenths, stopIfAborted, stoppable } from '../../progress.ts';
import { renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import { scoped } from '../../runtime/release.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import type { Study, StudyOptions } from '../study.ts';
import { type Examination, examine } from './examine.ts';
import type { Neighbourhood } from './labelling.ts';
import { layerView } from './page/layerView.ts';
import type { RunView } from './page/view.ts';
import { controlRounds } from './plans.ts';
import type { Pruned, Round, RoundRecord } from './pruneInRounds.ts';
import { makePruner, type Pruner } from './pruner.ts';
import { masksFile } from './sidecar.ts';

/** How a layer is pruned to regions and retrained. */
export interface RegionsSettings {
  readonly method: 'compact' | 'paper';
  /** The method in one sentence. */
  readonly about: string;
  readonly rounds: readonly Round[];
  readonly epochs: number;
  readonly neighbourhood: Neighbourhood;
  readonly layer?: string;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Numbers of test images; by default the first of each class. */
  readonly images?: readonly number[];
  readonly seed: number;
}

/** The model as pruned, and the control: not pruned, and trained as long. */
export interface FoundRegions {
  readonly pruned: Pruned;
  readonly control: Pruned;
  readonly examination: Examination;
}

/** Plain data for scripts. Fractions, not percent. */
export interface RegionsSummary {
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

/** The files of the study beside its page. */
export const regionsFiles = { model: 'pruned.onnx', description: 'pruned.konkyo.json', masks: 'pruned.masks.npz' };

/** Test images shown where none are named. */
const mostImages = 10;

/**
 * What `konkyo regions` does: prunes a model's first dense layer to the regions of the input that each unit uses, and trains
 * an unpruned one beside it.
 * @returns files the pruned model, the description of its input, its masks, and the page.
 * @throws as `makePruner`; InterruptedWorkError
 */
export function studyRegions(
  classifier: Classifier,
  dataset: Dataset,
  options: RegionsSettings & StudyOptions,
): Promise<Study<FoundRegions, RegionsSummary>> {
  const { layer, optimizer, learningRate, batchSize, neighbourhood, rounds, epochs, seed, message, signal } = options;
  return scoped(async (keep) => {
    const pruner = await keep(
      makePruner(classifier, { ...dataset, layer, optimizer, learningRate, batchSize, neighbourhood }),
    );
    const { test } = pruner;
    const firsts = test.classNames.map((_, label) => test.labels.indexOf(label)).filter((index) => index >= 0);
    const images = options.images ?? firsts.slice(0, mostImages);
    const pruned = await pruneWithProgress(pruner, rounds, 'Pruning', options);
    const control = await pruneWithProgress(
      pruner,
      controlRounds({ rounds: rounds.length, epochs }),
      'Control',
      options,
    );
    message?.('Looking at the units');
    const examination = await examine(pruner, pruned, { images, seed });
    stopIfAborted(signal);
    return studyOf(classifier, pruner, { pruned, control, examination }, options);
  });
}

const titles = { compact: 'Compact regions', paper: 'The paper’s region pruning' };

function pruneWithProgress(
  pruner: Pruner,
  rounds: RegionsSettings['rounds'],
  what: string,
  options: RegionsSettings & StudyOptions,
): Promise<Pruned> {
  const shown = inTenths(stoppable(options), what);
  return pruner.prune(rounds, {
    seed: options.seed,
    onProgress(done, total) {
      stopIfAborted(options.signal);
      shown(done, total);
    },
  });
}

async function studyOf(
  classifier: Classifier,
  pruner: Pruner,
  found: FoundRegions,
  { method, about, modelName, command }: RegionsSettings & StudyOptions,
): Promise<Study<FoundRegions, RegionsSummary>> {
  // It draws charts, and brings what draws them.
  const { regionsPage } = await import('./page/page.ts');
  const { pruned, control, examination } = found;
  const view = layerView(pruner, pruned, examination, 'pruned', titles[method]);
  const { layer, statistics, neighbourhood, accuracy, test } = pruner;
  const layerName = layer.node.name || layer.sums;
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
    lede: `With ${percent(last.varyingLeft)} of the weights of ${layerName} left, ${percent(last.accuracy)} of the test images are decided rightly; ${percent(accuracy)} before, and ${percent(unpruned.accuracy)} unpruned and trained as long.`,
    runs: [
      run('Unpruned', 'nothing is removed, trained as long', 'comparison', control),
      run(titles[method], about, 'own', pruned),
    ],
    layers: [view],
    varying: statistics.varies.reduce((sum, one) => sum + one, 0),
    inputs: layer.inputs,
    provenance: provenanceOf(classifier, { file: modelName, command }),
  });
  const classes = classifier.input.classes ?? test.classNames;
  const description = `${JSON.stringify({ ...settingsOf(classifier.input), classes }, null, 2)}\n`;
  return {
    found,
    summary: {
      layer: layerName,
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
    },
    files: [
      { name: regionsFiles.model, contents: writeModel(pruned.model) },
      { name: regionsFiles.description, contents: description },
      { name: regionsFiles.masks, contents: masksFile(layer, pruned.kept, statistics.varies, neighbourhood) },
      { name: 'index.html', contents: renderPage(page) },
    ],
  };
}

function lastRound({ rounds }: Pruned): RoundRecord {
  const last = rounds.at(-1);
  if (!last) throw new RangeError('There are no rounds.');
  return last;
}
