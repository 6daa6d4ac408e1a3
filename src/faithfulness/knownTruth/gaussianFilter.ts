/** As far as so many standard deviations from its middle the filter reaches, as in SciPy's `gaussian_filter`. */
const reach = 4;

/**
 * Square images smoothed by a Gaussian, first along columns, then along rows. Beyond its edge an image goes on as in a mirror
 * on the edge (d c b a | a b c d | d c b a), as often as the filter needs: SciPy's `reflect`.
 * @param images [n * side * side]; @param sigma in pixels
 */
export function smoothed(images: Float64Array, side: number, sigma: number): Float64Array {
  const matrix = smoothingMatrix(side, sigma);
  const out = new Float64Array(images.length);
  const half = new Float64Array(side * side);
  for (let start = 0; start < images.length; start += side * side) {
    const image = images.subarray(start, start + side * side);
    multiply(
      half,
      (row, k) => matrix[row * side + k] ?? 0,
      (k, column) => image[k * side + column] ?? 0,
      side,
    );
    const smooth = out.subarray(start, start + side * side);
    multiply(
      smooth,
      (row, k) => half[row * side + k] ?? 0,
      (k, column) => matrix[column * side + k] ?? 0,
      side,
    );
  }
  return out;
}

type Entry = (row: number, column: number) => number;

function multiply(out: Float64Array, left: Entry, right: Entry, side: number): void {
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += left(row, k) * right(k, column);
      out[row * side + column] = sum;
    }
  }
}

/** Row by row: with which weights a smoothed line's pixel is made of the line's pixels. */
function smoothingMatrix(side: number, sigma: number): Float64Array {
  const radius = Math.round(reach * sigma);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const matrix = new Float64Array(side * side);
  for (let pixel = 0; pixel < side; pixel++) {
    for (const [i, weight] of weights.entries()) {
      const at = pixel * side + mirrored(pixel + i - radius, side);
      matrix[at] = (matrix[at] ?? 0) + weight / total;
    }
  }
  return matrix;
}

function mirrored(position: number, side: number): number {
  const period = 2 * side;
  const within = ((position % period) + period) % period;
  return within < side ? within : period - 1 - within;
}
