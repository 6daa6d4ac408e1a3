import type { Dataset } from '../../datasets/dataset.ts';
import { type LabelledImages, selectImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { inTenths, stoppable, type WorkOptions } from '../../progress.ts';
import { type Random, random } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import type { Neighbourhood } from '../regionPruning/labelling.ts';
import { compactness } from '../regionPruning/unitSummary.ts';
import { LinearUnitsError } from './errors.ts';
import { findLinearUnits, type LinearUnits } from './linearUnits.ts';
import { type ShareCovariances, shareCovariances } from './shareCovariance.ts';
import { bestCells, type CellGrid, explainedBy, type SingleCells, smallestRegion } from './smallestRegion.ts';
import { columnMeans, readableImages, readUnits, type UnitReadings } from './unitReadings.ts';

export interface UnitRegionsSettings {
  /** R² that a region must have on images that the search has not seen. Default 0.9. */
  readonly explained?: number;
  /** Which cells touch. Default 8: those that share an edge or a corner. */
  readonly neighbourhood?: Neighbourhood;
  /** Another layer than the first, by its node or output. */
  readonly layer?: string;
  /** Images of each set at most. Default 5,000, evenly drawn. */
  readonly images?: number;
  /** Units at most, evenly drawn of more. Default 200. */
  readonly mostUnits?: number;
  /** Of the control's random discs. Default 0. */
  readonly seed?: number;
}

/** The smallest region found of which a unit's sum can be told. Every R² is on held-out images. */
export interface UnitRegion {
  readonly unit: number;
  /** Cells of the map, row by row. */
  readonly cells: readonly number[];
  /** Share of the cells that vary over the training images. */
  readonly area: number;
  readonly explained: number;
  /** 16 area / perimeter²: 1 for a square, near 0 for threads. */
  readonly compactness: number;
  /** R² of other cells: a disc of as many at a random place, another unit's region, and the best single cells, as many. */
  readonly controls: { readonly disc: number; readonly another: number; readonly single: number };
  /** How few single cells explain as much. */
  readonly fewestSingle: number;
}

export interface FoundUnitRegions {
  readonly units: LinearUnits;
  readonly regions: readonly UnitRegion[];
  /** Units whose sum is the same for every image. */
  readonly constant: readonly number[];
  /** [cells]: 1 where a cell varies over the training images. */
  readonly varies: Uint8Array;
  /** Rows that the search saw, and rows that R² is measured on: images, or patches of them. */
  readonly searched: number;
  readonly heldOut: number;
}

/** R² that a region must have, where nothing else is said. */
export const defaultExplained = 0.9;

/** The search asks for so much more on its own images, that enough is left on others. */
const margin = 0.02;

/**
 * Finds, for each unit that sees pixels or a map, the smallest region of touching cells of which its sum before any activation can
 * be told, every other cell at its mean over the training images. Nothing is changed in the model.
 * @throws LinearUnitsError, DenseLayerError, TrainingDataError, InterruptedWorkError
 */
export async function findUnitRegions(
  classifier: Classifier,
  { train, test }: Dataset,
  settings: UnitRegionsSettings & WorkOptions = {},
): Promise<FoundUnitRegions> {
  const { explained = defaultExplained, neighbourhood = 8, layer, images = 5000, mostUnits = 200, seed = 0 } = settings;
  if (!(explained > 0 && explained + margin < 1)) {
    throw new LinearUnitsError(
      `A region cannot be asked to explain ${explained} of a unit: give a share above 0 and below ${1 - margin}.`,
    );
  }
  const units = findLinearUnits(classifier, layer);
  const most = readableImages(classifier, units, images);
  const seen = await readUnits(classifier, units, imagesOf(classifier, train, most));
  const other = await readUnits(classifier, units, imagesOf(classifier, test, most));
  const varies = varyingCells(units, seen);
  const grid: CellGrid = { height: units.map.height, width: units.map.width, neighbourhood };
  const shown = inTenths(stoppable(settings), 'Units');
  return scoped(async (keep) => {
    const searched = await keep(shareCovariances(classifier.runtime, units, seen));
    const found: Candidate[] = [];
    const constant: number[] = [];
    const looked = evenly(units.units, mostUnits);
    for (const [done, unit] of looked.entries()) {
      shown(done, looked.length);
      const covariance = await searched.of(unit);
      // A unit that says the same of every image has nothing to be told.
      if (covariance.every((value) => value === 0)) {
        constant.push(unit);
        continue;
      }
      const { cells } = smallestRegion(covariance, grid, explained + margin);
      found.push({ unit, cells, single: bestCells(covariance, cells, explained + margin) });
    }
    const measured = await keep(shareCovariances(classifier.runtime, units, { ...other, mean: seen.mean }));
    const regions = await compare(units, found, { measured, varies, grid, other, seed });
    const [[rows = 0], [heldOut = 0]] = [seen.inputs.dims, other.inputs.dims];
    return { units, regions, constant, varies, searched: rows, heldOut };
  });
}

interface Candidate {
  readonly unit: number;
  readonly cells: readonly number[];
  readonly single: SingleCells;
}

interface Comparison {
  /** Moments of held-out images about the training means. */
  readonly measured: ShareCovariances;
  readonly varies: Uint8Array;
  readonly grid: CellGrid;
  readonly other: UnitReadings;
  readonly seed: number;
}

async function compare(
  { map }: LinearUnits,
  found: readonly Candidate[],
  { measured, varies, grid, other, seed }: Comparison,
): Promise<UnitRegion[]> {
  const source = random(seed);
  const varying = [...varies.keys()].filter((cell) => varies[cell] !== 0);
  const variances = columnVariances(other.sums);
  const regions: UnitRegion[] = [];
  for (const [i, { unit, cells, single }] of found.entries()) {
    const moments = await measured.of(unit);
    const explains = (some: readonly number[]) => explainedBy(moments, some, variances[unit] ?? 0);
    const another = found[(i + 1) % found.length] ?? { cells };
    const plane = { ...map, channels: 1 };
    regions.push({
      unit,
      cells,
      area: cells.filter((cell) => varies[cell] !== 0).length / varying.length,
      explained: explains(cells),
      compactness: compactness({ unit, channel: 0, inputs: Int32Array.from(cells) }, plane),
      controls: {
        disc: explains(randomDisc(grid, varying, cells.length, source)),
        another: explains(another.cells),
        single: explains(single.cells),
      },
      fewestSingle: single.fewest,
    });
  }
  return regions;
}

/** The cells nearest to a random one of those that vary. */
function randomDisc({ height, width }: CellGrid, varying: readonly number[], count: number, source: Random): number[] {
  const centre = varying[source.index(varying.length)] ?? 0;
  const away = (cell: number) =>
    Math.hypot(Math.floor(cell / width) - Math.floor(centre / width), (cell % width) - (centre % width));
  return Array.from({ length: height * width }, (_, cell) => cell)
    .sort((a, b) => away(a) - away(b) || a - b)
    .slice(0, count);
}

/** At most so many of the numbers below a count, evenly drawn. */
function evenly(count: number, most: number): number[] {
  const drawn = Math.min(count, most);
  return Array.from({ length: drawn }, (_, i) => Math.floor((i * count) / drawn));
}

/** Evenly drawn images of a set as model input. */
function imagesOf({ input, scores }: Classifier, set: LabelledImages, most: number): Tensor<'float32'> {
  return trainingImages(
    selectImages(set, evenly(set.count, most)),
    input,
    Math.max(scores.width, set.classNames.length),
  ).images;
}

function varyingCells({ map }: LinearUnits, { inputs }: UnitReadings): Uint8Array {
  const cells = map.height * map.width;
  const width = cells * map.channels;
  const varies = new Uint8Array(cells);
  inputs.data.forEach((value, i) => {
    if (value !== inputs.data[i % width]) varies[(i % width) % cells] = 1;
  });
  return varies;
}

function columnVariances(sums: Tensor<'float32'>): Float64Array {
  const [count = 1] = sums.dims;
  const means = columnMeans(sums);
  const result = new Float64Array(means.length);
  sums.data.forEach((value, i) => {
    const at = i % means.length;
    result[at] = (result[at] ?? 0) + (value - (means[at] ?? 0)) ** 2 / count;
  });
  return result;
}
