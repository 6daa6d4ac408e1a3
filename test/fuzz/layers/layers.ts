import type { Layer } from '../graphMaker.ts';
import { activation, binary, choose, half, steps } from './elementwise.ts';
import { attention, matmul, normalization, recurrent, reduction, softmax } from './mixing.ts';
import { move, pad, resize, slice } from './moving.ts';
import { quantized } from './quantization.ts';
import { conv, convTranspose, globalPool, pool } from './sliding.ts';

/** Each as often as it stands here. */
export const layers: readonly Layer[] = [
  ...[conv, conv, conv, conv, convTranspose, pool, pool, pool, globalPool, normalization, normalization, normalization],
  ...[activation, activation, activation, activation, steps, binary, binary, binary, reduction, reduction, softmax],
  ...[slice, pad, move, move, move, choose, resize, resize, matmul, matmul, attention, recurrent, quantized],
];

/** Layers that konkyo computes more exactly than the file does. */
export const roughLayers: readonly Layer[] = [half];
