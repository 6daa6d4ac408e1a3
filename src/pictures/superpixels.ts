import type { Picture } from './picture.ts';

/** A picture in patches of similar colour that follow its edges. */
export interface Superpixels {
  readonly height: number;
  readonly width: number;
  /** The patch of each pixel, row by row; patches are counted from 0 in the order in which they are first met. */
  readonly labels: Int32Array;
  readonly count: number;
}

/** Rounds of moving the centres: more change little. */
const rounds = 8;
/** How much nearness counts beside colour: the larger, the more like squares patches are (10 to 40 are common). */
const compactness = 25;

/**
 * Superpixels by simple linear iterative clustering, Achanta et al. 2012: k-means over colour (CIELAB) and place, each
 * centre looking only around itself; then what hangs together nowhere goes to a neighbour. The same picture gives the same patches.
 * @param wanted about so many patches.
 */
export function superpixels(picture: Picture, wanted: number): Superpixels {
  const { height, width } = picture;
  const pixels = height * width;
  const spacing = Math.max(1, Math.sqrt(pixels / Math.max(1, wanted)));
  const lab = labOf(picture);
  const centres = startingCentres(lab, height, width, spacing);
  const labels = new Int32Array(pixels);
  const nearness = (compactness / spacing) ** 2;
  for (let round = 0; round < rounds; round++) {
    assign(labels, lab, centres, { height, width, reach: Math.ceil(spacing), nearness });
    moveCentres(centres, labels, lab, width);
  }
  return connected(labels, height, width, pixels / wanted / 6);
}

/** Five numbers a centre: its colour (L, a, b), column and row. */
type Centres = Float64Array;

function startingCentres(lab: Float32Array, height: number, width: number, spacing: number): Centres {
  const [rows, columns] = [Math.max(1, Math.round(height / spacing)), Math.max(1, Math.round(width / spacing))];
  const centres = new Float64Array(5 * rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const y = Math.floor(((row + 0.5) * height) / rows);
      const x = Math.floor(((column + 0.5) * width) / columns);
      const colour = lab.subarray(3 * (y * width + x), 3 * (y * width + x) + 3);
      centres.set([...colour, x, y], 5 * (row * columns + column));
    }
  }
  return centres;
}

interface Search {
  readonly height: number;
  readonly width: number;
  /** A centre looks so many pixels around itself, twice its patch. */
  readonly reach: number;
  readonly nearness: number;
}

/** Gives each pixel the centre that is nearest in colour and place. */
function assign(labels: Int32Array, lab: Float32Array, centres: Centres, search: Search): void {
  const { height, width, reach, nearness } = search;
  const nearest = new Float64Array(labels.length).fill(Number.POSITIVE_INFINITY);
  for (let centre = 0; centre < centres.length / 5; centre++) {
    const [l = 0, a = 0, b = 0, x = 0, y = 0] = centres.subarray(5 * centre, 5 * centre + 5);
    const lastRow = Math.min(height - 1, Math.floor(y + 2 * reach));
    const lastColumn = Math.min(width - 1, Math.floor(x + 2 * reach));
    for (let row = Math.max(0, Math.ceil(y - 2 * reach)); row <= lastRow; row++) {
      for (let column = Math.max(0, Math.ceil(x - 2 * reach)); column <= lastColumn; column++) {
        const at = row * width + column;
        const colour =
          ((lab[3 * at] ?? 0) - l) ** 2 + ((lab[3 * at + 1] ?? 0) - a) ** 2 + ((lab[3 * at + 2] ?? 0) - b) ** 2;
        const distance = colour + nearness * ((column - x) ** 2 + (row - y) ** 2);
        if (distance < (nearest[at] ?? 0)) {
          nearest[at] = distance;
          labels[at] = centre;
        }
      }
    }
  }
}

/** Each centre to the mean of its pixels; one without pixels stays. */
function moveCentres(centres: Centres, labels: Int32Array, lab: Float32Array, width: number): void {
  const sums = new Float64Array(centres.length);
  const counts = new Float64Array(centres.length / 5);
  for (const [at, centre] of labels.entries()) {
    counts[centre] = (counts[centre] ?? 0) + 1;
    const parts = [lab[3 * at] ?? 0, lab[3 * at + 1] ?? 0, lab[3 * at + 2] ?? 0, at % width, Math.floor(at / width)];
    for (let k = 0; k < 5; k++) sums[5 * centre + k] = (sums[5 * centre + k] ?? 0) + (parts[k] ?? 0);
  }
  for (const [centre, count] of counts.entries()) {
    if (count === 0) continue;
    for (let k = 0; k < 5; k++) centres[5 * centre + k] = (sums[5 * centre + k] ?? 0) / count;
  }
}

/** What hangs together becomes a patch; a piece of fewer pixels than `least` goes to the patch met before it. */
function connected(labels: Int32Array, height: number, width: number, least: number): Superpixels {
  const found = new Int32Array(labels.length).fill(-1);
  let count = 0;
  for (let start = 0; start < found.length; start++) {
    if (found[start] !== -1) continue;
    const piece = [start];
    found[start] = count;
    let before = -1;
    for (let next = 0; next < piece.length; next++) {
      for (const at of neighbours(piece[next] ?? 0, height, width)) {
        const other = found[at] ?? -1;
        if (other !== -1 && other !== count) before = other;
        if (other === -1 && labels[at] === labels[start]) {
          found[at] = count;
          piece.push(at);
        }
      }
    }
    if (piece.length < least && before !== -1) for (const at of piece) found[at] = before;
    else count++;
  }
  return { height, width, labels: found, count };
}

function neighbours(at: number, height: number, width: number): number[] {
  const [x, y] = [at % width, Math.floor(at / width)];
  return [
    ...(x > 0 ? [at - 1] : []),
    ...(x < width - 1 ? [at + 1] : []),
    ...(y > 0 ? [at - width] : []),
    ...(y < height - 1 ? [at + width] : []),
  ];
}

/** CIELAB (D65) of each pixel, [3 * pixels]: distances in it are about as large as they look. */
function labOf({ channels, data, height, width }: Picture): Float32Array {
  const lab = new Float32Array(3 * height * width);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((c) =>
      linear(data[pixel * channels + (channels === 1 ? 0 : c)]),
    );
    const x = curve((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
    const y = curve(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
    const z = curve((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
    lab.set([116 * y - 16, 500 * (x - y), 200 * (y - z)], 3 * pixel);
  }
  return lab;
}

function linear(byte = 0): number {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function curve(t: number): number {
  return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
}
