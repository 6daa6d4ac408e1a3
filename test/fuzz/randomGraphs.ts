import type { Model } from '../../src/onnx/graph.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { SlowOperatorError } from '../slow/index.ts';
import { GraphMaker, type Layer, type Value } from './graphMaker.ts';
import { layers, roughLayers } from './layers/layers.ts';

/** A model made at random that is valid, and small. */
export interface RandomModel {
  readonly model: Model;
  /** Of one image. */
  readonly dims: readonly number[];
  /** Whether some of it is in half precision. */
  readonly halves: boolean;
}

const mostNumbers = 400;

/** The model with number `seed`: always the same for the same seed. */
export function randomModel(seed: number): RandomModel {
  const m = new GraphMaker(seed);
  const dims = [m.pick([1, 3]), m.int(4, 7), m.int(4, 7)];
  const rough = m.chance(0.04);
  let x = m.input(dims);
  for (let depth = m.int(2, 6); depth > 0; depth--) {
    x = tame(m, m.chance(0.3) ? branches(m, x) : layer(m, x, rough));
  }
  return { model: m.finish(head(m, x)), dims, halves: m.halves };
}

function layer(m: GraphMaker, x: Value, rough = false): Value {
  const chosen: Layer = m.pick(rough ? [...roughLayers, ...layers.slice(0, 4)] : layers);
  const map = asMap(m, x);
  try {
    const y = chosen(m, map);
    // Too large, or nothing left: another layer's turn.
    return sizeOf(y.dims) > 2 * mostNumbers || sizeOf(y.dims) === 0 ? map : y;
  } catch (error) {
    if (error instanceof SlowOperatorError) return map;
    throw error;
  }
}

/** Two ways on from one value, put together again: residuals, gates, concatenations. */
function branches(m: GraphMaker, x: Value): Value {
  const left = tame(m, layer(m, x));
  const right = m.chance(0.4) ? asMap(m, x) : tame(m, layer(m, x));
  const [a, b] = [asMap(m, left), asMap(m, right)];
  if (`${a.dims}` === `${b.dims}`) {
    const joined = m.pick(['Add', 'Mul', 'Max', 'Sub', 'Concat', 'Min', 'Where']);
    if (joined === 'Concat') return m.add('Concat', [a, b], { axis: m.pick([1, 2, 3]) });
    if (joined === 'Where') return m.add('Where', [m.add('Greater', [a, b]), a, m.add('Tanh', [b])]);
    return m.add(joined, [a, b]);
  }
  const flat = (value: Value) => m.add('Flatten', [value], { axis: 1 });
  return m.add('Concat', [flat(a), flat(b)], { axis: m.pick([1, -1]) });
}

/** As [n, c, h, w]. */
function asMap(m: GraphMaker, x: Value): Value {
  if (x.dims.length === 4) return x;
  if (x.dims.length === 3) return m.add('Unsqueeze', [x, m.ints(m.pick([1, 2, 3]))]);
  const size = sizeOf(x.dims.slice(1));
  const height = [4, 3, 2, 1].find((h) => size % h === 0) ?? 1;
  return m.add('Reshape', [x, m.ints(-1, 1, height, size / height)]);
}

/** Numbers of the size of 1, so that float32 and finite differences have something to say. */
function tame(m: GraphMaker, x: Value): Value {
  const largest = Math.max(...m.numbersOf(x).map(Math.abs));
  if (largest < 4 && largest > 0.05) return x;
  if (!(largest < 1e6)) return m.add('Tanh', [x]);
  // What is left of numbers that cancelled are roundings: they stay small.
  const factor = 1 / Math.max(largest, 0.03);
  return m.add('Mul', [x, m.constant([], factor, 2 * factor)]);
}

/** [n, classes] */
function head(m: GraphMaker, x: Value): Value {
  const classes = m.int(2, 4);
  const pooled = x.dims.length === 4 && m.chance(0.3) ? m.add('GlobalAveragePool', [x]) : x;
  const flat = m.add('Flatten', [pooled], { axis: 1 });
  const width = flat.dims[1]!;
  const scores = m.chance(0.5)
    ? m.add('Gemm', [flat, m.constant([classes, width]), m.constant([classes])], { transB: 1 })
    : m.add('Add', [m.add('MatMul', [flat, m.constant([width, classes])]), m.constant([classes])]);
  return m.chance(0.3) ? m.add(m.pick(['Softmax', 'LogSoftmax']), [scores], { axis: m.pick([1, -1]) }) : scores;
}
