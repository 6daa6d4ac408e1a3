import { describe, expect, it } from 'vitest';
import { float32, int64 } from '../../../src/onnx/tensor.ts';
import { type Composite, isConvolution, isFirst, operator } from '../../../src/transforms/relevance/composite.ts';
import {
  deepTaylor,
  epsilonGammaBox,
  epsilonPlus,
  structuralEntries,
} from '../../../src/transforms/relevance/composites.ts';
import { RelevanceRefusedError } from '../../../src/transforms/relevance/errors.ts';
import { passOn } from '../../../src/transforms/relevance/moving.ts';
import { softmaxTaylor, uniform } from '../../../src/transforms/relevance/products.ts';
import { alphaBeta, epsilon, flat, gamma, zBox, zPlus } from '../../../src/transforms/relevance/rules.ts';
import { distinct } from '../gradient/inputs.ts';
import { everywhere, passRelevance } from './layerCase.ts';
import { type SmallNode, smallGraph } from './smallGraph.ts';

const x = distinct([2, 2, 4, 4]);
const weights = { w: distinct([3, 2, 3, 3], 2), v: distinct([2, 3, 2, 2], 3) };
const twoLayers: readonly SmallNode[] = [
  { op: 'Conv', inputs: ['x', 'w'], output: 'first' },
  { op: 'Relu', inputs: ['first'], output: 'kept' },
  { op: 'Conv', inputs: ['kept', 'v'], output: 'second' },
];

async function refusal(run: Promise<unknown>): Promise<RelevanceRefusedError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RelevanceRefusedError);
  return error as RelevanceRefusedError;
}

describe('a composite', () => {
  it('gives each layer the rule of its first entry that holds', async () => {
    const graph = smallGraph(x, weights, twoLayers);
    const own: Composite = {
      name: 'mine',
      entries: [{ where: isFirst, rule: flat() }, { where: isConvolution, rule: epsilon() }, ...structuralEntries],
    };
    const mine = await passRelevance(graph, x, own);
    const only = (rule: ReturnType<typeof flat>) =>
      passRelevance(graph, x, { name: 'one', entries: [{ where: isConvolution, rule }, ...structuralEntries] });
    expect(mine.relevance).not.toEqual((await only(flat())).relevance);
    expect(mine.relevance).not.toEqual((await only(epsilon())).relevance);
    // The first convolution spreads evenly: inputs that the same outputs read get the same, whatever their channel.
    expect(mine.relevance.slice(0, 16)).toEqual(mine.relevance.slice(16, 32));
  });

  it('is refused where it leaves operators without a rule, all of them named', async () => {
    const graph = smallGraph(x, { ...weights, axes: int64([1]) }, [
      ...twoLayers,
      { op: 'Softmax', inputs: ['second'], output: 'attention', attributes: { axis: 1 } },
      { op: 'ReduceLogSumExp', inputs: ['attention', 'axes'], output: 'y', attributes: { keepdims: 0 } },
    ]);
    const error = await refusal(passRelevance(graph, x, epsilonPlus()));
    expect(error.refused.map(({ op }) => op)).toEqual(['Softmax', 'ReduceLogSumExp']);
    expect(error.message).toContain('lrp-epsilon-plus');
    expect(error.message).toContain('Softmax "attention"');
  });

  it.each([
    ['z+ on an activation', zPlus(), 'Relu', 'no weights'],
    ['softmax Taylor on an activation', softmaxTaylor(), 'Relu', 'for Softmax only'],
    ['uniform on one factor', uniform(), 'Relu', 'no two values'],
    ['pass on a convolution', passOn(), 'Conv', 'not element by element'],
  ])('is refused where a rule does not apply: %s', async (_title, rule, op, reason) => {
    const graph = smallGraph(x, weights, [
      op === 'Relu' ? { op: 'Relu', inputs: ['x'], output: 'y' } : { op: 'Conv', inputs: ['x', 'w'], output: 'y' },
    ]);
    const error = await refusal(passRelevance(graph, x, everywhere(rule)));
    expect(error.refused).toEqual([
      expect.objectContaining({ op, rule: rule.name, why: expect.stringContaining(reason) }),
    ]);
  });

  it('is refused where weights depend on the image', async () => {
    const graph = smallGraph(distinct([2, 1, 3, 3]), {}, [{ op: 'MatMul', inputs: ['x', 'x'], output: 'y' }]);
    const error = await refusal(passRelevance(graph, distinct([2, 1, 3, 3]), everywhere(gamma())));
    expect(error.refused[0]?.why).toContain('both depend on the image');
  });
});

