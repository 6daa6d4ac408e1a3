import { type Classifier, className } from '../../../model/classifier.ts';
import type { Model } from '../../../onnx/graph.ts';
import { recipes } from '../../../training/recipes.ts';
import { version } from '../../../version.ts';
import { overSeeds, type Paper, type PaperResult, type PaperSetting, type Reproduction } from '../../paper.ts';
import { imagesFor } from '../../paperNetwork.ts';
import type { RuleImages } from '../extractRules.ts';
import { rulesPaperPage, type ShownNetwork } from '../page/paperPage.ts';
import { rulesPictures } from '../page/pictures.ts';
import { featureViews, rulesView } from '../page/rulesView.ts';
import { correlationOf, type DecidedView } from '../page/view.ts';
import { termText } from '../term.ts';
import { type Figure, figureOf, hiddenFigures, networkFigures } from './figures.ts';
import { trainHiddenHead } from './hiddenHead.ts';
import { type NetworkRules, networkRules, type RulesTask } from './rulesExperiment.ts';
import type { DecidedFigures } from './trainedFigures.ts';
import { lengthsOf, tuningOf } from './tuning.ts';

/** Tsukimoto & Sato: what the dense layer decides, as Boolean rules over features shown as pictures. */
export const rulesPaper: Paper = {
  id: 'rules',
  citation: 'Tsukimoto & Sato, Extracting rules from convolutional neural networks, 2018',
  about: 'one Boolean rule a class over ten features, in place of the output layer, and how well it decides',
  reproduce,
};

async function reproduce(setting: PaperSetting): Promise<Reproduction> {
  const { runtime, dataset, seeds, quick, command } = setting;
  const length = lengthsOf(quick);
  const { images: training, validation = dataset.test } = imagesFor(dataset, recipes.a1);
  const bySeed: SeedFound[] = [];
  for (const seed of seeds) bySeed.push(await ofSeed(setting, { training, validation }, seed, seed === seeds[0]));
  const shown = bySeed[0]?.shown ?? [];
  const settings = {
    'training images': training.count,
    'validation images': validation.count,
    'test images': dataset.test.count,
    'updates of the refinement, A1': length.a1.refined,
    'updates of the refinement, A2': length.a2.refined,
    'updates of graded literals, A1': length.a1.graded,
    'updates of graded literals, A2': length.a2.graded,
    'updates of rules that hold, A1': length.a1.decided,
    'updates of rules that hold, A2': length.a2.decided,
  };
  const results = summarised(bySeed.map(({ figures }) => figures));
  return {
    settings,
    results,
    page: rulesPaperPage(shown, results, {
      model: {
        file: shown.map(({ name }) => `${name}-${seeds[0]}.onnx`).join(', '),
        sha256: shown.map(({ sha256 }) => sha256).join(', '),
        opset: 21,
      },
      input: [],
      settings: Object.entries(settings).map(([label, value]) => ({ label, value: String(value) })),
      environment: [
        { label: 'konkyo', value: version },
        { label: 'Runtime', value: runtime.name },
        { label: 'Threads', value: String(runtime.threads) },
      ],
      command,
    }),
    files: rulesPictures(shown),
  };
}

interface SeedFound {
  readonly figures: readonly Figure[];
  /** What the page shows; of the first seed only. */
  readonly shown: readonly ShownNetwork[];
}

async function ofSeed(
  { runtime, dataset, network, quick, progress }: PaperSetting,
  images: RuleImages,
  seed: number,
  isFirst: boolean,
): Promise<SeedFound> {
  const taskOf = (name: string, model: Model): RulesTask => ({
    runtime,
    images,
    dataset,
    model,
    onStep: (what) => progress.message(`${name}, seed ${seed}: ${what}`),
  });
  const figures: Figure[] = [];
  const shown: ShownNetwork[] = [];
  for (const name of ['a1', 'a2'] as const) {
    const { model } = await network(name, seed);
    const found = await networkRules({ ...taskOf(name, model), tuning: tuningOf(name, quick, seed) });
    figures.push(...networkFigures(name, found));
    if (isFirst) shown.push(await shownNetwork(name, found, images));
    await found.classifier.release();
    if (!isFirst || name !== 'a2') continue;
    progress.message(`a2, seed ${seed}: training a hidden layer on its features`);
    const deep = await trainHiddenHead(runtime, model, images, seed, lengthsOf(quick).hidden);
    const hidden = await networkRules(taskOf('hidden', deep));
    figures.push(...hiddenFigures(hidden));
    shown.push(await shownNetwork('hidden', hidden, images));
    await hidden.classifier.release();
  }
  const views = shown.flatMap(({ view }) => view.features);
  const what = 'A1: mean correlation of a filter and its maximisation image';
  return {
    figures: [
      ...figures,
      figureOf('a1.filters.correlation', `${what} over 100 training images`, correlationOf(views)),
      figureOf(
        'a1.filters.correlation.best',
        `${what} around the image it is largest in`,
        correlationOf(views, 'correlationAroundBest'),
      ),
    ],
    shown,
  };
}

async function shownNetwork(
  name: ShownNetwork['name'],
  { classifier, extraction, figures, refined, graded, decided }: NetworkRules,
  { training }: RuleImages,
): Promise<ShownNetwork> {
  const features = await featureViews(classifier, extraction, training);
  const view = await rulesView(classifier, extraction, figures, features, training);
  return {
    name,
    sha256: classifier.sha256,
    view: { ...view, refined, graded, decided: decided && decidedView(classifier, decided) },
  };
}

/** Means over the seeds that have the figure. */
function summarised(bySeed: readonly (readonly Figure[])[]): PaperResult[] {
  const [first = []] = bySeed;
  return first.map(({ id, what, paper }) => {
    const values = bySeed.flatMap((figures) => figures.find((figure) => figure.id === id)?.value ?? []);
    return { id, what, paper, ...overSeeds(values) };
  });
}

function decidedView(classifier: Classifier, { terms, ...figures }: DecidedFigures): DecidedView {
  return { ...figures, rules: terms.map((term, k) => ({ label: className(classifier, k), text: termText(term) })) };
}
