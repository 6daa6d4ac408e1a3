import type { CellMap } from '../pixelMap.ts';
import { UnmeasurableMapError } from './errors.ts';
import type { PixelLayout, Subject } from './perturbed.ts';

/** A map to be judged and which of the images it is of; several maps may be of one image. */
export interface JudgedMap {
  readonly image: number;
  /** One number a pixel. A coarser map is to be stretched first. */
  readonly map: CellMap;
}

/** Why a map puts no pixel of an image before another, in a sentence; undefined for a map that does. */
export function whyUnmeasurable({ height, width, values }: CellMap, input?: Pick<PixelLayout, 'height' | 'width'>) {
  if (input && (height !== input.height || width !== input.width)) {
    return `The map is of ${height} x ${width} cells, but the image has ${input.height} x ${input.width} pixels: stretch the map to the image's size.`;
  }
  if (values.length !== height * width) {
    return `The map has ${values.length} values, but ${height} x ${width} cells: give one value a cell.`;
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    return `The map's value ${values[bad]} at pixel ${bad} is not a finite number: leave the map out.`;
  }
  return values.every((value) => value === values[0])
    ? `The map is ${values[0]} everywhere and puts no pixel before another: leave it out.`
    : undefined;
}

/** @throws UnmeasurableMapError where a map has no order, or another size than the images. */
export function checkMap(map: CellMap, input?: Pick<PixelLayout, 'height' | 'width'>): void {
  const why = whyUnmeasurable(map, input);
  if (why !== undefined) throw new UnmeasurableMapError(why);
}

/** @throws UnmeasurableMapError where one of the maps has no order, or another size than the images. */
export function checkJudged({ input }: Pick<Subject, 'input'>, maps: readonly JudgedMap[]): void {
  for (const { map } of maps) checkMap(map, input);
}

/** For each image that has maps, their places in the list: what is done to an image is done once for all of them. */
export function mapsByImage(maps: readonly Pick<JudgedMap, 'image'>[]): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  for (const [k, { image }] of maps.entries()) {
    const own = places.get(image) ?? [];
    own.push(k);
    places.set(image, own);
  }
  return places;
}
