import { mean } from '../../../faithfulness/mean.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import { provenanceOf } from '../../../report/page/provenanceView.ts';
import { scoped } from '../../../runtime/release.ts';
import { overSeeds, type Paper, type PaperResult, type PaperSetting, type Reproduction } from '../../paper.ts';
import { borneOut, type RankingTest } from '../ablationTest.ts';
import { analyseFilters, type FilterAnalysis, filterDefaults } from '../filterAnalysis.ts';
import { filterPictures } from '../page/filterPictures.ts';
import { filtersView } from '../page/filtersView.ts';
import { filtersPage } from '../page/page.ts';
import { topTwo } from '../page/pathFigureView.ts';
import { plantedSection } from '../page/plantedSection.ts';
import { searchSection } from '../page/searchSection.ts';
import { gini, sameSets } from '../tally.ts';
import { type FilterSearch, parameterCount, searchFilters } from './filterSearch.ts';
import { type ShortcutRun, shortcutRuns } from './plantedShortcut.ts';

/** Suzuki, Meng & Yamazaki: which filters contribute to each class, and which regions its recognition rests on. */
export const filtersPaper: Paper = {
  id: 'filters',
  citation: 'Suzuki, Meng & Yamazaki, Toward visualization of inference process in deep learning',
  about: 'which way through the filters carries each class, whether that holds, and which regions decide',
  reproduce,
};

async function reproduce(setting: PaperSetting): Promise<Reproduction> {
  const { runtime, dataset, seeds, quick, network, progress, command } = setting;
  const settings = quick ? { ...filterDefaults, images: 50, regionImages: 3 } : filterDefaults;
  const found: (readonly Figure[])[] = [];
  const accuracies: number[] = [];
  let shown: FilterAnalysis | undefined;
  for (const seed of seeds) {
    const trained = await network('b', seed);
    accuracies.push(trained.accuracy);
    await scoped(async (keep) => {
      const classifier = await keep(loadClassifier(writeModel(trained.model), { runtime }));
      const analysis = await analyseFilters(classifier, dataset, { ...settings, seed }, (done, total, what) =>
        progress.update(done, total, what),
      );
      found.push(figuresOf(analysis, trained.accuracy, parameterCount(trained.model)));
      shown ??= analysis;
    });
  }
  if (!shown) throw new RangeError('The experiment needs a seed.');
  const search =
    setting.search === true
      ? await searchFilters({
          runtime,
          dataset,
          seeds,
          quick,
          ofThePaper: accuracies,
          progress: (done, total, what) => progress.update(done, total, what),
        })
      : undefined;
  const planted = await plantedRuns(setting);
  const stated = {
    'training images a class': settings.images,
    'test images a class, regions': settings.regionImages,
    'hidden regions, pixel value': 0,
    ...(search ? { 'updates of each searched network': search.updates } : {}),
  };
  const provenance = provenanceOf(shown.network.classifier, {
    file: `b-${seeds[0]}.onnx`,
    methods: [],
    command,
  });
  const rows = Object.entries(stated).map(([label, value]) => ({ label, value: String(value) }));
  const results = resultsOf(found);
  const firstPage = filtersPage(
    filtersView(shown, {
      title: 'Suzuki, Meng & Yamazaki: filters and regions',
      provenance: { ...provenance, settings: [...rows, ...provenance.settings] },
    }),
  );
  const page = { ...firstPage, lede: `${firstPage.lede}${otherSeeds(seeds.length, results)}` };
  return {
    settings: stated,
    results: [...results, ...plantedResults(planted), ...(search ? searchResults(search) : [])],
    page: {
      ...page,
      sections: [...page.sections, plantedSection(planted), ...(search ? [searchSection(search)] : [])],
    },
    files: filterPictures(shown),
  };
}

/** Each class once a seed; in a short run one class, hardly trained. */
async function plantedRuns({ runtime, dataset, seeds, quick, progress }: PaperSetting): Promise<ShortcutRun[]> {
  const labels = quick ? [1] : dataset.train.classNames.map((_, label) => label);
  const updates = quick ? 100 : 2_000;
  const runs: ShortcutRun[] = [];
  for (const seed of seeds) {
    progress.update(runs.length, labels.length * seeds.length, 'Planted squares');
    for await (const run of shortcutRuns(runtime, dataset, { labels, seed, updates })) {
      runs.push(run);
      progress.update(runs.length, labels.length * seeds.length, 'Planted squares');
    }
  }
  return runs;
}

function plantedResults(runs: readonly ShortcutRun[]): PaperResult[] {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const result = (id: string, what: string, of: (run: ShortcutRun) => number | boolean): PaperResult => {
    const bySeed = seeds.map((seed) => mean(runs.filter((run) => run.seed === seed).map((run) => Number(of(run)))));
    return { id: `planted.${id}`, what, paper: null, ...overSeeds(bySeed) };
  };
  return [
    result('learnt', 'images of other classes that a planted square turns into its class', ({ pulled }) => pulled),
    result(
      'named',
      'networks whose top region and top filter both lie on the planted square',
      ({ planted: { region, filter } }) => region && filter,
    ),
    result(
      'clean',
      'classes of which a clean network’s top region or top filter lies there',
      ({ clean: { region, filter } }) => region || filter,
    ),
  ];
}

