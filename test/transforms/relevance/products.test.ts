import { describe, expect, it } from 'vitest';
import { type AttributeLike, float } from '../../../src/onnx/attributes.ts';
import { float32, int64 } from '../../../src/onnx/tensor.ts';
import { spellOutLayerNormalization } from '../../../src/transforms/canonizers/layerNormalization.ts';
import { attnLrp, epsilonPlus } from '../../../src/transforms/relevance/composites.ts';
import { runtimes } from '../../runtimes.ts';
import { distinct } from '../gradient/inputs.ts';
import { imageOf, passRelevance } from './layerCase.ts';
import { type SmallNode, smallGraph } from './smallGraph.ts';

/* The rules of AttnLRP (Achtibat et al. 2024) against loops that follow the paper's formulas, in float64. */

const tolerance = 1e-4;

function expectClose(actual: ArrayLike<number>, wanted: Float64Array, within = tolerance): void {
  const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
  const worst = wanted.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i]!)), 0);
  expect(worst / largest).toBeLessThan(within);
}

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes?: Record<string, AttributeLike>,
): SmallNode => (attributes ? { op, inputs, output, attributes } : { op, inputs, output });

const stabilized = (d: number) => d + (d < 0 ? -1e-6 : 1e-6);

describe.each(runtimes)('products on $name', ({ runtime }) => {
  it('softmax: R_i = x_i (R_i - y_i sum R)', async () => {
    const x = distinct([2, 3, 5]);
    const graph = smallGraph(x, {}, [node('Softmax', ['x'], 'y', { axis: -1 })]);
    const { relevance, received } = await passRelevance(graph, x, attnLrp(), runtime);
    const wanted = new Float64Array(x.data.length);
    for (let row = 0; row < 6; row++) {
      const at = (values: Float32Array) => Array.from(values.subarray(row * 5, row * 5 + 5));
      const [inputs, outputs] = [at(x.data), at(received)];
      const powers = inputs.map((value) => Math.exp(value));
      const sum = powers.reduce((total, power) => total + power, 0);
      const given = outputs.reduce((total, value) => total + value, 0);
      for (const [i, value] of inputs.entries())
        wanted[row * 5 + i] = value * (outputs[i]! - (powers[i]! / sum) * given);
    }
    expectClose(relevance, wanted);
  });

  it('matrix product of two values: half to each, by what each term contributes', async () => {
    // x [N, 2, 3, 3] is cut into A and B along axis 1.
    const x = distinct([2, 2, 3, 3]);
    const graph = smallGraph(x, { first: int64([0], []), second: int64([1], []) }, [
      node('Gather', ['x', 'first'], 'a', { axis: 1 }),
      node('Gather', ['x', 'second'], 'b', { axis: 1 }),
      node('MatMul', ['a', 'b'], 'y'),
    ]);
    const { relevance, received } = await passRelevance(graph, x, attnLrp(), runtime);
    for (const image of [0, 1]) {
      const values = imageOf(x.data, image);
      const given = imageOf(received, image);
      const wanted = new Float64Array(18);
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
          const terms = [0, 1, 2].map((k) => values[row * 3 + k]! * values[9 + k * 3 + column]!);
          const y = terms.reduce((sum, term) => sum + term, 0);
          for (const [k, term] of terms.entries()) {
            const share = (term / stabilized(2 * y)) * given[row * 3 + column]!;
            wanted[row * 3 + k]! += share;
            wanted[9 + k * 3 + column]! += share;
          }
        }
      }
      expectClose(imageOf(relevance, image), wanted);
    }
  });

  it.each(['as one operator', 'as arithmetic'])(
    'layer normalisation %s: the deviation is a constant, the rest linear',
    async (form) => {
      const x = distinct([2, 3, 6]);
      const [scale, bias] = [distinct([6], 5), distinct([6], 6)];
      const whole = smallGraph(x, { scale, bias }, [
        node('LayerNormalization', ['x', 'scale', 'bias'], 'y', { axis: -1, epsilon: float(1e-5) }),
      ]);
      const arithmetic = smallGraph(
        x,
        { scale, bias, axes: int64([-1]), two: float32([], [2]), eps: float32([], [1e-5]) },
        [
          node('ReduceMean', ['x', 'axes'], 'mean'),
          node('Sub', ['x', 'mean'], 'centred'),
          node('Pow', ['centred', 'two'], 'squares'),
          node('ReduceMean', ['squares', 'axes'], 'variance'),
          node('Add', ['variance', 'eps'], 'shifted'),
          node('Sqrt', ['shifted'], 'deviation'),
          node('Div', ['centred', 'deviation'], 'normal'),
          node('Mul', ['normal', 'scale'], 'scaled'),
          node('Add', ['scaled', 'bias'], 'y'),
        ],
      );
      const facts = new Map([['x', { type: 'float32' as const, dims: [2, 3, 6] }]]);
      const graph = form === 'as arithmetic' ? arithmetic : spellOutLayerNormalization(whole, facts, []);
      const { relevance, received } = await passRelevance(graph, x, attnLrp(), runtime);
      const wanted = new Float64Array(36);
      for (let row = 0; row < 6; row++) {
        const values = Array.from(x.data.subarray(row * 6, row * 6 + 6));
        const mean = values.reduce((sum, value) => sum + value / 6, 0);
        const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / 6, 0) + 1e-5);
        // y_j = sum_i W_ji x_i + b_j with W_ji = scale_j (delta_ij - 1/6) / deviation
        for (let j = 0; j < 6; j++) {
          const weight = (i: number) => (scale.data[j]! * ((i === j ? 1 : 0) - 1 / 6)) / deviation;
          const y = values.reduce((sum, value, i) => sum + weight(i) * value, bias.data[j]!);
          for (const [i, value] of values.entries())
            wanted[row * 6 + i]! += ((value * weight(i)) / y) * received[row * 6 + j]!;
        }
      }
      // The product divides at every step, each time with the stabiliser; the formula divides once, without.
      expectClose(relevance, wanted, 1e-3);
    },
  );

  it('an activation written as a product of a value and a function of it passes all to the value', async () => {
    // GELU as exporters write it: x (1 + erf(x / sqrt 2)) / 2
    const x = distinct([2, 4]);
    const graph = smallGraph(x, { root: float32([], [Math.SQRT2]), one: float32([], [1]), half: float32([], [0.5]) }, [
      node('Div', ['x', 'root'], 'small'),
      node('Erf', ['small'], 'erf'),
      node('Add', ['erf', 'one'], 'gate'),
      node('Mul', ['x', 'gate'], 'product'),
      node('Mul', ['product', 'half'], 'y'),
    ]);
    const { relevance, received } = await passRelevance(graph, x, attnLrp(), runtime);
    expect(relevance).toEqual(received);
  });

  it('a channel that is switched by a gate of the image gets all, the gate nothing', async () => {
    // squeeze and excitation: x sigmoid(w mean(x))
    const x = distinct([2, 3, 2, 2]);
    const graph = smallGraph(x, { w: distinct([3, 3, 1, 1], 4) }, [
      node('GlobalAveragePool', ['x'], 'mean'),
      node('Conv', ['mean', 'w'], 'score'),
      node('Sigmoid', ['score'], 'gate'),
      node('Mul', ['gate', 'x'], 'y'),
    ]);
    const { relevance, received } = await passRelevance(graph, x, epsilonPlus(), runtime);
    expect(relevance).toEqual(received);
  });

  it('a sum of two paths gives each what it contributes', async () => {
    const x = distinct([2, 4]);
    const graph = smallGraph(x, { three: float32([], [3]) }, [
      node('Mul', ['x', 'three'], 'triple'),
      node('Relu', ['triple'], 'kept'),
      node('Add', ['x', 'kept'], 'y'),
    ]);
    const { relevance, received } = await passRelevance(graph, x, epsilonPlus(), runtime);
    // Both paths lead to the same x, and together they hand on all.
    expectClose(relevance, Float64Array.from(received));
  });
});
