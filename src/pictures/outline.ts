import { lightness } from './lightness.ts';
import type { Picture } from './picture.ts';

/** One side of one pixel, in pixel units from the upper left corner, running right or down. */
interface Edge {
  readonly x: number;
  readonly y: number;
  readonly runs: 'right' | 'down';
}

/** The pixel sides that part a picture's bright pixels (above half its own range) from its dark ones. */
export function outlineEdges(picture: Picture): readonly Edge[] {
  const { width, height } = picture;
  const light = lightness(picture);
  const bright = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && (light[y * width + x] ?? 0) >= 0.5;
  const edges: Edge[] = [];
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      if (bright(x, y) !== bright(x, y - 1)) edges.push({ x, y, runs: 'right' });
      if (bright(x, y) !== bright(x - 1, y)) edges.push({ x, y, runs: 'down' });
    }
  }
  return edges;
}

/** The outline of a picture's bright pixels as the `d` of an SVG path, see `outlineEdges`. */
export function outlinePath(picture: Picture): string {
  const light = lightness(picture);
  return regionPath(
    Uint8Array.from(light, (part) => Number(part >= 0.5)),
    picture.width,
  );
}

/** The pixels that are 1 in a mask, row by row, as the `d` of an SVG path of closed lines around them, in pixel units. */
export function regionPath(mask: Uint8Array, width: number): string {
  const sides = sidesOf(mask, width);
  const lines: string[] = [];
  for (const [start, ends] of sides) {
    while (ends.length > 0) lines.push(closedLine(start, sides, width + 1));
  }
  return lines.join('');
}

/** Where the sides of masked pixels lead from corner to corner, the pixels to their right; corners are counted row by row. */
function sidesOf(mask: Uint8Array, width: number): ReadonlyMap<number, number[]> {
  const sides = new Map<number, number[]>();
  const add = (from: number, to: number) => {
    const ends = sides.get(from);
    if (ends) ends.push(to);
    else sides.set(from, [to]);
  };
  const height = mask.length / width;
  const isIn = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] === 1;
  const corner = (x: number, y: number) => y * (width + 1) + x;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isIn(x, y)) continue;
      if (!isIn(x, y - 1)) add(corner(x, y), corner(x + 1, y));
      if (!isIn(x + 1, y)) add(corner(x + 1, y), corner(x + 1, y + 1));
      if (!isIn(x, y + 1)) add(corner(x + 1, y + 1), corner(x, y + 1));
      if (!isIn(x - 1, y)) add(corner(x, y + 1), corner(x, y));
    }
  }
  return sides;
}

/** Takes the sides of one closed line; what goes straight on is one step. */
function closedLine(start: number, sides: ReadonlyMap<number, number[]>, corners: number): string {
  let path = `M${start % corners} ${Math.floor(start / corners)}`;
  let [at, direction, length] = [start, 0, 0];
  const step = () =>
    length === 0 ? '' : Math.abs(direction) === 1 ? `h${direction * length}` : `v${Math.sign(direction) * length}`;
  do {
    const ends = sides.get(at) ?? [];
    // Where two pixels touch at a corner there are two ways on: both come back.
    const next = ends.pop() ?? start;
    if (next - at !== direction) {
      path += step();
      [direction, length] = [next - at, 0];
    }
    length++;
    at = next;
  } while (at !== start);
  return `${path}${step()}z`;
}

/** A colour picture enlarged by a whole factor, with a thin grey line along the edges. */
export function drawOutline(picture: Picture, edges: readonly Edge[]): Picture {
  const factor = Math.max(4, Math.round(outlinedWidth / picture.width));
  const width = picture.width * factor;
  const height = picture.height * factor;
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const pixel = Math.floor(Math.floor(at / width) / factor) * picture.width + Math.floor((at % width) / factor);
    for (let channel = 0; channel < 3; channel++) data[3 * at + channel] = picture.data[3 * pixel + channel] ?? 0;
  }
  const mark = (x: number, y: number) => {
    if (x >= 0 && y >= 0 && x < width && y < height)
      data.fill(outlineGrey, 3 * (y * width + x), 3 * (y * width + x) + 3);
  };
  for (const edge of edges) {
    for (let along = 0; along < factor; along++) {
      for (const side of [-1, 0]) {
        if (edge.runs === 'right') mark(edge.x * factor + along, edge.y * factor + side);
        else mark(edge.x * factor + side, edge.y * factor + along);
      }
    }
  }
  return { width, height, channels: 3, data };
}

const outlineGrey = 110;
/** Enlarged drawings come out about this wide, sharp on a fine screen and on paper. */
const outlinedWidth = 448;
