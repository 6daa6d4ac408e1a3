import { className } from '../../classifier/classifier.ts';
import type { Examination, ExaminedImage, ExaminedUnit } from '../../regions/examine.ts';
import type { Pruned, Pruner } from '../../regions/pruner.ts';
import { type ReceptiveField, receptiveField, seenPixels } from '../../regions/receptiveField.ts';
import { summarizeLayer } from '../../regions/unitSummary.ts';
import { sheetPicture } from '../contactSheet.ts';
import type { Picture } from '../view.ts';
import { beside, overlayPicture, regionPicture, seenPicture, weightPicture } from './unitPictures.ts';
import type { FiredView, LayerView, UnitView } from './view.ts';

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
    units: examination.units.map((unit) => unitView(pruner, field, unit)),
    hidden: examination.hidden,
    images: examination.images.map((image) => firedView(pruner, field, examination.units, image)),
    seesFeatures: layer.mapValue !== classifier.inputName,
  };
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
function seenShare(
  { regions }: ExaminedUnit,
  layer: Pruner['layer'],
  field: ReceptiveField,
  size: { readonly height: number; readonly width: number },
): Float32Array {
  const sums = new Float32Array(size.height * size.width);
  for (const { inputs } of regions) {
    for (const input of inputs) {
      seenPixels({ inputs: Int32Array.of(input) }, layer, field, size).forEach((one, pixel) => {
        sums[pixel] = (sums[pixel] ?? 0) + one;
      });
    }
  }
  const most = sums.reduce((largest, value) => Math.max(largest, value), 0);
  return most === 0 ? sums : sums.map((value) => value / most);
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
      const values = new Float32Array(size.height * size.width);
      const inside = new Uint8Array(size.height * size.width);
      for (const region of examined?.regions ?? []) {
        for (const input of region.inputs) {
          const weight = examined?.after[input] ?? 0;
          seenPixels({ inputs: Int32Array.of(input) }, layer, field, size).forEach((one, pixel) => {
            values[pixel] = (values[pixel] ?? 0) + one * weight;
            inside[pixel] = (inside[pixel] ?? 0) | one;
          });
        }
      }
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
