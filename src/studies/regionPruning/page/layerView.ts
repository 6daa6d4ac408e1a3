import { className } from '../../../model/classifier.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import type { Examination, ExaminedImage, ExaminedUnit } from '../examine.ts';
import type { Pruned } from '../pruneInRounds.ts';
import type { Pruner } from '../pruner.ts';
import { overPixels, type ReceptiveField, receptiveField } from '../receptiveField.ts';
import { summarizeLayer } from '../unitSummary.ts';
import { beside, overlayPicture, regionPicture, seenPicture, weightPicture } from './unitPictures.ts';
import type { FiredView, LayerView, UnitView } from './view.ts';

interface Size {
  readonly height: number;
  readonly width: number;
}

/** So many units are drawn, of larger layers a selection. */
const mostUnits = 200;

/** So many units are shown for an image. */
const mostFired = 7;

/** An examined layer as the page shows it. */
export function layerView(
  pruner: Pruner,
  { rounds }: Pick<Pruned, 'rounds'>,
  examination: Examination,
  id: string,
  label: string,
): LayerView {
  const { classifier, layer, statistics } = pruner;
  const field = receptiveField(classifier, layer);
  return {
    id,
    label,
    rounds,
    summary: summarizeLayer(examination.units, statistics.varies),
    removed: examination.units.map(({ removed }) => removed),
    units: spread(examination.units).map((unit) => unitView(pruner, field, unit)),
    hidden: examination.hidden,
    images: examination.images.map((image) => firedView(pruner, field, examination.units, image)),
    seesFeatures: layer.mapValue !== classifier.inputName,
  };
}

/** At most {@link mostUnits} of them, evenly drawn. */
function spread(units: readonly ExaminedUnit[]): readonly ExaminedUnit[] {
  const step = Math.max(1, units.length / mostUnits);
  return units.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

function unitView({ classifier, layer, statistics }: Pruner, field: ReceptiveField, examined: ExaminedUnit): UnitView {
  const { unit, removed, regions, area, before, after, mask } = examined;
  const { map } = layer;
  const { height, width } = classifier.input;
  const plain = layer.mapValue === classifier.inputName && map.channels === 1;
  return {
    unit,
    removed,
    regions: regions.length,
    area,
    before: weightPicture(before, map),
    after: weightPicture(after, map),
    seen: plain
      ? regionPicture(mask, statistics.varies, map)
      : seenPicture(seenShare(examined, layer, field, { height, width }), height, width),
  };
}

/** How strongly a unit's regions see each pixel: 1 where most of their cells do. */
function seenShare({ regions }: ExaminedUnit, layer: Pruner['layer'], field: ReceptiveField, size: Size): Float32Array {
  const sums = overPixels(cellsOf(regions), layer, field, size);
  const most = sums.reduce((largest, value) => Math.max(largest, value), 0);
  return most === 0 ? sums : sums.map((value) => value / most);
}

function cellsOf(regions: ExaminedUnit['regions']): Int32Array {
  return Int32Array.from(regions.flatMap(({ inputs }) => [...inputs]));
}

function firedView(
  { classifier, layer }: Pruner,
  field: ReceptiveField,
  units: readonly ExaminedUnit[],
  { index, truth, chosen, picture, fired }: ExaminedImage,
): FiredView {
  const size = { height: picture.height, width: picture.width };
  return {
    name: `Test image ${index}`,
    truth: className(classifier, truth),
    chosen: className(classifier, chosen),
    picture,
    fired: fired.length,
    units: fired.slice(0, mostFired).map(({ unit, activation, effect }) => {
      const examined = units.find((other) => other.unit === unit);
      const cells = cellsOf(examined?.regions ?? []);
      const values = overPixels(cells, layer, field, size, (input) => examined?.after[input] ?? 0);
      const inside = overPixels(cells, layer, field, size);
      return { unit, activation, effect, overlay: overlayPicture(picture, values, inside) };
    }),
  };
}

/** A unit's three pictures in one, at about the same height. */
export function unitTriple({ before, after, seen }: UnitView): Picture {
  const shown = [before, after, seen];
  const same = shown.every(({ height }) => height === before.height);
  return beside(same ? shown : shown.map(enlarged), same ? 2 : 8);
}

const aboutHeight = 112;

function enlarged(picture: Picture): Picture {
  return sheetPicture([picture], 1, Math.max(1, Math.round(aboutHeight / picture.height)));
}
