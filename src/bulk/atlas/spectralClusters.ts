import { type Random, shuffledIndices } from '../../random/random.ts';
import { type Eigenpair, largestEigenpairs } from './eigenvectors.ts';
import { kMeans } from './kMeans.ts';
import { type NeighbourGraph, nearest, neighbourGraph } from './neighbourGraph.ts';

/** Maps of one class in clusters, and where each lies in a picture of them. */
export interface SpectralClusters {
  /** Of each map, from 0. */
  readonly clusters: Int32Array;
  readonly count: number;
  /** Two numbers a map: its place by the second and third eigenvector. */
  readonly places: Float64Array;
  /** The smallest eigenvalues of the normalised Laplacian, in order. */
  readonly eigenvalues: readonly number[];
}

/** What spectral clustering is set to. */
export interface SpectralSettings {
  /** Neighbours that each map is joined with. */
  readonly neighbours: number;
  readonly mostClusters: number;
  /** Of more maps so many are drawn, and the others go where most of their neighbours among them are. */
  readonly mostEmbedded: number;
}

export const spectralDefaults: SpectralSettings = { neighbours: 10, mostClusters: 8, mostEmbedded: 2000 };

/**
 * Spectral clustering, as spectral relevance analysis has it (Lapuschkin et al. 2019; von Luxburg 2007): each map is joined with its
 * nearest; of the graph's normalised Laplacian L = I - D^-1/2 W D^-1/2 the smallest eigenvalues say how many clusters there are, by
 * the widest gap between two of them; k-means over the rows of their eigenvectors says which.
 * @param rows of length 1 each
 */
export function spectralClusters(
  rows: readonly Float32Array[],
  source: Random,
  settings: SpectralSettings = spectralDefaults,
): SpectralClusters {
  const { neighbours, mostClusters, mostEmbedded } = settings;
  const order = shuffledIndices(rows.length, source);
  const chosen = Array.from(order.subarray(0, mostEmbedded)).sort((a, b) => a - b);
  const own = chosen.flatMap((place) => rows[place] ?? []);
  // Too few for a graph that says anything.
  if (own.length <= 2 * neighbours) {
    return {
      clusters: new Int32Array(rows.length),
      count: 1,
      places: new Float64Array(2 * rows.length),
      eigenvalues: [],
    };
  }
  const pairs = smallestOfLaplacian(neighbourGraph(own, neighbours), mostClusters + 1, source);
  const eigenvalues = pairs.map(({ value }) => value);
  const count = eigengap(eigenvalues);
  const found = kMeans(embedding(pairs.slice(0, count), own.length), count, source);
  const clusters = new Int32Array(rows.length);
  const places = new Float64Array(2 * rows.length);
  const [horizontal, vertical] = [pairs[1]?.vector, pairs[2]?.vector];
  const put = (row: number, cluster: number, x: number, y: number) => {
    clusters[row] = cluster;
    places.set([x, y], 2 * row);
  };
  for (const [i, place] of chosen.entries()) put(place, found[i] ?? 0, horizontal?.[i] ?? 0, vertical?.[i] ?? 0);
  for (const place of order.subarray(mostEmbedded)) {
    const close = nearest(rows[place] ?? new Float32Array(), own, neighbours);
    const mean = (vector: Float64Array | undefined) =>
      close.reduce((sum, i) => sum + (vector?.[i] ?? 0), 0) / close.length;
    put(place, mostCommon(close.map((i) => found[i] ?? 0)), mean(horizontal), mean(vertical));
  }
  return { clusters, count, places, eigenvalues };
}

/** How many eigenvalues come before the widest gap; they are in ascending order. */
export function eigengap(values: readonly number[]): number {
  const gaps = values.slice(1).map((value, i) => value - (values[i] ?? 0));
  return Math.max(1, gaps.indexOf(Math.max(...gaps)) + 1);
}

/** The smallest eigenpairs of L are the largest of I - L / 2, whose eigenvalues lie from 0 to 1. */
function smallestOfLaplacian({ neighbours }: NeighbourGraph, count: number, source: Random): readonly Eigenpair[] {
  const roots = neighbours.map(({ length }) => Math.sqrt(length));
  const multiply = (vector: Float64Array) =>
    vector.map((value, i) => {
      let sum = 0;
      for (const j of neighbours[i] ?? []) sum += (vector[j] ?? 0) / (roots[j] ?? 1);
      return (value + sum / (roots[i] ?? 1)) / 2;
    });
  const pairs = largestEigenpairs({ size: neighbours.length, multiply }, count, source);
  return pairs.map(({ value, vector }) => ({ value: 2 - 2 * value, vector }));
}

/** A row a map: its numbers in the eigenvectors, made of length 1 (Ng, Jordan & Weiss 2002). */
function embedding(pairs: readonly Eigenpair[], size: number): readonly Float64Array[] {
  return Array.from({ length: size }, (_, i) => {
    const row = Float64Array.from(pairs, ({ vector }) => vector[i] ?? 0);
    const length = Math.hypot(...row);
    return length > 0 ? row.map((value) => value / length) : row;
  });
}

function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}
