import { describe, expect, it } from 'vitest';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, scalar, zeros } from '../../src/onnx/tensor.ts';
import { random } from '../../src/random/random.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { floatOutputOf, type Runtime, type Values } from '../../src/runtime/runtime.ts';
import { webRuntime } from '../../src/runtime/web.ts';
import { adam, type Optimizer, sgd } from '../../src/training/optimizers.ts';
import { modelOf } from '../networks.ts';

const runtimes: readonly Runtime[] = [nodeRuntime({ threads: 1 }), webRuntime()];
const size = 6;
const steps = 12;
const source = random(4);
const numbers = () => Float32Array.from({ length: size }, () => source.uniform() - 0.5);
const start = numbers();
const gradients = Array.from({ length: steps }, numbers);
const rates = Array.from({ length: steps }, (_, i) => 0.1 / (1 + i));

/** The weights after all gradients, by the optimiser's graph. */
async function byGraph(runtime: Runtime, optimizer: Optimizer): Promise<Float32Array> {
  const builder = new GraphBuilder(emptyGraph('update'), 'test');
  const input = (name: string, dims: number[]) => builder.input(name, 'float32', dims);
  for (const name of ['w', 'g', ...optimizer.remembers]) input(name, [size]);
  for (const name of Object.keys(optimizer.scalars(1, 0))) input(name, []);
  const updated = optimizer.update(builder, { weight: 'w', gradient: 'g', memory: (n) => n, scalar: (n) => n });
  const names = [updated.weight, ...Object.values(updated.memory)];
  const graph = builder.build(names.map((name) => ({ name, type: 'float32', dims: [size] })));
  const model = modelOf(graph);
  const session = await runtime.createSession(model);
  let weight = float32([size], start);
  let memory: Values = Object.fromEntries(optimizer.remembers.map((name) => [name, zeros('float32', [size])]));
  for (const [i, gradient] of gradients.entries()) {
    const scalars = Object.entries(optimizer.scalars(i + 1, rates[i]!)).map(([name, value]) => [name, scalar(value)]);
    const g = float32([size], gradient);
    const values = await session.run({ w: weight, g, ...memory, ...Object.fromEntries(scalars) });
    weight = floatOutputOf(values, updated.weight);
    memory = Object.fromEntries(Object.entries(updated.memory).map(([n, value]) => [n, floatOutputOf(values, value)]));
  }
  await session.release();
  return weight.data;
}

/** One weight at a time, in double precision. */
function slowSgd(momentum: number, decay: number): number[] {
  return Array.from(start, (w, place) => {
    let velocity = 0;
    gradients.forEach((gradient, i) => {
      velocity = momentum * velocity + (gradient[place]! + decay * w);
      w -= rates[i]! * velocity;
    });
    return w;
  });
}

function slowAdam(beta1: number, beta2: number, epsilon: number, decay: number): number[] {
  return Array.from(start, (w, place) => {
    let [m, v] = [0, 0];
    gradients.forEach((gradient, i) => {
      const g = gradient[place]!;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const mHat = m / (1 - beta1 ** (i + 1));
      const vHat = v / (1 - beta2 ** (i + 1));
      w -= rates[i]! * (mHat / (Math.sqrt(vHat) + epsilon) + decay * w);
    });
    return w;
  });
}

const cases = [
  { what: 'gradient descent', optimizer: sgd(), slow: slowSgd(0, 0) },
  { what: 'momentum and L2', optimizer: sgd({ momentum: 0.9, weightDecay: 0.05 }), slow: slowSgd(0.9, 0.05) },
  { what: 'Adam', optimizer: adam(), slow: slowAdam(0.9, 0.999, 1e-8, 0) },
  {
    what: 'Adam with its own settings and decoupled decay',
    optimizer: adam({ beta1: 0.8, beta2: 0.95, epsilon: 0.01, weightDecay: 0.3 }),
    slow: slowAdam(0.8, 0.95, 0.01, 0.3),
  },
];

describe.each(runtimes)('optimisers on $name', (runtime) => {
  it.each(cases)('$what: weights after twelve steps are those of the textbook', async ({ optimizer, slow }) => {
    const fast = await byGraph(runtime, optimizer);
    // Twelve steps of float32 rounding, of weights below 2.
    for (const [i, weight] of slow.entries()) expect(Math.abs(fast[i]! - weight)).toBeLessThan(2e-6);
  });
});
