import type { Classifier } from '../../../model/classifier.ts';
import { className } from '../../../model/classifier.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { FeatureMap } from '../../regionPruning/featureMap.ts';
import type { Neighbourhood } from '../../regionPruning/labelling.ts';
import { overlayPicture, regionPicture, seenPicture, weightPicture } from '../../regionPruning/page/unitPictures.ts';
import type { FiredView } from '../../regionPruning/page/view.ts';
import { overPixels, type ReceptiveField, receptiveField } from '../../regionPruning/receptiveField.ts';
import type { FoundUnitRegions, UnitRegion } from '../findUnitRegions.ts';
import type { FiredFor } from '../firedFor.ts';
import { summarizeUnitRegions } from '../summary.ts';
import type { UnitRegionsView, UnitRegionView } from './view.ts';

interface Told {
  readonly title: string;
  readonly asked: number;
  readonly neighbourhood: Neighbourhood;
  readonly images: readonly FiredFor[];
  readonly provenance: Provenance;
}

/** So many units are drawn, of larger layers a selection; so many are shown for an image. */
const [mostUnits, mostFired] = [200, 7];

/** Found regions as the page shows them. */
export function unitRegionsView(classifier: Classifier, found: FoundUnitRegions, told: Told): UnitRegionsView {
  const { title, asked, neighbourhood, images, provenance } = told;
  const { units, regions, varies, searched, heldOut } = found;
  const sees = seesOf(classifier, found);
  const field = sees === 'features' ? receptiveField(classifier, { mapValue: mapValueOf(found) }) : undefined;
  const ordered = regions.toSorted((a, b) => a.cells.length - b.cells.length || a.unit - b.unit);
  const step = Math.max(1, ordered.length / mostUnits);
  const drawn = ordered.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  return {
    title,
    summary: summarizeUnitRegions(found, asked),
    asked,
    searched,
    heldOut,
    varying: varies.reduce((sum, one) => sum + one, 0),
    cells: units.map.height * units.map.width,
    sees,
    touching: neighbourhood === 4 ? 'edges' : 'edges or corners',
    units: drawn.map((region) => unitView(classifier, found, region, field)),
    images: images.map((image) => firedView(classifier, found, image, field)),
    provenance,
  };
}

function seesOf({ inputName }: Classifier, found: FoundUnitRegions): UnitRegionsView['sees'] {
  if (found.units.kind === 'patches') return 'patches';
  return mapValueOf(found) === inputName ? 'pixels' : 'features';
}

/** The value of the graph whose positions the cells are. */
function mapValueOf({ units }: FoundUnitRegions): string {
  return units.kind === 'dense' ? (units.dense?.mapValue ?? units.value) : units.value;
}

function unitView(
  classifier: Classifier,
  { units, varies }: FoundUnitRegions,
  { unit, cells, area, explained, fewestSingle, controls }: UnitRegion,
  field: ReceptiveField | undefined,
): UnitRegionView {
  const { map } = units;
  const inside = insideOf(cells, map);
  const weights = weightsOf(units, unit);
  return {
    unit,
    area,
    explained,
    fewestSingle,
    controls,
    weights: weightPicture(weights, map),
    inside: weightPicture(
      weights.map((weight, input) => weight * (inside[input % inside.length] ?? 0)),
      map,
    ),
    region: field
      ? seenPicture(seenShare(cells, map, field, classifier.input), classifier.input.height, classifier.input.width)
      : regionPicture(inside, varies, { ...map, channels: 1 }),
  };
}

function insideOf(cells: readonly number[], { height, width }: FeatureMap): Uint8Array {
  const inside = new Uint8Array(height * width);
  for (const cell of cells) inside[cell] = 1;
  return inside;
}

function weightsOf({ weights, units }: FoundUnitRegions['units'], unit: number): Float32Array {
  const inputs = weights.length / units;
  return weights.subarray(unit * inputs, (unit + 1) * inputs);
}

/** How strongly each pixel is seen by a region's cells: 1 where most of them see it. */
function seenShare(
  cells: readonly number[],
  map: FeatureMap,
  field: ReceptiveField,
  { height, width }: Classifier['input'],
): Float32Array {
  const sums = overPixels(Int32Array.from(cells), { map: { ...map, channels: 1 } }, field, { height, width });
  const most = sums.reduce((largest, value) => Math.max(largest, value), 0);
  return most === 0 ? sums : sums.map((value) => value / most);
}

function firedView(
  classifier: Classifier,
  { units, regions }: FoundUnitRegions,
  { index, truth, chosen, picture, fired }: FiredFor,
  field: ReceptiveField | undefined,
): FiredView {
  const plane = { map: { ...units.map, channels: 1 } };
  const cellCount = units.map.height * units.map.width;
  return {
    name: `Test image ${index}`,
    truth: className(classifier, truth),
    chosen: className(classifier, chosen),
    picture,
    fired: fired.length,
    units: fired.slice(0, mostFired).map(({ unit, activation, effect }) => {
      const cells = Int32Array.from(regions.find((region) => region.unit === unit)?.cells ?? []);
      const weights = weightsOf(units, unit);
      const ofCell = (cell: number) =>
        weights.reduce((sum, weight, i) => (i % cellCount === cell ? sum + weight : sum), 0);
      const at = field ?? ((y: number, x: number) => ({ top: y, left: x, bottom: y, right: x }));
      const values = overPixels(cells, plane, at, picture, ofCell);
      return {
        unit,
        activation,
        effect,
        overlay: overlayPicture(picture, values, overPixels(cells, plane, at, picture)),
      };
    }),
  };
}
