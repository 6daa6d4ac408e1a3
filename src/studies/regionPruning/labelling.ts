import { type FeatureMap, inputCount, stridesOf } from './featureMap.ts';

/** Which cells touch: those that share an edge, or also those that share a corner. */
export type Neighbourhood = 4 | 8;

/** Weights of one unit that touch each other, in one channel of its inputs. */
export interface Region {
  readonly unit: number;
  readonly channel: number;
  /** Numbers of the layer's inputs, in the order in which the map is read. */
  readonly inputs: Int32Array;
}

/**
 * The connected regions of each unit's weights, by union-find: one scan joins each cell with its neighbours to the left
 * and above, a second gathers the cells of each root. Regions come unit by unit, in the order of their first cells.
 * @param kept [units, inputs], nonzero where there is a weight.
 */
export function findRegions(kept: Uint8Array, map: FeatureMap, neighbourhood: Neighbourhood): Region[] {
  const inputs = inputCount(map);
  const regions: Region[] = [];
  for (let unit = 0; unit * inputs < kept.length; unit++) {
    for (let channel = 0; channel < map.channels; channel++) {
      const row = kept.subarray(unit * inputs, (unit + 1) * inputs);
      for (const members of connected(row, map, channel, neighbourhood)) {
        regions.push({ unit, channel, inputs: Int32Array.from(members) });
      }
    }
  }
  return regions;
}

/** The groups of touching cells of one unit in one channel, as numbers of the layer's inputs. */
function connected(row: Uint8Array, map: FeatureMap, channel: number, neighbourhood: Neighbourhood): number[][] {
  const { height, width } = map;
  const step = stridesOf(map);
  const corners = neighbourhood === 8;
  const isKept = (y: number, x: number) => row[channel * step.channel + y * step.y + x * step.x] !== 0;
  const roots = new Int32Array(height * width).fill(-1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isKept(y, x)) continue;
      const cell = y * width + x;
      roots[cell] = cell;
      if (x > 0 && isKept(y, x - 1)) join(roots, cell, cell - 1);
      if (y === 0) continue;
      if (isKept(y - 1, x)) join(roots, cell, cell - width);
      if (corners && x > 0 && isKept(y - 1, x - 1)) join(roots, cell, cell - width - 1);
      if (corners && x + 1 < width && isKept(y - 1, x + 1)) join(roots, cell, cell - width + 1);
    }
  }
  const groups = new Map<number, number[]>();
  for (let cell = 0; cell < roots.length; cell++) {
    if (roots[cell] === -1) continue;
    const input = channel * step.channel + Math.floor(cell / width) * step.y + (cell % width) * step.x;
    const root = rootOf(roots, cell);
    const group = groups.get(root);
    if (group) group.push(input);
    else groups.set(root, [input]);
  }
  return [...groups.values()];
}

function join(roots: Int32Array, a: number, b: number): void {
  roots[rootOf(roots, a)] = rootOf(roots, b);
}

/** Follows the chain to its root; each cell passed is hung one step nearer to it (path halving). */
function rootOf(roots: Int32Array, cell: number): number {
  let at = cell;
  for (let above = roots[at] ?? at; above !== at; above = roots[at] ?? at) {
    roots[at] = roots[above] ?? above;
    at = roots[at] ?? at;
  }
  return at;
}
