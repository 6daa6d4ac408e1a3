import type { Model } from '../../../onnx/graph.ts';
import { recipes } from '../../../training/recipes.ts';
import { version } from '../../../version.ts';
import { overSeeds, type Paper, type PaperResult, type PaperSetting, type Reproduction } from '../../paper.ts';
import { imagesFor } from '../../paperNetwork.ts';
import type { RuleImages } from '../extractRules.ts';
import { rulesPaperPage, type ShownNetwork } from '../page/paperPage.ts';
import { rulesPictures } from '../page/pictures.ts';
import { featureViews, rulesView } from '../page/rulesView.ts';
import { correlationOf } from '../page/view.ts';
import { trainHiddenHead } from './hiddenHead.ts';
import { type NetworkRules, networkRules, type RulesTask } from './rulesExperiment.ts';

/** Tsukimoto & Sato: what the dense layer decides, as Boolean rules over features shown as pictures. */
export const rulesPaper: Paper = {
  id: 'rules',
  citation: 'Tsukimoto & Sato, Extracting rules from convolutional neural networks, 2018',
  about: 'one Boolean rule a class over ten features, in place of the output layer, and how well it decides',
  reproduce,
};

type NetworkName = 'a1' | 'a2';

/** What the paper says. */
const stated = {
  a1: { network: 0.939, rules: 0.959, literals: 73 },
  a2: { network: 0.986, rules: 0.899, literals: 66 },
} as const;

/** Updates of the refinement, and of the hidden head. A2's updates take twenty times as long as A1's. */
const lengths = { full: { a1: 12_000, a2: 1_000, hidden: 1_500 }, quick: { a1: 1_000, a2: 100, hidden: 200 } };
/** Learning rates of the refinement: A1 has far to go, A2 is near its best. */
const rates = { a1: 0.01, a2: 0.001 };

type Lengths = (typeof lengths)['full'];

async function reproduce(setting: PaperSetting): Promise<Reproduction> {
  const { runtime, dataset, seeds, quick, command } = setting;
  const length = quick ? lengths.quick : lengths.full;
  const { images: training, validation = dataset.test } = imagesFor(dataset, recipes.a1);
  const bySeed: SeedFound[] = [];
  for (const seed of seeds)
    bySeed.push(await ofSeed(setting, { training, validation }, length, seed, seed === seeds[0]));
  const shown = bySeed[0]?.shown ?? [];
  const settings = {
    'training images': training.count,
    'validation images': validation.count,
    'test images': dataset.test.count,
    'updates of the refinement, A1': length.a1,
    'updates of the refinement, A2': length.a2,
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
  { runtime, dataset, network, progress }: PaperSetting,
  images: RuleImages,
  length: Lengths,
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
    const refine = { updates: length[name], learningRate: rates[name], seed };
    const found = await networkRules({ ...taskOf(name, model), refine });
    figures.push(...networkFigures(name, found));
    if (isFirst) shown.push(await shownNetwork(name, found, images));
    await found.classifier.release();
    if (!isFirst || name !== 'a2') continue;
    progress.message(`a2, seed ${seed}: training a hidden layer on its features`);
    const deep = await trainHiddenHead(runtime, model, images, seed, length.hidden);
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
  { classifier, extraction, figures, refined }: NetworkRules,
  { training }: RuleImages,
): Promise<ShownNetwork> {
  const features = await featureViews(classifier, extraction, training);
  const view = rulesView(classifier, extraction, figures, features, training);
  return { name, sha256: classifier.sha256, view: { ...view, refined } };
}

/** One figure of one seed. */
interface Figure {
  readonly id: string;
  readonly what: string;
  readonly paper: number | null;
  readonly value: number | null;
}

function figureOf(id: string, what: string, value: number | null, paper: number | null = null): Figure {
  return { id, what, paper, value };
}

function networkFigures(name: NetworkName, { figures, refined, seconds }: NetworkRules): Figure[] {
  const { network, rules, literals } = stated[name];
  const title = name.toUpperCase();
  const of = (id: string, what: string, value: number | null, paper: number | null = null) =>
    figureOf(`${name}.${id}`, `${title}: ${what}`, value, paper);
  return [
    of('network.accuracy', 'test accuracy of the network', figures.networkAccuracy, network),
    of('boolean.accuracy', 'its Boolean functions as multilinear extensions', figures.booleanAccuracy ?? null),
    of('rules.accuracy', 'one conjunction a class in place of the output layer', figures.ruleAccuracy, rules),
    of('rules.literals', 'literals in the ten conjunctions', figures.literals, literals),
    of('rules.fidelity', 'share of test images they decide as the network does', figures.fidelity),
    of('refined.accuracy', 'after fine-tuning the features through the rules', refined?.test ?? null),
    of('refined.literals', 'literals then', refined?.literals ?? null),
    of('seconds', 'seconds to extract and choose', seconds),
  ];
}

function hiddenFigures({ figures }: NetworkRules): Figure[] {
  return [
    figureOf('hidden.network.accuracy', 'A2 with a hidden layer of 20 units: test accuracy', figures.networkAccuracy),
    figureOf('hidden.rules.accuracy', 'its rules', figures.ruleAccuracy),
    figureOf('hidden.rules.literals', 'literals in them', figures.literals),
    figureOf('hidden.rules.fidelity', 'share of test images they decide as that network does', figures.fidelity),
  ];
}

/** Means over the seeds that have the figure. */
function summarised(bySeed: readonly (readonly Figure[])[]): PaperResult[] {
  const [first = []] = bySeed;
  return first.map(({ id, what, paper }) => {
    const values = bySeed.flatMap((figures) => figures.find((figure) => figure.id === id)?.value ?? []);
    return { id, what, paper, ...overSeeds(values) };
  });
}
