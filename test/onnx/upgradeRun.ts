import { expect } from 'vitest';
import { isFloat } from '../../src/onnx/elementType.ts';
import type { Facts } from '../../src/onnx/facts.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { type Tensor, toNumbers } from '../../src/onnx/tensor.ts';
import { upgradeModel } from '../../src/onnx/upgrade/upgradeModel.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { probe } from '../../src/runtime/probe.ts';
import type { Values } from '../../src/runtime/runtime.ts';

const runtime = nodeRuntime({ threads: 1 });

/** The outputs of a model as it stands, without the runtime's own rewriting, so that every node is really run. */
export async function run(model: Model, feeds: Values): Promise<Values> {
  const session = await runtime.createSession(model, { optimization: 'none' });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** What a probe knows of the model; nothing where some value cannot be an output (sequences). */
export async function factsOf(model: Model, feeds: Values): Promise<Facts> {
  try {
    return (await probe(runtime, model, feeds)).facts;
  } catch (error) {
    if (!String(error).includes('Non tensor type')) throw error;
    return new Map();
  }
}

/** The model in opset 21 by each of the two ways: with what a probe knows, and with no facts. */
export async function upgradedBothWays(model: Model, feeds: Values): Promise<readonly Model[]> {
  return [upgradeModel(model, await factsOf(model, feeds)), upgradeModel(model, new Map())];
}

/** Where two tensors differ in their bits, or strings. */
function firstDifference(actual: Tensor, expected: Tensor): string | undefined {
  const [now, old] = [bits(actual), bits(expected)];
  const index = old.findIndex((bit, i) => bit !== now[i]);
  const difference = `${index}: ${actual.data[index]} instead of ${expected.data[index]}`;
  return index < 0 && now.length === old.length ? undefined : difference;
}

/** The elements, floats as unsigned integers: -0 and 0 differ, a NaN equals itself. */
function bits({ type, data }: Tensor): readonly unknown[] {
  if (type === 'float32') return [...new Uint32Array(new Float32Array(data as Float32Array).buffer)];
  if (type === 'float64') return [...new BigUint64Array(new Float64Array(data as Float64Array).buffer)];
  return Array.from(data as ArrayLike<unknown>);
}

/** Asserts equal values: to the bit, or floats within `tolerance` of the largest element. */
export function expectSame(actual: Values, expected: Values, tolerance = 0): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, old] of Object.entries(expected)) {
    const now = actual[name]!;
    expect([now.type, now.dims], name).toEqual([old.type, old.dims]);
    if (tolerance === 0 || !isFloat(old.type)) expect(firstDifference(now, old), name).toBeUndefined();
    else expectNear(toNumbers(now), toNumbers(old), tolerance, name);
  }
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number, name: string): void {
  const largest = Math.max(...expected.map(Math.abs));
  const worst = Math.max(0, ...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst, name).toBeLessThanOrEqual(tolerance * largest);
}

/**
 * From opset 19 on ONNX Runtime averages a window in another order, with differences in the last places that later
 * layers carry on. Everything else is to be the same to the bit.
 */
export function allowedDifference({ graph, opset }: Model): number {
  return opset < 19 && graph.nodes.some(({ op }) => op === 'AveragePool') ? 2 ** -20 : 0;
}
