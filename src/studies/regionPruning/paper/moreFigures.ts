import type { Classifier } from '../../../model/classifier.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { PageView } from '../../../report/page/page.ts';
import type { PaperSetting } from '../../paper.ts';
import { defaultExplained, type FoundUnitRegions } from '../../unitRegions/findUnitRegions.ts';
import { unitRegionsPage } from '../../unitRegions/page/page.ts';
import { unitRegionsView } from '../../unitRegions/page/unitRegionsView.ts';
import { figuresOfTwoDigits, regionsAsGiven, type SeedFigure } from '../../unitRegions/paper/figures.ts';
import { paperRounds } from '../plans.ts';
import { firstCut, keptOfFirstCut, paperPruner, type RegionsExtent } from './experiment.ts';

/** What is measured beside the paper's experiment. */
interface MoreFigures {
  readonly figures: readonly SeedFigure[];
  /** Of the network as it is. */
  readonly found: FoundUnitRegions;
}

/** Of the network as it is; in a long run also the paper's two groups with four neighbours, and two digits side by side. */
export async function moreFigures(
  { runtime, dataset, progress }: PaperSetting,
  classifier: Classifier,
  extent: RegionsExtent,
  seed: number,
): Promise<MoreFigures> {
  progress.message(`Seed ${seed}: regions of the network as it is`);
  const { figures: given, found } = await regionsAsGiven(classifier, dataset, seed);
  if (!extent.more) return { figures: given, found };
  progress.message(`Seed ${seed}: the paper's method with four neighbours`);
  const four = await figuresOfFour(classifier, dataset, extent, seed);
  progress.message(`Seed ${seed}: two digits side by side`);
  const two = await figuresOfTwoDigits(runtime, dataset, { seed, epochs: extent.epochsOfTwoDigits });
  return { figures: [...four, ...given, ...two], found };
}

async function figuresOfFour(
  classifier: Classifier,
  dataset: PaperSetting['dataset'],
  { rounds, epochs }: RegionsExtent,
  seed: number,
): Promise<SeedFigure[]> {
  const pruner = await paperPruner(classifier, dataset, 4);
  try {
    const pruned = await pruner.prune(paperRounds({ rounds, epochs, weights: firstCut }), { seed });
    const last = pruned.rounds.at(-1);
    const values = [
      last?.removed90 ?? Number.NaN,
      last?.removed40 ?? Number.NaN,
      await keptOfFirstCut(pruner, pruned),
      last?.accuracy ?? Number.NaN,
    ];
    return fourNeighbours.map((named, i) => ({ ...named, value: values[i] ?? Number.NaN }));
  } finally {
    await pruner.release();
  }
}

const fourNeighbours = [
  { id: 'units.four.removed90', what: 'four neighbours: units that lost 90% of their weights or more', paper: 0.54 },
  { id: 'units.four.removed40', what: 'four neighbours: units that lost 40% or less', paper: 0.46 },
  { id: 'units.four.removed40ofRest', what: 'four neighbours: of what the first cut had left', paper: null },
  { id: 'after.four.accuracy', what: 'four neighbours: accuracy after the paper’s pruning', paper: 0.941 },
];

/** The page's first part: the network as it is. */
export function givenPage(classifier: Classifier, found: FoundUnitRegions, provenance: Provenance): PageView {
  const view = unitRegionsView(classifier, found, {
    title: '',
    asked: defaultExplained,
    neighbourhood: 8,
    images: [],
    provenance,
  });
  const page = unitRegionsPage(view);
  return { ...page, sections: page.sections.filter(({ id }) => id !== 'each') };
}
