import type { Command } from 'commander';
import type { Comparison } from '../studies/filterPaths/ablationTest.ts';
import { type FilterAnalysis, filterDefaults } from '../studies/filterPaths/filterAnalysis.ts';
import { filterNetwork } from '../studies/filterPaths/filterNetwork.ts';
import { filterName, pathName } from '../studies/filterPaths/paths.ts';
import { studyFilters } from '../studies/filterPaths/study.ts';
import { ranked } from '../studies/filterPaths/tally.ts';
import type { Fill } from '../studies/occludedRegions/occluding.ts';
import { UsageError, wholeFlag } from './flags.ts';
import { addModelOptions, datasetFor } from './modelOptions.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

interface Flags extends StudyFlags {
  readonly dataset: string;
  readonly images: string;
  readonly regionImages: string;
  readonly region?: string;
  readonly fill: string;
  readonly seed: string;
}

export function addFiltersCommand(program: Command): void {
  const command = program
    .command('filters')
    .description('say which filters carry each class, whether it holds, and which regions decide')
    .argument('<model>', 'ONNX file of a convolutional network')
    .requiredOption('--dataset <name|folder|file>', 'images with classes: digits, mnist, a folder, an .npz file')
    .option('--images <n>', 'training images of each class that contributions are over', String(filterDefaults.images))
    .option(
      '--region-images <n>',
      'test images of each class tried with regions occluded',
      String(filterDefaults.regionImages),
    )
    .option('--region <pixels>', 'side of a region (default: such that about 196 cover the image)')
    .option('--fill <what>', 'what occluded regions show: a pixel value from 0 to 255, mean, or blur', '0')
    .option('--seed <n>', 'of the bootstrap', '1')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the page goes', 'report')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, flags: Flags): Promise<void> {
  const settings = {
    images: wholeFlag('images', flags.images, 1),
    regionImages: wholeFlag('region-images', flags.regionImages, 1),
    side: flags.region === undefined ? undefined : wholeFlag('region', flags.region, 1),
    fill: parseFill(flags.fill),
    seed: wholeFlag('seed', flags.seed, 0),
  };
  await runStudy(modelPath, flags, {
    inputs: [flags.dataset],
    suits: filterNetwork,
    study: async (classifier, options, progress) =>
      studyFilters(classifier, await datasetFor(classifier, flags.dataset, flags, progress), {
        ...options,
        ...settings,
      }),
    json: (summary, [page]) => ({ page, ...summary }),
    words: ({ found }, [page]) => `${inWords(found)}\nPage: ${page}\n`,
  });
}

/** A line a class: its strongest path or filter, and what taking it out costs. */
function inWords({ contributions, ablation, network, notes }: FilterAnalysis): string {
  const { paths, classes } = contributions;
  const layer = network.layers.at(-1);
  const lines = classes.map(({ name, label, images, paths: tally, layers }) => {
    const last = tally ?? layers.at(-1);
    const [first = 0] = last ? ranked(last) : [];
    const path = paths?.[first];
    const unit = path ? pathName(path) : layer ? filterName({ layer, filter: first }) : String(first);
    const wins = last?.wins[first] ?? 0;
    if (wins === 0) return `${name}: no filter brings anything to its score`;
    const cost = ablation.excess.filters.find((one) => one.label === label);
    return `${name}: ${unit} wins ${((100 * wins) / images).toFixed(1)}% of ${images} images${cost ? `; ${costWords(cost)}` : ''}`;
  });
  return [...lines, ...notes].join('\n');
}

/** That a filter carries a class is a claim, which taking it out bears out or not. */
function costWords({ top, bottom, difference }: Comparison): string {
  if (top.drop <= 0)
    return `taking out ${top.unit}, which adds most beyond its mean, costs no accuracy: no single filter carries it`;
  const costs = `accuracy lost without ${top.unit}, which adds most beyond its mean: ${points(top.drop)}, without ${bottom.unit}, which adds least: ${points(bottom.drop)}`;
  return difference.low > 0 ? costs : `${costs}, a difference that chance could make`;
}

function points(drop: number): string {
  return `${(100 * drop).toFixed(1)}%`;
}

/** @throws UsageError */
function parseFill(text: string): Fill {
  if (text === 'mean' || text === 'blur') return text;
  const pixel = Number(text);
  if (text.trim() !== '' && pixel >= 0 && pixel <= 255) return { pixel };
  throw new UsageError(`--fill takes mean, blur, or a pixel value from 0 to 255, not "${text}".`);
}
