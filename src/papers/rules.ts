import { rulesPaperPage, type ShownNetwork } from '../report/rules/paperPage.ts';
import { writeRulesPictures } from '../report/rules/rulesPictures.ts';
import { featureViews, rulesView } from '../report/rules/rulesView.ts';
import { correlationOf } from '../report/rules/view.ts';
import type { RuleImages } from '../rules/extractRules.ts';
import { recipes } from '../training/recipes.ts';
import { trainHiddenHead } from './hiddenHead.ts';
import type { Paper, PaperResult, PaperSetting, Reproduction } from './paper.ts';
import { imagesFor } from './paperNetwork.ts';
import { findRules, type RulesFound } from './rulesExperiment.ts';

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
/** Of the refinement: A1 has far to go, A2 is near its best. */
const rates = { a1: 0.01, a2: 0.001 };

async function reproduce(setting: PaperSetting): Promise<Reproduction> {
  const { runtime, dataset, seeds, quick, network, progress, version, command } = setting;
  const length = quick ? lengths.quick : lengths.full;
  const { images: training, validation = dataset.test } = imagesFor(dataset, recipes.a1);
  const images: RuleImages = { training, validation };
  const figures: Figure[][] = [];
  const shown: ShownNetwork[] = [];
  for (const seed of seeds) {
    const own: Figure[] = [];
    for (const name of ['a1', 'a2'] as const) {
      const { model } = await network(name, seed);
      const onStep = (what: string) => progress.message(`${name}, seed ${seed}: ${what}`);
      const task = { runtime, images, dataset, onStep };
      const found = await findRules({
        ...task,
        model,
        refine: { updates: length[name], learningRate: rates[name], seed },
      });
      own.push(...networkFigures(name, found));
      if (seed === seeds[0]) {
        const filters = name === 'a1' ? model.graph.initializers.get('conv1.weight') : undefined;
        const features = await featureViews(
          found.classifier,
          found.extraction,
          training,
          filters?.type === 'float32'
            ? { ...filters, type: 'float32', data: Float32Array.from(filters.data, Number) }
            : undefined,
        );
        const view = rulesView(found.classifier, found.extraction, found.figures, features);
        shown.push({ name, view: { ...view, ...(found.refined ? { refined: found.refined } : {}) } });
        if (name === 'a1')
          own.push(
            figureOf(
              'a1.filters.correlation',
              'correlation of a filter and its maximisation image, mean',
              correlationOf(features),
            ),
          );
      }
      await found.classifier.release();
      if (name === 'a2' && seed === seeds[0]) {
        onStep('training a hidden layer on its features');
        const hidden = await findRules({
          ...task,
          model: await trainHiddenHead(runtime, model, images, seed, length.hidden),
        });
        own.push(
          figureOf(
            'hidden.network.accuracy',
            'A2 with a hidden dense layer of 20 units: test accuracy',
            hidden.figures.networkAccuracy,
          ),
          figureOf('hidden.rules.accuracy', 'its rules', hidden.figures.ruleAccuracy),
          figureOf('hidden.rules.literals', 'literals in them', hidden.figures.literals),
          figureOf(
            'hidden.rules.fidelity',
            'share of test images they decide as the network does',
            hidden.figures.fidelity,
          ),
        );
        shown.push({
          name: 'hidden',
          view: rulesView(hidden.classifier, hidden.extraction, hidden.figures, shown.at(-1)?.view.features ?? []),
        });
        await hidden.classifier.release();
      }
    }
    figures.push(own);
  }
  const settings = {
    features: 'the ten pooled outputs, in [0, 1]',
    'training images': training.count,
    'validation images': validation.count,
    'test images': dataset.test.count,
    'refinement, updates (A1, A2)': `${length.a1}, ${length.a2}`,
  };
  const results = summarised(figures);
  return {
    settings,
    results,
    page: rulesPaperPage(shown, results, {
      model: { file: `a1-${seeds[0]}.onnx, a2-${seeds[0]}.onnx`, sha256: 'see the files', opset: 21 },
      input: [],
      settings: Object.entries(settings).map(([label, value]) => ({ label, value: String(value) })),
      environment: [
        { label: 'konkyo', value: version },
        { label: 'Runtime', value: runtime.name },
        { label: 'Threads', value: String(runtime.threads) },
      ],
      ...(command === undefined ? {} : { command }),
    }),
    files: writeRulesPictures(shown),
  };
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

function networkFigures(name: NetworkName, { figures, refined, seconds }: RulesFound): Figure[] {
  const { network, rules, literals } = stated[name];
  const title = name.toUpperCase();
  return [
    figureOf(`${name}.network.accuracy`, `${title}: test accuracy of the network`, figures.networkAccuracy, network),
    figureOf(
      `${name}.boolean.accuracy`,
      'its Boolean functions in full, as multilinear extensions',
      figures.booleanAccuracy ?? null,
    ),
    figureOf(
      `${name}.rules.accuracy`,
      'one conjunction a class in place of the output layer',
      figures.ruleAccuracy,
      rules,
    ),
    figureOf(`${name}.rules.literals`, 'literals in the ten conjunctions', figures.literals, literals),
    figureOf(`${name}.rules.fidelity`, 'share of test images they decide as the network does', figures.fidelity),
    figureOf(`${name}.refined.accuracy`, 'after fine-tuning the features through the rules', refined?.test ?? null),
    figureOf(`${name}.refined.literals`, 'literals then', refined?.literals ?? null),
    figureOf(`${name}.seconds`, 'seconds to extract and choose', seconds),
  ];
}

/** Means over the seeds that have the figure. */
function summarised(bySeed: readonly (readonly Figure[])[]): PaperResult[] {
  const [first = []] = bySeed;
  return first.map(({ id, what, paper }) => {
    const values = bySeed.flatMap((figures) => figures.find((figure) => figure.id === id)?.value ?? []);
    const ours = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - (ours ?? 0)) ** 2, 0) / (values.length - 1);
    return { id, what, paper, ours, ...(values.length > 1 ? { spread: Math.sqrt(variance) } : {}) };
  });
}
