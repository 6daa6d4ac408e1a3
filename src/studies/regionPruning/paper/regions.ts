import { percent, share } from '../../../language/english/numbers.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import { isTensorOf, type Tensor } from '../../../onnx/tensor.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { provenanceOf } from '../../../report/page/provenanceView.ts';
import { architectures } from '../../../training/architectures.ts';
import { overSeeds, type Paper, type PaperResult, type PaperSetting, type Reproduction } from '../../paper.ts';
import type { FoundUnitRegions } from '../../unitRegions/findUnitRegions.ts';
import type { SeedFigure } from '../../unitRegions/paper/figures.ts';
import { examine } from '../examine.ts';
import { layerView } from '../page/layerView.ts';
import { regionsPage } from '../page/page.ts';
import type { LayerView, RunView } from '../page/view.ts';
import type { Pruner } from '../pruner.ts';
import { masksFile } from '../sidecar.ts';
import type { LayerSummary } from '../unitSummary.ts';
import {
  comparisonPlans,
  firstCut,
  keptOfFirstCut,
  mainPlans,
  paperPruner,
  quickExtent,
  type RegionsExtent,
  type Run,
  runPlans,
  wholeExtent,
} from './experiment.ts';
import { givenPage, moreFigures } from './moreFigures.ts';

/** Takehana & Ozaki: what is left of each hidden unit's weights when whole regions are pruned. */
export const regionsPaper: Paper = {
  id: 'regions',
  citation: 'Takehana & Ozaki, Study of parameter reduction and visualizing an interpretability for neural networks',
  about: 'the input regions each hidden unit really uses: the paper’s pruning, a compact one, and controls',
  reproduce,
};

async function reproduce(setting: PaperSetting): Promise<Reproduction> {
  const { seeds, quick } = setting;
  const extent = quick ? quickExtent : wholeExtent;
  const found: (readonly SeedFigure[])[] = [];
  let shown: Pick<Reproduction, 'page' | 'files'> | undefined;
  for (const seed of seeds) {
    const { figures, view } = await oneSeed(setting, extent, seed, shown === undefined);
    found.push(figures);
    shown ??= view;
  }
  if (!shown) throw new RangeError('The experiment needs a seed.');
  return { ...shown, settings: settingsOf(setting, extent), results: resultsOf(found) };
}

async function oneSeed(setting: PaperSetting, extent: RegionsExtent, seed: number, isFirst: boolean) {
  const { runtime, dataset, network, progress } = setting;
  const classifier = await loadClassifier(writeModel((await network('d', seed)).model), { runtime });
  const pruner = await paperPruner(classifier, dataset);
  try {
    const main = await runPlans(pruner, mainPlans(extent), seed, progress);
    const ours = runOf(main, 'compact').pruned;
    const others =
      isFirst && extent.comparisons
        ? await runPlans(pruner, comparisonPlans(extent, ours, initialWeights(seed)), seed, progress)
        : [];
    const { figures: more, found } = await moreFigures(setting, classifier, extent, seed);
    const figures = [...(await figuresOf(pruner, main)), ...more];
    return { figures, ...(isFirst ? { view: await viewOf(setting, pruner, [...main, ...others], found, seed) } : {}) };
  } finally {
    await pruner.release();
    await classifier.release();
  }
}

/** The network's weights before any training, by name. */
function initialWeights(seed: number): Readonly<Record<string, Tensor<'float32'>>> {
  const { initializers } = architectures.d.build(seed).graph;
  return Object.fromEntries(
    [...initializers].flatMap(([name, value]) => (isTensorOf(value, 'float32') ? [[name, value]] : [])),
  );
}

async function figuresOf(pruner: Pruner, runs: readonly Run[]): Promise<SeedFigure[]> {
  const control = lastOf(runOf(runs, 'control'));
  const paper = lastOf(runOf(runs, 'paper'));
  const compact = lastOf(runOf(runs, 'compact'));
  const raised = lastOf(runOf(runs, 'paper-rate'));
  const figure = (id: string, what: string, value: number, paperValue: number | null = null): SeedFigure => ({
    id,
    what,
    paper: paperValue,
    value,
  });
  const fromFirst = await keptOfFirstCut(pruner, runOf(runs, 'paper').pruned);
  return [
    figure('before.accuracy', 'test accuracy of the trained network', pruner.accuracy, 0.945),
    figure('after.accuracy', 'after the paper’s pruning', paper.accuracy, 0.941),
    figure('control.accuracy', 'unpruned, trained as long', control.accuracy),
    figure('units.removed90', 'units that lost 90% of their weights or more', paper.removed90, 0.54),
    figure('units.removed40', 'units that lost 40% or less', paper.removed40, 0.46),
    figure('units.removed40ofRest', 'units that lost 40% or less of what the first cut had left', fromFirst),
    figure('after.weightsLeft', 'share of the layer’s weights left', paper.weightsLeft),
    figure('after.area', 'median share of the varying pixels a living unit covers', paper.medianArea),
    figure('after.regions', 'median regions of a living unit', paper.medianRegions),
    figure('after.seconds', 'pruning, labelling and retraining, seconds', runOf(runs, 'paper').seconds),
    figure('after.raisedRate.accuracy', 'the same, the layer’s rate raised as it loses weights', raised.accuracy),
    figure('ours.accuracy', 'after pruning to compact regions', compact.accuracy),
    figure('ours.area', 'median share of the varying pixels a living unit covers', compact.medianArea),
    figure('ours.regions', 'median regions of a living unit', compact.medianRegions),
    figure('ours.alive', 'living units of 100', compact.alive),
    figure('ours.weightsLeft', 'share of the layer’s weights left', compact.weightsLeft),
  ];
}

