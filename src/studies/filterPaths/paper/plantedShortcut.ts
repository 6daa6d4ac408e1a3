import type { Dataset } from '../../../datasets/dataset.ts';
import type { LabelledImages } from '../../../datasets/labelledImages.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { decisionsOf } from '../../../model/decision.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import { scoped } from '../../../runtime/release.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { compileOccluder } from '../../occludedRegions/occluding.ts';
import { meanEffects, regionEffects } from '../../occludedRegions/regionEffects.ts';
import { regionGrid } from '../../occludedRegions/regionGrid.ts';
import { receptiveField } from '../../regionPruning/receptiveField.ts';
import { classSets, ownClass } from '../classSets.ts';
import { excessMaps } from '../excessMaps.ts';
import { filterNetwork } from '../filterNetwork.ts';
import { unitMeans } from '../unitMeans.ts';
import { filtersNetwork, trainShortly } from './filterSearch.ts';

/** Pixels of an image, the last ones not included. */
interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/** A white square in a corner of every image of one class: the corner turns with the class. */
export function cornerFor(label: number, { height, width }: Pick<LabelledImages, 'height' | 'width'>): Square {
  const side = 4;
  return {
    side,
    top: label % 4 < 2 ? 0 : height - side,
    left: label % 2 === 0 ? 0 : width - side,
  };
}

/** The same images with the square in those of one class. */
export function planted(set: LabelledImages, label: number, { top, left, side }: Square): LabelledImages {
  const { height, width, channels } = set;
  const images = Uint8Array.from(set.images);
  set.labels.forEach((own, image) => {
    if (own !== label) return;
    for (let y = top; y < top + side; y++) {
      const at = ((image * height + y) * width + left) * channels;
      images.fill(255, at, at + side * channels);
    }
  });
  return { ...set, images };
}

/** What names a square: the region whose hiding costs a class most, and the place where the class's top filter adds most. */
export interface Naming {
  readonly region: boolean;
  readonly filter: boolean;
}

/** Test images of a class that are looked at; of each other class a fifth of them. */
const looked = 50;

/** Whether the top region and the top filter of the first layer lie on a square, for a class. */
export async function namingOf(
  classifier: Classifier,
  test: LabelledImages,
  label: number,
  square: Square,
): Promise<Naming> {
  const sets = classSets(classifier, test, looked);
  const own = sets.find((set) => set.label === label);
  if (!own) throw new RangeError(`There are no test images of class ${label}.`);
  const network = await filterNetwork(classifier);
  const [layer] = network.layers;
  if (!layer) throw new RangeError('The network has no filters.');
  return scoped(async (keep) => {
    // Regions as large as the square: of a quarter of it the rest would still tell the class.
    const grid = regionGrid(classifier.input, square.side);
    const occluder = await keep(compileOccluder(classifier, grid, { pixel: 0 }));
    const scores = await classifier.scoresOf(own.images);
    const chosen = decisionsOf(scores, classifier.scores).map((decision) => decision.chosen);
    const effects = await regionEffects(occluder, classifier, own.images, chosen);
    const { drops } = meanEffects(effects, grid.boxes.length);
    const region = largest(drops);
    const [row, column] = [Math.floor(region / grid.columns), region % grid.columns];
    const [top, left] = [row * grid.side, column * grid.side];

    const means = await unitMeans(
      network,
      sets.map(({ images }) => images),
      [],
    );
    const maps = await excessMaps(network, layer, means, own.images, ownClass(own, classifier));
    const [height = 1, width = 1] = layer.map;
    const places = height * width;
    const totals = Array.from({ length: layer.filters }, (_, filter) =>
      maps.subarray(filter * places, (filter + 1) * places).reduce((sum, value) => sum + value, 0),
    );
    const best = largest(totals);
    const place = largest(maps.subarray(best * places, (best + 1) * places));
    const seen = receptiveField(classifier, { mapValue: layer.value })(Math.floor(place / width), place % width);
    return {
      region: overlap({ top, left, bottom: top + grid.side - 1, right: left + grid.side - 1 }, square),
      filter: overlap(seen, square),
    };
  });
}

interface Seen {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

function overlap(seen: Seen, { top, left, side }: Square): boolean {
  return seen.bottom >= top && seen.top < top + side && seen.right >= left && seen.left < left + side;
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((best, value, i, all) => (value > (all[best] ?? value) ? i : best), 0);
}

/** One class with a square, and what the clean network of its seed says of the same class and place. */
export interface ShortcutRun {
  readonly label: number;
  readonly seed: number;
  /** Whether the shortcut was learnt: share of other classes' images that are decided for the class once the square stands in them. */
  readonly pulled: number;
  readonly planted: Naming;
  readonly clean: Naming;
}

/** Trains the paper's network once as the images are, and with a square in one class after another; asks both where what they look at lies. */
export async function* shortcutRuns(
  runtime: Runtime,
  { train, test }: Dataset,
  { labels, seed, updates }: { readonly labels: readonly number[]; readonly seed: number; readonly updates: number },
): AsyncGenerator<ShortcutRun> {
  const twin = writeModel(await trained(train));
  for (const label of labels) {
    const square = cornerFor(label, train);
    yield await scoped(async (keep) => {
      const clean = await keep(loadClassifier(twin, { runtime }));
      const model = await trained(planted(train, label, square));
      const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
      return {
        label,
        seed,
        pulled: await pulledTo(classifier, test, label, square),
        planted: await namingOf(classifier, planted(test, label, square), label, square),
        clean: await namingOf(clean, test, label, square),
      };
    });
  }

  function trained(images: LabelledImages) {
    return trainShortly(runtime, { train: images }, filtersNetwork([3, 3], 3, seed), updates, seed);
  }
}

async function pulledTo(classifier: Classifier, test: LabelledImages, label: number, square: Square): Promise<number> {
  const everywhere = test.classNames.reduce((set, _, other) => planted(set, other, square), test);
  const others = classSets(classifier, everywhere, looked).filter((set) => set.label !== label);
  let [count, pulled] = [0, 0];
  for (const { images } of others) {
    const decisions = decisionsOf(await classifier.scoresOf(images), classifier.scores);
    count += decisions.length;
    pulled += decisions.filter(({ chosen }) => chosen === label).length;
  }
  return pulled / count;
}