/** A page shows the first network: what may be different with the others has to be said there too. */
function otherSeeds(networks: number, results: readonly PaperResult[]): string {
  const held = (id: string) => results.find((result) => result.id === id)?.ours ?? undefined;
  const [excess, share] = [held('ablation.held'), held('ablation.byShare.held')];
  if (networks === 1 || excess === undefined || share === undefined) return '';
  return ` This is the first of ${networks} networks; over all of them these are ${excess.toFixed(1)} and ${share.toFixed(1)} classes on average.`;
}

/** One figure of one seed. */
interface Figure extends Omit<PaperResult, 'ours' | 'spread'> {
  readonly value: number;
}

function figuresOf(
  { contributions, ablation, seconds }: FilterAnalysis,
  accuracy: number,
  parameters: number,
): Figure[] {
  const { classes } = contributions;
  const sets = classes.map(({ paths }) => topTwo(paths));
  const ours = (id: string, what: string, value: number, paper: number | null = null): Figure => ({
    id,
    what,
    paper,
    value,
  });
  return [
    ours('network.accuracy', 'test accuracy of the network', accuracy, 0.98),
    ours('network.parameters', 'its parameters', parameters),
    ours(
      'paths.error',
      'largest distance of an image’s parts from its score, of the sum of their sizes',
      contributions.error,
    ),
    ours(
      'paths.gini',
      'how unevenly the paths win, mean of Gini’s coefficients of the classes',
      mean(classes.map(({ paths: tally }) => gini(tally?.wins ?? []))),
    ),
    ours(
      'paths.alike',
      'classes that share their first and second path with another (paper: none)',
      sameSets(sets).flat().length,
      0,
    ),
    ours(
      'paths.seconds',
      `seconds to split the scores of ${classes.reduce((sum, one) => sum + one.images, 0)} images`,
      seconds.contributions,
    ),
    ...ablationFigures('ablation', 'by what it adds beyond its mean', ablation.excess, ours),
    ...ablationFigures('ablation.byShare', 'by its mean share', ablation.share, ours),
    ours('regions.seconds', 'seconds to hide each region of the test images', seconds.regions),
  ];
}

function ablationFigures(
  id: string,
  ranking: string,
  { filters, paths = [] }: RankingTest,
  ours: (id: string, what: string, value: number) => Figure,
): Figure[] {
  return [
    { unit: 'filter', prefix: id, found: filters },
    { unit: 'path', prefix: `${id}.paths`, found: paths },
  ].flatMap(({ unit, prefix, found }) => [
    ours(
      `${prefix}.top`,
      `accuracy a class loses without its top ${unit} ${ranking}`,
      mean(found.map(({ top }) => top.drop)),
    ),
    ours(`${prefix}.bottom`, `without its bottom ${unit} ${ranking}`, mean(found.map(({ bottom }) => bottom.drop))),
    ours(
      `${prefix}.held`,
      `classes in which the top ${unit} ${ranking} costs more (95% interval above 0)`,
      borneOut(found),
    ),
  ]);
}

function resultsOf(bySeed: readonly (readonly Figure[])[]): PaperResult[] {
  const [first = []] = bySeed;
  return first.map(({ id, what, paper }, i) => {
    return { id, what, paper, ...overSeeds(bySeed.flatMap((figures) => figures[i]?.value ?? [])) };
  });
}

function searchResults({ networks, smallest, target, long }: FilterSearch): PaperResult[] {
  const [lenet] = networks;
  return [
    {
      id: 'search.lenet.accuracy',
      what: 'LeNet (6 and 16 filters), shortly trained',
      paper: null,
      ours: lenet?.accuracy ?? null,
    },
    { id: 'search.lenet.parameters', what: 'its parameters', paper: null, ours: lenet?.parameters ?? null },
    {
      id: 'search.smallest.accuracy',
      what: `the fewest parameters that reach ${target}, likewise`,
      paper: target,
      ours: smallest?.accuracy ?? null,
    },
    { id: 'search.smallest.parameters', what: 'its parameters', paper: null, ours: smallest?.parameters ?? null },
    {
      id: 'search.smallest.filters1',
      what: 'its filters in the first layer',
      paper: 3,
      ours: smallest?.filters[0] ?? null,
    },
    { id: 'search.smallest.filters2', what: 'and in the second', paper: 3, ours: smallest?.filters[1] ?? null },
    ...long.map(({ filters: [first, second], accuracies }) => ({
      id: `search.long.${first}-${second}.accuracy`,
      what: `${first} and ${second} filters, trained as long as the paper’s`,
      paper: first === 3 && second === 3 ? target : null,
      ...overSeeds(accuracies),
    })),
  ];
}
