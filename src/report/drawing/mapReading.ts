import type { Cell, Place } from '../../language/english/maps.ts';
import { InvalidInputError } from '../../model/errors.ts';
import type { AttributionMap } from '../explanation/view.ts';

/** What a map says in numbers: the ground for its colours, its legend, and its description in words. */
export interface MapReading {
  /** The value at full colour; 0 where no pixel has a value other than zero. */
  readonly scale: number;
  readonly pixels: number;
  /** What a cell of the map is called. */
  readonly cell: Cell;
  /** Pixels whose value is not a finite number. */
  readonly withoutValue: number;
  /** Pixels stronger than the scale, drawn at full colour. */
  readonly beyond: number;
  /** Sum of the values for the target, and of the sizes of those against it. */
  readonly forTotal: number;
  readonly againstTotal: number;
  /** The value that all pixels have, where there is only one. */
  readonly constant?: number;
  /** Where most of the evidence lies; absent where there is none, or in several places as much. */
  readonly forPlace?: Place;
  readonly againstPlace?: Place;
}

/** The 99.5th percentile of the values' sizes: a few outliers do not wash out the rest. Sparse maps get their maximum. */
export function mapScale(values: Float32Array): number {
  const sizes = values
    .filter((value) => Number.isFinite(value))
    .map(Math.abs)
    .sort();
  const percentile = sizes[Math.floor(0.995 * (sizes.length - 1))] ?? 0;
  return percentile > 0 ? percentile : (sizes.at(-1) ?? 0);
}

/** @throws InvalidInputError for a map that has not one value for each of its cells. */
export function readMap(map: AttributionMap): MapReading {
  if (map.values.length !== map.width * map.height) {
    throw new InvalidInputError(
      `The map "${map.title}" has ${map.values.length} values, not the ${map.width * map.height} of ${map.height} rows of ${map.width}: channels are to be added up first (sumChannels).`,
    );
  }
  const scale = Number.isFinite(map.scale) && map.scale > 0 ? map.scale : mapScale(map.values);
  const { places, at } = placesOf(map);
  const forPlaces = new Float64Array(places.length);
  const againstPlaces = new Float64Array(places.length);
  let withoutValue = 0;
  let beyond = 0;
  for (const [position, value] of map.values.entries()) {
    if (!Number.isFinite(value)) {
      withoutValue++;
      continue;
    }
    if (Math.abs(value) > scale) beyond++;
    const place = at(position);
    const side = value > 0 ? forPlaces : againstPlaces;
    side[place] = (side[place] ?? 0) + Math.abs(value);
  }
  const [first] = map.values;
  const constant = map.values.every((value) => value === first) ? first : undefined;
  const forPlace = strongest(forPlaces, places);
  const againstPlace = strongest(againstPlaces, places);
  return {
    scale: withoutValue === map.values.length ? 0 : scale,
    pixels: map.values.length,
    cell: map.cells === undefined ? 'pixel' : map.cells.kind === 'table' ? 'feature' : 'moment',
    withoutValue,
    beyond,
    constant,
    forTotal: sum(forPlaces),
    againstTotal: sum(againstPlaces),
    forPlace,
    againstPlace,
  };
}

interface Places {
  readonly places: readonly Place[];
  /** Which of them a cell is in. */
  readonly at: (position: number) => number;
}

/** The features of a table; thirds of a signal's channels; thirds across and down an image. */
function placesOf(map: AttributionMap): Places {
  const { cells, width, height } = map;
  if (cells?.kind === 'table') {
    return { places: cells.names.map((feature) => ({ kind: 'table', feature })), at: (position) => position };
  }
  if (!cells) return { places: ninths, at: (position) => placeOf(position, map) };
  const channelOf = (row: number) => (height === 1 ? undefined : (cells.names[row] ?? String(row)));
  return {
    places: Array.from({ length: 3 * height }, (_, at) => ({
      kind: 'signal',
      third: at % 3,
      channel: channelOf(Math.floor(at / 3)),
    })),
    at: (position) => 3 * Math.floor(position / width) + Math.floor((3 * ((position % width) + 0.5)) / width),
  };
}

const ninths: readonly Place[] = Array.from({ length: 9 }, (_, ninth) => ({ kind: 'image', ninth }));

function placeOf(position: number, { width, height }: AttributionMap): number {
  // By the middle of the cell: a map of one row has its row in the middle.
  const column = Math.floor((3 * ((position % width) + 0.5)) / width);
  const row = Math.floor((3 * (Math.floor(position / width) + 0.5)) / height);
  return 3 * row + column;
}

function strongest(totals: Float64Array, places: readonly Place[]): Place | undefined {
  // There is a place for each channel of a signal, which may be more than a call takes arguments.
  const most = totals.reduce((largest, total) => Math.max(largest, total), 0);
  const isTie = totals.indexOf(most) !== totals.lastIndexOf(most);
  return most > 0 && !isTie ? places[totals.indexOf(most)] : undefined;
}

function sum(totals: Float64Array): number {
  return totals.reduce((total, part) => total + part, 0);
}
