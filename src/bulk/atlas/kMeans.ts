import type { Random } from '../../random/random.ts';

const restarts = 10;
const mostRounds = 100;

/**
 * Clusters points by k-means, begun as k-means++ does (Arthur & Vassilvitskii 2007), the best of ten beginnings.
 * @returns the cluster of each point, from 0.
 */
export function kMeans(points: readonly Float64Array[], k: number, source: Random): Int32Array {
  let best = { clusters: new Int32Array(points.length), spread: Number.POSITIVE_INFINITY };
  for (let i = 0; i < restarts; i++) {
    const found = once(points, k, source);
    if (found.spread < best.spread) best = found;
  }
  return best.clusters;
}

function once(points: readonly Float64Array[], k: number, source: Random) {
  let centres = beginnings(points, k, source);
  const clusters = new Int32Array(points.length).fill(-1);
  for (let round = 0; round < mostRounds; round++) {
    let changed = false;
    for (const [i, point] of points.entries()) {
      const own = closest(point, centres).place;
      changed ||= own !== clusters[i];
      clusters[i] = own;
    }
    if (!changed) break;
    centres = centres.map((centre, cluster) => meanOf(points.filter((_, i) => clusters[i] === cluster)) ?? centre);
  }
  const spread = points.reduce((sum, point) => sum + closest(point, centres).distance, 0);
  return { clusters, spread };
}

function beginnings(points: readonly Float64Array[], k: number, source: Random): readonly Float64Array[] {
  const first = points[source.index(points.length)];
  const centres = first ? [first] : [];
  while (centres.length < k) {
    const distances = points.map((point) => closest(point, centres).distance);
    const total = distances.reduce((sum, distance) => sum + distance, 0);
    let left = source.uniform() * total;
    const place = distances.findIndex((distance) => {
      left -= distance;
      return left < 0;
    });
    const next = points[place < 0 ? source.index(points.length) : place];
    if (next) centres.push(next);
  }
  return centres;
}

function closest(point: Float64Array, centres: readonly Float64Array[]) {
  let best = { place: 0, distance: Number.POSITIVE_INFINITY };
  for (const [place, centre] of centres.entries()) {
    let distance = 0;
    for (let i = 0; i < point.length; i++) distance += ((point[i] ?? 0) - (centre[i] ?? 0)) ** 2;
    if (distance < best.distance) best = { place, distance };
  }
  return best;
}

function meanOf(points: readonly Float64Array[]): Float64Array | undefined {
  const [first] = points;
  return first?.map((_, i) => points.reduce((sum, point) => sum + (point[i] ?? 0), 0) / points.length);
}
