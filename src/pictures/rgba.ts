import { ArgumentError } from '../argumentError.ts';
import { divergingColour } from './colours.ts';
import type { Picture } from './picture.ts';

/** Pixels as a canvas takes them: red, green, blue and opacity, 0 to 255. `new ImageData(data, width, height)` is a picture of them. */
export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A map with a number for each cell of a grid over the image, row by row: of pixels, or a layer's positions. See `cellMap`. */
export interface GridMap {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** How a map becomes colours. */
export interface HeatmapOptions {
  /** The value in full colour; larger ones look alike. Default: the largest size of a finite value. */
  readonly scale?: number;
  /** In pixels; by default the map's own, of an overlay the picture's. */
  readonly size?: { readonly height: number; readonly width: number };
  /** How a coarser map is stretched: in blocks, which shows how coarse it is, or `bilinear`. Default: `nearest`. */
  readonly stretch?: 'nearest' | 'bilinear';
  /** What is where the map is 0: white, or nothing, for who lays it over a picture; the stronger the value, the more opaque. Default: `white`. */
  readonly ground?: 'white' | 'clear';
}

/** How a map is laid over its picture. */
export interface OverlayOptions extends Omit<HeatmapOptions, 'size' | 'ground'> {
  /** How far full colour covers the picture, 0 to 1; where the map is 0 the picture stays as it is. Default: 0.7. */
  readonly opacity?: number;
}

/**
 * A map in the colours of the report: red above 0, blue below, almost white at 0, dark grey where there is no number.
 * @throws ArgumentError for a map whose values do not fill its grid, and for sizes that are none.
 */
export function heatmap(
  map: GridMap,
  { scale = largestOf(map), size = map, stretch = 'nearest', ground = 'white' }: HeatmapOptions = {},
): RgbaPicture {
  const values = stretched(map, size, stretch);
  if (ground === 'clear') return drawn(size, (pixel) => hueAndCover(strengthOf(values(pixel), scale), 255));
  return drawn(size, (pixel) => [...divergingColour(strengthOf(values(pixel), scale)), 255]);
}

/**
 * A picture with a map over it, the stronger the more opaque, so that the picture is not bleached where the map says nothing.
 * @throws ArgumentError as `heatmap`, for a picture with too few bytes, and for an opacity outside 0 to 1.
 */
export function overlay(map: GridMap, picture: Picture, options: OverlayOptions = {}): RgbaPicture {
  const { scale = largestOf(map), stretch = 'nearest', opacity = 0.7 } = options;
  const { height, width, channels, data } = picture;
  if (!(opacity >= 0 && opacity <= 1)) throw new ArgumentError(`The opacity is ${opacity}: give a number from 0 to 1.`);
  if (data.length !== height * width * channels) {
    throw new ArgumentError(`A picture of ${height}x${width}x${channels} does not have ${data.length} bytes.`);
  }
  const values = stretched(map, picture, stretch);
  return drawn(picture, (pixel) => {
    const strength = strengthOf(values(pixel), scale);
    const [red, green, blue, cover] = hueAndCover(strength, opacity);
    const mixed = [red, green, blue].map((part, c) => {
      const below = data[pixel * channels + (channels === 1 ? 0 : c)] ?? 0;
      return below + cover * (part - below);
    });
    return [...mixed, 255];
  });
}

type Size = Required<HeatmapOptions>['size'];

/** The hue in full: how strong it is, is said by how far it covers. @param most how far full strength does. */
function hueAndCover(strength: number, most: number): readonly [number, number, number, number] {
  const colour = divergingColour(Number.isNaN(strength) ? strength : Math.sign(strength));
  return [...colour, Number.isNaN(strength) ? most : most * Math.min(1, Math.abs(strength))];
}

function drawn({ height, width }: Size, rgba: (pixel: number) => readonly number[]): RgbaPicture {
  const data = new Uint8ClampedArray(4 * height * width);
  for (let pixel = 0; pixel < height * width; pixel++) data.set(rgba(pixel), 4 * pixel);
  return { height, width, data };
}

function largestOf({ values }: GridMap): number {
  return Array.from(values).reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
}

/** NaN where there is no number. */
function strengthOf(value: number, scale: number): number {
  if (!Number.isFinite(value)) return Number.NaN;
  return scale > 0 ? value / scale : 0;
}

/** The value of a map at a pixel of a picture, row by row. */
function stretched(map: GridMap, size: Size, stretch: 'nearest' | 'bilinear'): (pixel: number) => number {
  const sides = [map.height, map.width, size.height, size.width];
  if (!sides.every((side) => Number.isInteger(side) && side >= 1) || map.values.length !== map.height * map.width) {
    throw new ArgumentError(
      `A map of ${map.height}x${map.width} with ${map.values.length} values cannot be drawn at ${size.height}x${size.width}.`,
    );
  }
  const at = (y: number, x: number) => map.values[y * map.width + x] ?? Number.NaN;
  if (stretch === 'nearest') {
    const cell = (pixel: number, own: number, side: number) => Math.floor((pixel * own) / side);
    return (pixel) =>
      at(
        cell(Math.floor(pixel / size.width), map.height, size.height),
        cell(pixel % size.width, map.width, size.width),
      );
  }
  // Between the middles of four cells; the outermost reach to the edge.
  const between = (pixel: number, own: number, side: number) => {
    const place = Math.min(own - 1, Math.max(0, ((pixel + 0.5) * own) / side - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(own - 1, first + 1), share: place - first };
  };
  return (pixel) => {
    const y = between(Math.floor(pixel / size.width), map.height, size.height);
    const x = between(pixel % size.width, map.width, size.width);
    const across = (row: number) => at(row, x.first) * (1 - x.share) + at(row, x.second) * x.share;
    return across(y.first) * (1 - y.share) + across(y.second) * y.share;
  };
}