describe('rules with settings out of range', () => {
  it.each([
    ['epsilon', () => epsilon(-1)],
    ['gamma', () => gamma(Number.NaN)],
    ['alpha - beta', () => alphaBeta(2, 2)],
  ])('%s', (words, make) => {
    expect(make).toThrow(words);
  });
});

describe('z-box', () => {
  const bounds = { low: float32([1, 2, 1, 1], [-2, -3]), high: float32([1, 2, 1, 1], [2, 4]) };

  it('carries the bounds of the pixels through arithmetic and rearrangement before the layer', async () => {
    const constants = { ...weights, minus: float32([], [-2]), shift: float32([1, 2, 1, 1], [1, 3]) };
    const nhwc = distinct([2, 4, 4, 2]);
    const convolution: SmallNode = { op: 'Conv', inputs: ['scaled', 'w'], output: 'y' };
    const whole = smallGraph(nhwc, constants, [
      { op: 'Transpose', inputs: ['x'], output: 'channels', attributes: { perm: [0, 3, 1, 2] } },
      { op: 'Add', inputs: ['channels', 'shift'], output: 'shifted' },
      { op: 'Mul', inputs: ['shifted', 'minus'], output: 'scaled' },
      convolution,
    ]);
    const start = distinct([2, 3, 2, 2], 9);
    const composite = (low: readonly number[], high: readonly number[], dims: readonly number[]) =>
      deepTaylor({ low: float32(dims, low), high: float32(dims, high) });
    // The additions before the layer take relevance themselves: what reaches the layer's input is compared.
    const read = (i: number) => {
      const [image, channel, place] = [Math.floor(i / 32), Math.floor(i / 16) % 2, i % 16];
      return -2 * (nhwc.data[(image * 16 + place) * 2 + channel]! + (channel === 0 ? 1 : 3));
    };
    const direct = float32(
      [2, 2, 4, 4],
      Array.from({ length: 64 }, (_, i) => read(i)),
    );
    const alone = smallGraph(direct, constants, [{ ...convolution, inputs: ['x', 'w'] }]);
    const expected = await passRelevance(alone, direct, composite([-6, -14], [2, 0], [1, 2, 1, 1]), undefined, start);
    const passing: Composite = {
      name: 'passing',
      entries: [
        {
          where: isConvolution,
          rule: zBox({ low: float32([1, 1, 1, 2], [-2, -3]), high: float32([1, 1, 1, 2], [2, 4]) }),
        },
        { where: operator('Add', 'Mul'), rule: passOn() },
        ...structuralEntries,
      ],
    };
    const { relevance } = await passRelevance(whole, nhwc, passing, undefined, start);
    for (const [i, value] of expected.relevance.entries()) {
      const [image, channel, place] = [Math.floor(i / 32), Math.floor(i / 16) % 2, i % 16];
      expect(relevance[(image * 16 + place) * 2 + channel]).toBeCloseTo(value, 4);
    }
  });

  it('is refused for a layer that does not read pixels', async () => {
    const graph = smallGraph(x, weights, [
      { op: 'Relu', inputs: ['x'], output: 'kept' },
      { op: 'Conv', inputs: ['kept', 'w'], output: 'y' },
    ]);
    const error = await refusal(passRelevance(graph, x, epsilonGammaBox(bounds)));
    expect(error.refused[0]).toMatchObject({ op: 'Conv', rule: 'z-box', why: expect.stringContaining('Relu') });
  });
});
