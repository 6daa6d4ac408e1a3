import { base64 } from '../../../pictures/base64.ts';
import type { AtlasClass } from '../atlas.ts';
import type { AtlasCluster } from '../cluster.ts';

const bytesOfPoint = 12;
const largest = 65_535;

/**
 * The points of a class in base64: of each image its place in the store (32 bits), x, y (16 bits each, 0 to 65535) and which of the
 * clusters it is in (16 bits), little-endian; two bytes are left over.
 */
export function packedPoints({ target, images, places }: AtlasClass, clusters: readonly AtlasCluster[]): string {
  const clusterOf = new Map<number, number>();
  for (const [k, cluster] of clusters.entries()) {
    if (cluster.target === target) for (const { index } of cluster.images) clusterOf.set(index, k);
  }
  const [x, y] = [scaledTo(places, 0), scaledTo(places, 1)];
  const view = new DataView(new ArrayBuffer(images.length * bytesOfPoint));
  for (const [i, { index }] of images.entries()) {
    const at = i * bytesOfPoint;
    view.setUint32(at, index, true);
    view.setUint16(at + 4, x(i), true);
    view.setUint16(at + 6, y(i), true);
    view.setUint16(at + 8, clusterOf.get(index) ?? 0, true);
  }
  return base64(new Uint8Array(view.buffer));
}

function scaledTo(places: Float64Array, axis: number): (i: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = axis; i < places.length; i += 2) {
    low = Math.min(low, places[i] ?? 0);
    high = Math.max(high, places[i] ?? 0);
  }
  return (i) => (high > low ? Math.round((largest * ((places[2 * i + axis] ?? 0) - low)) / (high - low)) : largest / 2);
}
