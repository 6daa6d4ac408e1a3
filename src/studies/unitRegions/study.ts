import type { Dataset } from '../../datasets/dataset.ts';
import { writeNpz } from '../../datasets/npz.ts';
import type { Classifier } from '../../model/classifier.ts';
import { stopIfAborted } from '../../progress.ts';
import { renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import type { Study, StudyOptions } from '../study.ts';
import {
  defaultExplained,
  type FoundUnitRegions,
  findUnitRegions,
  type UnitRegionsSettings,
} from './findUnitRegions.ts';
import { firedFor } from './firedFor.ts';
import { summarizeUnitRegions, type UnitRegionsSummary } from './summary.ts';

/** Plain data for scripts: the layer in figures, and each unit. */
export interface UnitRegionsResult extends UnitRegionsSummary {
  readonly asked: number;
  readonly searched: number;
  readonly heldOut: number;
  readonly each: readonly {
    readonly unit: number;
    readonly area: number;
    readonly cells: number;
    readonly explained: number;
    readonly disc: number;
    readonly another: number;
    readonly single: number;
    readonly fewestSingle: number;
  }[];
}

export interface UnitRegionsOptions extends Omit<UnitRegionsSettings, 'images'> {
  /** Numbers of test images whose units are shown; by default the first of each class. */
  readonly shown?: readonly number[];
}

/** The file beside the page. */
export const unitRegionsFile = 'regions.npz';

/** Test images shown where none are named. */
const mostImages = 10;

/**
 * What `konkyo regions` does by default: finds, for each unit that sees pixels or a map, the smallest region from which it can be
 * told, and changes nothing in the model.
 * @returns files `regions.npz` and the page.
 * @throws as `findUnitRegions`
 */
export async function studyUnitRegions(
  classifier: Classifier,
  dataset: Dataset,
  options: UnitRegionsOptions & StudyOptions,
): Promise<Study<FoundUnitRegions, UnitRegionsResult>> {
  const { explained = defaultExplained, neighbourhood = 8, layer, seed, modelName, command, message, signal } = options;
  const { progress } = options;
  const found = await findUnitRegions(classifier, dataset, { explained, neighbourhood, layer, seed, progress, signal });
  message?.('Looking at the units');
  const { dense } = found.units;
  const firsts = dataset.test.classNames.map((_, label) => dataset.test.labels.indexOf(label));
  const shown = options.shown ?? firsts.filter((index) => index >= 0).slice(0, mostImages);
  const test = trainingImages(dataset.test, classifier.input, dataset.test.classNames.length);
  const images = dense ? await firedFor(classifier, dense, test, shown) : [];
  stopIfAborted(signal);
  // It draws charts, and brings what draws them.
  const [{ unitRegionsPage }, { unitRegionsView }] = await Promise.all([
    import('./page/page.ts'),
    import('./page/unitRegionsView.ts'),
  ]);
  const view = unitRegionsView(classifier, found, {
    title: `${modelName}: what its units read`,
    asked: explained,
    neighbourhood,
    images,
    provenance: provenanceOf(classifier, { file: modelName, command }),
  });
  return {
    found,
    summary: resultOf(found, explained),
    files: [
      { name: unitRegionsFile, contents: regionsFile(found) },
      { name: 'index.html', contents: renderPage(unitRegionsPage(view)) },
    ],
  };
}

function resultOf(found: FoundUnitRegions, asked: number): UnitRegionsResult {
  const { regions, searched, heldOut } = found;
  return {
    ...summarizeUnitRegions(found, asked),
    asked,
    searched,
    heldOut,
    each: regions.map(({ unit, area, cells, explained, controls, fewestSingle }) => ({
      unit,
      area,
      cells: cells.length,
      explained,
      ...controls,
      fewestSingle,
    })),
  };
}

/** For numpy: `regions` [units, H, W], 1 inside; `explained` [units], R² on held-out images, NaN of a unit that is constant. */
function regionsFile({ units, regions, varies }: FoundUnitRegions): Uint8Array {
  const { height, width } = units.map;
  const inside = new Uint8Array(units.units * height * width);
  const explained = new Float32Array(units.units).fill(Number.NaN);
  for (const region of regions) {
    explained[region.unit] = region.explained;
    for (const cell of region.cells) inside[region.unit * height * width + cell] = 1;
  }
  return writeNpz(
    new Map([
      ['regions', { type: 'uint8', dims: [units.units, height, width], data: inside }],
      ['explained', { type: 'float32', dims: [units.units], data: explained }],
      ['varies', { type: 'uint8', dims: [height, width], data: varies }],
    ]),
  );
}
