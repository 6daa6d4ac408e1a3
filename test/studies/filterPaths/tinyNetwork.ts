import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import type { Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { networkModel } from '../../../src/training/network.ts';
import { weights } from '../../networks.ts';

/** The paper's network in small: 2 and 3 filters on 10x10 pixels, 3 classes; biases are not 0. */
export function tinyModel(): Model {
  const model = networkModel(
    {
      name: 'tiny',
      input: [1, 10, 10],
      layers: [
        { type: 'conv', name: 'conv1', filters: 2, kernel: 3, activation: 'relu' },
        { type: 'maxPool', name: 'pool1', window: 2 },
        { type: 'conv', name: 'conv2', filters: 3, kernel: 3, activation: 'relu' },
        { type: 'maxPool', name: 'pool2', window: 2 },
        { type: 'flatten', name: 'flatten' },
        { type: 'dense', name: 'dense', units: 3, activation: 'none' },
      ],
    },
    1,
  );
  const initializers = new Map(
    [...model.graph.initializers].map(([name, value], i) => [name, weights(value.dims, i + 1)] as const),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}

export function tinyClassifier(runtime: Runtime) {
  return loadClassifier(writeModel(tinyModel()), { runtime });
}

/** Three images that light different filters. */
export const tinyImages: Tensor<'float32'> = weights([3, 1, 10, 10], 7);

/** [channels][row][column] */
type Maps = readonly (readonly (readonly number[])[])[];

/** What can be taken out of the slow network, for the tests of ablation. */
export interface SlowAblation {
  readonly filter?: { readonly layer: 1 | 2; readonly filter: number; readonly mean: readonly (readonly number[])[] };
  readonly connection?: {
    readonly from: number;
    readonly filter: number;
    readonly mean: readonly (readonly number[])[];
  };
}

export interface SlowRun {
  readonly scores: number[];
  /** [from][filter][class] */
  readonly paths: number[][][];
  /** [filter][class] */
  readonly bias2: number[][];
  readonly denseBias: number[];
  readonly conv1: Maps;
  readonly pool1: Maps;
  readonly conv2: Maps;
}

/**
 * The tiny network written out with loops in float64, and its split after the paper: contribution(i, j) is the sum over
 * positions of dense weight x [ReLU on and position selected] x (second layer's weights of input i on map i).
 */
export function slowTiny(image: readonly number[], without: SlowAblation = {}): SlowRun {
  const { initializers } = tinyModel().graph;
  const numbers = (name: string) => Array.from(initializers.get(name)!.data as Float32Array);
  const [w1, b1, w2, b2] = ['conv1.weight', 'conv1.bias', 'conv2.weight', 'conv2.bias'].map(numbers) as number[][];
  const [wd, bd] = [numbers('dense.weight'), numbers('dense.bias')];
  const input = [square(10, (y, x) => image[y * 10 + x]!)];
  const taken = (layer: 1 | 2, maps: Maps): Maps =>
    maps.map((map, f) => (without.filter?.layer === layer && without.filter.filter === f ? without.filter.mean : map));
  const conv1 = taken(
    1,
    range(2).map((f) =>
      square(8, (y, x) => b1![f]! + window(3, (r, c) => w1![f * 9 + r * 3 + c]! * input[0]![y + r]![x + c]!)),
    ),
  );
  const pool1 = conv1.map((map) =>
    square(4, (y, x) => Math.max(0, map[selected(map, y, x).y]![selected(map, y, x).x]!)),
  );
  const fromEach = range(2).map((i) =>
    range(3).map((j) =>
      square(2, (y, x) => window(3, (r, c) => w2![((j * 2 + i) * 3 + r) * 3 + c]! * pool1[i]![y + r]![x + c]!)),
    ),
  );
  const { connection } = without;
  if (connection) {
    const { from, filter, mean } = connection;
    fromEach[from]![filter] = square(2, (y, x) =>
      window(3, (r, c) => w2![((filter * 2 + from) * 3 + r) * 3 + c]! * mean[y + r]![x + c]!),
    );
  }
  const conv2 = taken(
    2,
    range(3).map((j) => square(2, (y, x) => b2![j]! + fromEach[0]![j]![y]![x]! + fromEach[1]![j]![y]![x]!)),
  );
  // The last pooling leaves one number a filter.
  const chosen = conv2.map((map) => selected(map, 0, 0));
  const on = conv2.map((map, j) => (map[chosen[j]!.y]![chosen[j]!.x]! > 0 ? 1 : 0));
  const gate = (k: number, j: number) => wd[k * 3 + j]! * on[j]!;
  const classes = range(3);
  return {
    scores: classes.map(
      (k) => bd[k]! + range(3).reduce((sum, j) => sum + gate(k, j) * conv2[j]![chosen[j]!.y]![chosen[j]!.x]!, 0),
    ),
    paths: range(2).map((i) =>
      range(3).map((j) => classes.map((k) => gate(k, j) * fromEach[i]![j]![chosen[j]!.y]![chosen[j]!.x]!)),
    ),
    bias2: range(3).map((j) => classes.map((k) => gate(k, j) * b2![j]!)),
    denseBias: bd,
    conv1,
    pool1,
    conv2,
  };
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function square(side: number, at: (y: number, x: number) => number): number[][] {
  return range(side).map((y) => range(side).map((x) => at(y, x)));
}

function window(side: number, at: (r: number, c: number) => number): number {
  return range(side).reduce((sum, r) => sum + range(side).reduce((row, c) => row + at(r, c), 0), 0);
}

/** Where a 2x2 window's maximum is, the first of equals. */
function selected(
  map: readonly (readonly number[])[],
  y: number,
  x: number,
): { readonly y: number; readonly x: number } {
  const places = range(4).map((i) => ({ y: 2 * y + Math.floor(i / 2), x: 2 * x + (i % 2) }));
  return places.reduce((best, place) => (map[place.y]![place.x]! > map[best.y]![best.x]! ? place : best));
}

export function imageOf(index: number): number[] {
  return Array.from(tinyImages.data.subarray(index * 100, (index + 1) * 100));
}

/** The mean of several maps, place by place. */
export function meanMap(maps: readonly (readonly (readonly number[])[])[]): number[][] {
  return maps[0]!.map((row, y) => row.map((_, x) => maps.reduce((sum, map) => sum + map[y]![x]!, 0) / maps.length));
}

type Map2 = readonly (readonly number[])[];

/** Of one image: by how much its score falls for a small step of each unit towards its mean over some images. */
export function slowExcess(
  over: readonly (readonly number[])[],
  image: readonly number[],
  label: number,
): { readonly filters: readonly number[][]; readonly connections: readonly number[] } {
  const step = 1e-6;
  const [runs, own] = [over.map((one) => slowTiny(one)), slowTiny(image)];
  const fall = (map: (run: SlowRun) => Map2, without: (mean: Map2) => SlowAblation) => {
    const mean = meanMap(runs.map(map));
    const moved = map(own).map((row, y) => row.map((a, x) => a + step * (mean[y]![x]! - a)));
    return (own.scores[label]! - slowTiny(image, without(moved)).scores[label]!) / step;
  };
  return {
    filters: [
      range(2).map((filter) =>
        fall(
          ({ conv1 }) => conv1[filter]!,
          (mean) => ({ filter: { layer: 1, filter, mean } }),
        ),
      ),
      range(3).map((filter) =>
        fall(
          ({ conv2 }) => conv2[filter]!,
          (mean) => ({ filter: { layer: 2, filter, mean } }),
        ),
      ),
    ],
    connections: range(3).flatMap((filter) =>
      range(2).map((from) =>
        fall(
          ({ pool1 }) => pool1[from]!,
          (mean) => ({ connection: { from, filter, mean } }),
        ),
      ),
    ),
  };
}
