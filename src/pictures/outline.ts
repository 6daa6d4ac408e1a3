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
  return edgesOf(({ x, y }) => (light[y * width + x] ?? 0) >= 0.5, width, height);
}

/** The pixel sides around the pixels that are 1 in a mask, row by row; the picture's own border counts. */
export function regionEdges(mask: Uint8Array, width: number, height: number): readonly Edge[] {
  return edgesOf(({ x, y }) => mask[y * width + x] === 1, width, height);
}

function edgesOf(isIn: (pixel: { readonly x: number; readonly y: number }) => boolean, width: number, height: number) {
  const bright = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && isIn({ x, y });
  const edges: Edge[] = [];
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      if (bright(x, y) !== bright(x, y - 1)) edges.push({ x, y, runs: 'right' });
      if (bright(x, y) !== bright(x - 1, y)) edges.push({ x, y, runs: 'down' });
    }
  }
  return edges;
}

/** The edges as the `d` of an SVG path, in pixel units. */
export function outlinePath(edges: readonly Edge[]): string {
  return edges.map(({ x, y, runs }) => `M${x} ${y}${runs === 'right' ? 'h1' : 'v1'}`).join('');
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
