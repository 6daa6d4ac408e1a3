import type { Dataset } from '../../../datasets/dataset.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import { scoped } from '../../../runtime/release.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { type FoundUnitRegions, findUnitRegions } from '../findUnitRegions.ts';
import { summarizeUnitRegions } from '../summary.ts';
import { besideAnother, networkOfTwoDigits, shareOnSide } from './twoDigits.ts';

/** One figure of one seed. */
export interface SeedFigure {
  readonly id: string;
  readonly what: string;
  readonly paper: number | null;
  readonly value: number;
}

const figure = (id: string, what: string, value: number): SeedFigure => ({ id, what, paper: null, value });

/** R² that regions are asked for. */
const asked = 0.9;

/** Regions of the network as it is, by cells that touch by edges or corners, and by edges alone. */
export async function regionsAsGiven(
  classifier: Classifier,
  dataset: Dataset,
  seed: number,
): Promise<{ readonly figures: readonly SeedFigure[]; readonly found: FoundUnitRegions }> {
  const found = await findUnitRegions(classifier, dataset, { explained: asked, seed });
  const four = await findUnitRegions(classifier, dataset, { explained: asked, seed, neighbourhood: 4 });
  const own = summarizeUnitRegions(found, asked);
  const edges = summarizeUnitRegions(four, asked);
  const figures = [
    figure('given.area', 'as it is: median area of a region that tells a unit’s sum, of varying pixels', own.area),
    figure('given.cells', 'its pixels', own.cells),
    figure('given.explained', 'its R² on held-out images, median', own.explained),
    figure('given.enough', 'units whose region has R² of 0.9 or more there', own.enough),
    figure('given.disc', 'R² of a disc as large at a random place', own.disc),
    figure('given.another', 'R² of another unit’s region', own.another),
    figure('given.single', 'R² of the best single pixels, as many', own.single),
    figure('given.fewestSingle', 'how few single pixels do as much', own.fewestSingle),
    figure('given.four.area', 'median area where pixels touch by edges alone', edges.area),
    figure('given.four.explained', 'its R² on held-out images, median', edges.explained),
  ];
  return { figures, found };
}

/** Units whose regions are looked for in the networks of two digits. */
const planted = 50;

/**
 * Where regions lie if the label says only what is on one side: the left one for odd seeds, the right one for even ones; of a trained
 * network, and of the same before any training.
 */
export async function figuresOfTwoDigits(
  runtime: Runtime,
  dataset: Dataset,
  { seed, epochs }: { readonly seed: number; readonly epochs: number },
): Promise<SeedFigure[]> {
  const side = seed % 2 === 1 ? 'left' : 'right';
  const two = besideAnother(dataset, side, seed);
  const sharesAfter = async (epochs: number, mostUnits: number) =>
    scoped(async (keep) => {
      const model = await networkOfTwoDigits(runtime, two, { epochs, seed });
      const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
      const { regions } = await findUnitRegions(classifier, two, { explained: asked, mostUnits, images: 3000, seed });
      return regions.map(({ cells }) => shareOnSide(cells, two.train.width, side));
    });
  const [trained, untrained] = [await sharesAfter(epochs, planted), await sharesAfter(0, planted / 5)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mostly = trained.filter((share) => share >= 0.9).length / trained.length;
  return [
    figure(
      'planted.onSide',
      'two digits, one of which is the label: share of a region on its side, mean',
      mean(trained),
    ),
    figure('planted.units', 'units with 90% of their region or more there', mostly),
    figure('planted.untrained', 'the same share before any training', mean(untrained)),
  ];
}
