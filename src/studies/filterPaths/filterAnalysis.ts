import type { Dataset } from '../../datasets/dataset.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { Progress } from '../../progress.ts';
import { scoped } from '../../runtime/release.ts';
import { compileOccluder, type Fill } from '../occludedRegions/occluding.ts';
import { type RegionGrid, regionGrid } from '../occludedRegions/regionGrid.ts';
import {
  type ClassRegions,
  type RegionExample,
  regionExamples,
  regionsByClass,
} from '../occludedRegions/regionsByClass.ts';
import { type AblationTest, ablationTest } from './ablationTest.ts';
import { classSets, shortages } from './classSets.ts';
import { type Contributions, contributions } from './contributions.ts';
import { type FilterNetwork, filterNetwork } from './filterNetwork.ts';
import { atMainLayers } from './mainLayers.ts';
import { compilePathMaps, hasPathMaps, type PathMap } from './pathMaps.ts';
import { processingOf, type Stage } from './processing.ts';

/** How many images are split over paths of filters, and how many regions are occluded. */
export interface FilterSettings {
  /** Training images of each class that the contributions are over. */
  readonly images: number;
  /** Test images of each class that are tried with regions occluded. */
  readonly regionImages: number;
  /** Side of a region in pixels; by default about 196 cover the image. */
  readonly side?: number;
  readonly fill: Fill;
  /** Where the bootstrap's random numbers start. */
  readonly seed: number;
}

/** The settings that an analysis takes where none are given. */
export const filterDefaults: FilterSettings = { images: 1000, regionImages: 100, fill: { pixel: 0 }, seed: 1 };

/** What a network's filters and an image's regions have to do with its decisions. */
export interface FilterAnalysis {
  readonly network: FilterNetwork;
  readonly settings: FilterSettings;
  readonly contributions: Contributions;
  readonly ablation: AblationTest;
  readonly grid: RegionGrid;
  readonly regions: readonly ClassRegions[];
  readonly examples: readonly RegionExample[];
  /** For each class's example, the maps of every path for every class's score; only of two layers one after the other. */
  readonly maps?: readonly ExampleMaps[];
  /** What becomes of the shown example on its way, where there are such maps. */
  readonly processing?: readonly Stage[];
  /** What has to be known: classes without images, layers left out. */
  readonly notes: readonly string[];
  /** How long it took to split the scores, and to occlude every region by itself. */
  readonly seconds: { readonly contributions: number; readonly regions: number };
}

/** The class whose example is shown on its way, if there is one: the paper's is a five. */
export const shownClass = 5;

export interface ExampleMaps {
  readonly label: number;
  /** A row of maps for each class, a map for each path. */
  readonly byClass: readonly (readonly PathMap[])[];
}

/**
 * Contributions on training images; whether they hold, and the regions, on test images.
 * @throws FiltersError, NotEquivalentError, TrainingDataError
 */
export async function analyseFilters(
  classifier: Classifier,
  { train, test }: Dataset,
  settings: FilterSettings = filterDefaults,
  progress?: Progress,
): Promise<FilterAnalysis> {
  const whole = await filterNetwork(classifier);
  const network = atMainLayers(whole);
  const grid = regionGrid(classifier.input, settings.side);
  const learned = classSets(classifier, train, settings.images);
  const tested = classSets(classifier, test, Number.POSITIVE_INFINITY);
  const shown = classSets(classifier, test, settings.regionImages);
  const start = performance.now();
  const found = await contributions(network, learned, progress);
  const split = performance.now();
  const ablation = await ablationTest(network, found, learned, tested, settings.seed, progress);
  return scoped(async (keep) => {
    const occluder = await keep(compileOccluder(classifier, grid, settings.fill));
    const before = performance.now();
    const regions = await regionsByClass(classifier, occluder, shown, progress);
    const occludedAt = performance.now();
    const examples = await regionExamples(classifier, occluder, shown, regions, {}, progress);
    const maps = hasPathMaps(network) ? await examplesMaps(network, examples) : undefined;
    const shownExample = examples.find(({ label }) => label === shownClass) ?? examples[0];
    const processing = maps && shownExample ? await processingOf(network, shownExample.image) : undefined;
    return {
      network,
      settings,
      contributions: found,
      ablation,
      grid,
      regions,
      examples,
      seconds: { contributions: (split - start) / 1000, regions: (occludedAt - before) / 1000 },
      maps,
      processing,
      notes: [
        ...(network === whole ? [] : [mainLayersNote(whole, network)]),
        ...shortages(train, learned, settings.images, 'to learn from'),
        ...shortages(test, shown, settings.regionImages, 'to test with'),
      ],
    };
  });
}

export function mainLayersNote(whole: FilterNetwork, network: FilterNetwork): string {
  const names = network.layers.map(({ name }) => name).join(', ');
  return `The network has ${whole.layers.length} convolutions. Paths are followed through ${network.layers.length} of them that everything goes through: ${names}.`;
}

async function examplesMaps(network: FilterNetwork, examples: readonly RegionExample[]): Promise<ExampleMaps[]> {
  return scoped(async (keep) => {
    const mapper = await keep(compilePathMaps(network));
    const labels = examples.map(({ label }) => label);
    const maps: ExampleMaps[] = [];
    for (const { label, image } of examples) maps.push({ label, byClass: await mapper.maps(image, labels) });
    return maps;
  });
}
