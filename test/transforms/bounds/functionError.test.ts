import { describe, expect, it } from 'vitest';
import { float32 } from '../../../src/onnx/tensor.ts';
import { functionError } from '../../../src/transforms/bounds/rules/activations.ts';
import { modelOf } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';
import { smallGraph } from '../relevance/smallGraph.ts';

/** Close together where the functions bend, and out to where they are flat. */
const points = Float32Array.from({ length: 400_001 }, (_, i) => {
  const t = (i - 200_000) / 200_000;
  return 30 * t ** 3;
});

describe.each(runtimes)('on $name', ({ runtime }) => {
  it.each([
    ['Sigmoid', (x: number) => 1 / (1 + Math.exp(-x))],
    ['Tanh', Math.tanh],
  ] as const)('%s is nearer to the function than half of what the bounds allow for', async (op, exact) => {
    const x = float32([1, points.length], points);
    const graph = smallGraph(x, {}, [{ op, inputs: ['x'], output: 'y' }]);
    const session = await runtime.createSession(modelOf(graph));
    const { y } = await session.run({ x });
    const values = y!.data as Float32Array;
    const worst = points.reduce((largest, point, i) => Math.max(largest, Math.abs(values[i]! - exact(point))), 0);
    expect(worst).toBeLessThan(functionError / 2);
    await session.release();
  });
});
