import { writeNpz } from '../../datasets/npz.ts';
import type { DenseLayer } from './denseLayer.ts';
import { findRegions, type Neighbourhood } from './labelling.ts';

/**
 * What was kept of a layer, for numpy: `kept` [units, C, H, W] (or [units, H, W, C], as the layer's inputs lie), 1 where there is a
 * weight; `regions` in the same shape, the number of the region a weight belongs to in its unit, from 1, and 0 where there
 * is none; `varies` [C, H, W], 1 where the input varies over the training images.
 */
export function masksFile(
  { map, units, inputs }: DenseLayer,
  kept: Uint8Array,
  varies: Uint8Array,
  neighbourhood: Neighbourhood,
): Uint8Array {
  const { channels, height, width, layout } = map;
  const dims = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
  const labels = new Int32Array(kept.length);
  const found = new Int32Array(units);
  for (const { unit, inputs: members } of findRegions(kept, map, neighbourhood)) {
    const label = (found[unit] ?? 0) + 1;
    found[unit] = label;
    for (const input of members) labels[unit * inputs + input] = label;
  }
  return writeNpz(
    new Map([
      ['kept', { type: 'uint8', dims: [units, ...dims], data: kept }],
      ['regions', { type: 'int32', dims: [units, ...dims], data: labels }],
      ['varies', { type: 'uint8', dims, data: varies }],
    ]),
  );
}
