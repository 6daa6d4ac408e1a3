import { emptyGraph, GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { ranges } from '../../runtime/portions.ts';
import { type Program, program } from '../../runtime/program.ts';
import { together } from '../../runtime/release.ts';
import { floatOutputOf, type Runtime } from '../../runtime/runtime.ts';
import type { LinearUnits } from './linearUnits.ts';
import type { UnitReadings } from './unitReadings.ts';

/** Gives, for each unit, how the shares that its cells have of its sum vary together: [cells, cells]. */
export interface ShareCovariances {
  of(unit: number): Promise<Float64Array>;
  release(): Promise<void>;
}

/** Layers with more inputs have no covariance of all of them (134 MB here); each unit's shares are gathered anew. */
const mostInputs = 4096;

/**
 * A unit's sum is one of shares: cell p has share(p) = sum over channels c of w(c, p) (x(c, p) - mean(c, p)). Their covariance over the
 * images is sum over c, d of w(c, p) w(d, q) C(cp, dq), with C that of the inputs: found once where it can be held, and otherwise
 * taken of the shares themselves.
 */
export function shareCovariances(
  runtime: Runtime,
  units: Pick<LinearUnits, 'map' | 'weights'>,
  readings: Pick<UnitReadings, 'inputs' | 'mean'>,
  most = mostInputs,
): Promise<ShareCovariances> {
  const { map, weights } = units;
  const inputs = readings.mean.length;
  return together(async (keep) => {
    const products = await keep(crossProducts(runtime));
    const centred = centredRows(readings);
    const weightsOf = (unit: number) => weights.subarray(unit * inputs, (unit + 1) * inputs);
    if (inputs > most) return { of: (unit: number) => covariance(products, sharesOf(centred, weightsOf(unit), map)) };
    const shared = await covariance(products, centred);
    return { of: async (unit: number) => weighted(shared, weightsOf(unit), map.channels) };
  });
}

/** Each cell's share of a unit's sum. @param centred [rows, inputs] -> [rows, cells] */
export function sharesOf(
  { data, dims }: Tensor<'float32'>,
  weights: Float32Array,
  { height, width }: Pick<LinearUnits['map'], 'height' | 'width'>,
): Tensor<'float32'> {
  const [count = 0, inputs = 0] = dims;
  const cells = height * width;
  const shares = new Float32Array(count * cells);
  for (let row = 0; row < count; row++) {
    for (let input = 0; input < inputs; input++) {
      const at = row * cells + (input % cells);
      shares[at] = (shares[at] ?? 0) + (weights[input] ?? 0) * (data[row * inputs + input] ?? 0);
    }
  }
  return float32([count, cells], shares);
}

/** Rows less a mean of each column. */
export function centredRows({ inputs, mean }: Pick<UnitReadings, 'inputs' | 'mean'>): Tensor<'float32'> {
  const width = mean.length;
  return float32(
    inputs.dims,
    inputs.data.map((value, i) => value - (mean[i % width] ?? 0)),
  );
}

function weighted(covariance: Float64Array, weights: Float32Array, channels: number): Float64Array {
  const inputs = weights.length;
  const cells = inputs / channels;
  const result = new Float64Array(cells * cells);
  for (let p = 0; p < inputs; p++) {
    const weight = weights[p] ?? 0;
    if (weight === 0) continue;
    const to = (p % cells) * cells;
    for (let q = 0; q < inputs; q++) {
      const at = to + (q % cells);
      result[at] = (result[at] ?? 0) + weight * (weights[q] ?? 0) * (covariance[p * inputs + q] ?? 0);
    }
  }
  return result;
}

/** Rows that go into one product. */
const atOnce = 1000;

/** Rows [n, width] -> the sum of their outer products over n, in double precision: [width, width]. */
async function covariance(products: Program, centred: Tensor<'float32'>): Promise<Float64Array> {
  const [count = 1, width = 0] = centred.dims;
  const result = new Float64Array(width * width);
  for (const { from, to } of ranges(count, atOnce)) {
    const values = await products.run({ rows: rows(centred, from, to) });
    floatOutputOf(values, 'products').data.forEach((value, i) => {
      result[i] = (result[i] ?? 0) + value / count;
    });
  }
  return result;
}

/** Rows X [n, width] -> X^T X [width, width]. */
function crossProducts(runtime: Runtime): Promise<Program> {
  const graph = emptyGraph('crossProducts');
  const input = { name: 'rows', type: 'float32' as const, dims: ['N', 'W'] };
  const builder = new GraphBuilder({ ...graph, inputs: [input] }, 'crossProducts');
  builder.rename(builder.ops.MatMul(builder.add('Transpose', ['rows'], { perm: [1, 0] }), 'rows'), 'products');
  const built = { ...builder.build(), outputs: [{ name: 'products', type: 'float32' as const, dims: ['W', 'W'] }] };
  return program(runtime, {
    irVersion: 10,
    opset: 21,
    domains: new Map(),
    producer: 'konkyo',
    metadata: new Map(),
    graph: built,
  });
}