function runOf(runs: readonly Run[], id: string): Run {
  const found = runs.find((run) => run.id === id);
  if (!found) throw new RangeError(`There is no run "${id}".`);
  return found;
}

function lastOf({ pruned }: Run): LayerSummary & { readonly accuracy: number } {
  const last = pruned.rounds.at(-1);
  if (!last) throw new RangeError('A run has no rounds.');
  return last;
}

async function viewOf(
  setting: PaperSetting,
  pruner: Pruner,
  runs: readonly Run[],
  found: FoundUnitRegions,
  seed: number,
): Promise<Pick<Reproduction, 'page' | 'files'>> {
  const { command } = setting;
  const { classifier, layer, statistics, test, neighbourhood } = pruner;
  const images = test.classNames.map((_, label) => test.labels.indexOf(label)).filter((index) => index >= 0);
  const shown = ['compact', 'paper'].map((id) => runOf(runs, id));
  const layers: LayerView[] = [];
  for (const { id, label, pruned } of shown) {
    layers.push(layerView(pruner, pruned, await examine(pruner, pruned, { images, seed }), id, label));
  }
  const control = lastOf(runOf(runs, 'control'));
  const paper = lastOf(runOf(runs, 'paper'));
  const compact = lastOf(runOf(runs, 'compact'));
  const view = {
    title: 'Region pruning',
    headline: `Half of the hidden units use ${share(compact.medianArea)} of the image or less.`,
    lede: `Pruned to compact regions, the network gets ${percent(compact.accuracy)} of the test images right; unpruned and trained as long, ${percent(control.accuracy)}; by the paper’s method, ${percent(paper.accuracy)}, where a living unit still covers ${share(paper.medianArea)} of the varying pixels.`,
    runs: runs.map(
      ({ id, label, about, kind, pruned }): RunView => ({
        label,
        about,
        kind,
        charted: ['compact', 'paper', 'magnitude'].includes(id),
        before: pruner.accuracy,
        rounds: pruned.rounds,
      }),
    ),
    layers,
    varying: statistics.varies.reduce((sum, one) => sum + one, 0),
    inputs: layer.inputs,
    provenance: provenanceOf(classifier, {
      file: `network d, seed ${seed}`,
      methods: [],
      command,
    }),
  };
  const given = givenPage(classifier, found, view.provenance);
  const pruning = regionsPage(view);
  return {
    page: {
      ...given,
      title: view.title,
      lede: `${given.lede} ${view.lede}`,
      sections: [...given.sections, ...pruning.sections],
    },
    files: [
      ...layers.flatMap(({ id, units }) =>
        (['before', 'after', 'seen'] as const).map((part) => ({
          name: `pictures/${id}-${part}.png`,
          bytes: encodePictureFile(
            sheetPicture(
              units.map((unit) => unit[part]),
              20,
              2,
              3,
            ),
          ),
        })),
      ),
      ...shown.flatMap(({ id, pruned }) => [
        { name: `${id}.onnx`, bytes: writeModel(pruned.model) },
        { name: `${id}.masks.npz`, bytes: masksFile(layer, pruned.kept, statistics.varies, neighbourhood) },
      ]),
    ],
  };
}

function settingsOf({ dataset }: PaperSetting, extent: RegionsExtent): Reproduction['settings'] {
  return {
    dataset: dataset.train.name,
    firstCut,
    regionCut: 0.4,
    neighbourhood: 8,
    learningRate: 0.1,
    batchSize: 100,
    rounds: extent.rounds,
    epochsARound: extent.epochs,
    oursArea: extent.area,
    oursRegions: extent.regions,
  };
}

/** Each figure's mean over the seeds, and its spread where there are several. */
function resultsOf(found: readonly (readonly SeedFigure[])[]): PaperResult[] {
  return (found[0] ?? []).map(({ id, what, paper }, k) => {
    return { id, what, paper, ...overSeeds(found.flatMap((figures) => figures[k]?.value ?? [])) };
  });
}
