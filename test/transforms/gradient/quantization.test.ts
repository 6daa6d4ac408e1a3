import { describe, expect, it } from 'vitest';
import { attributes } from '../../../src/onnx/attributes.ts';
import type { Model, Node } from '../../../src/onnx/graph.ts';
import { float32, type Tensor, tensor } from '../../../src/onnx/tensor.ts';
import { graphOf, modelOf, value } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';
import { distinct, ints, number, numbers, scaled } from './inputs.ts';
import { gradientModel } from './operatorCase.ts';

const x = scaled(distinct([2, 3, 4]), 4);

interface Pair {
  readonly title: string;
  readonly scale: Tensor;
  readonly zeroPoint: Tensor;
  readonly given?: Readonly<Record<string, number>>;
  /** Ends of the representable range at an index of x. */
  readonly low: (index: readonly [number, number, number]) => number;
  readonly high: (index: readonly [number, number, number]) => number;
}

const perChannel = [0.01, 0.02, 0.005];

const pairs: readonly Pair[] = [
  {
    title: 'int8, one scale',
    scale: number(0.02),
    zeroPoint: tensor('int8', [], Int8Array.of(3)),
    low: () => 0.02 * (-128 - 3),
    high: () => 0.02 * (127 - 3),
  },
  {
    title: 'uint8 from 0: a folded Relu',
    scale: number(0.01),
    zeroPoint: tensor('uint8', [], Uint8Array.of(0)),
    low: () => 0,
    high: () => 2.55,
  },
  {
    title: 'int8, a scale a channel',
    scale: numbers(...perChannel),
    zeroPoint: tensor('int8', [3], Int8Array.of(0, 0, 0)),
    given: { axis: 1 },
    low: ([, c]) => -128 * perChannel[c]!,
    high: ([, c]) => 127 * perChannel[c]!,
  },
  {
    title: 'uint16, a scale a block',
    scale: float32(
      [2, 3, 2],
      Float32Array.from({ length: 12 }, (_, i) => (i + 1) * 1e-5),
    ),
    zeroPoint: tensor('uint16', [2, 3, 2], new Uint16Array(12).fill(30000)),
    given: { axis: 2, block_size: 2 },
    low: ([n, c, i]) => -30000 * (6 * n + 2 * c + Math.floor(i / 2) + 1) * 1e-5,
    high: ([n, c, i]) => 35535 * (6 * n + 2 * c + Math.floor(i / 2) + 1) * 1e-5,
  },
];

function quantised(
  nodes: readonly Omit<Node, 'domain' | 'name'>[],
  constants: Readonly<Record<string, Tensor>>,
): Model {
  const named = nodes.map((each) => ({ ...each, domain: '', name: '' }));
  return modelOf(graphOf({ inputs: [value('x', x.dims)], constants, nodes: named, outputs: ['y'] }));
}

describe.each(runtimes)(
  'QuantizeLinear and DequantizeLinear count as Clip to the representable range, on $name',
  ({ runtime }) => {
    it.each(pairs)('$title', async ({ scale, zeroPoint, given = {}, low, high }) => {
      const nodes = [
        { op: 'QuantizeLinear', inputs: ['x', 's', 'z'], outputs: ['q'], attributes: attributes(given) },
        { op: 'Transpose', inputs: ['q'], outputs: ['t'], attributes: attributes({ perm: [2, 1, 0] }) },
        { op: 'Transpose', inputs: ['t'], outputs: ['u'], attributes: attributes({ perm: [2, 1, 0] }) },
        { op: 'DequantizeLinear', inputs: ['u', 's', 'z'], outputs: ['y'], attributes: attributes(given) },
      ];
      const model = quantised(nodes, { s: scale, z: zeroPoint });
      const added = await gradientModel(model, { x }, ['x'], new Map([['y', x.dims]]));
      const session = await runtime.createSession(added.model);
      const values = await session.run({ x, ...added.cotangents });
      await session.release();
      const dy = [...(added.cotangents['cotangent of y']!.data as Float32Array)];
      const inside = [...x.data].map((value, i) => {
        const index = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4] as const;
        return value > low(index) && value < high(index);
      });
      expect(new Set(inside).size).toBe(2);
      expect([...(values[added.gradients.get('x')!]!.data as Float32Array)]).toEqual(
        dy.map((g, i) => (inside[i] ? g : 0)),
      );
    });
  },
);

describe('quantised arithmetic', () => {
  it('is refused by name, and not taken for a constant', async () => {
    const zero = tensor('uint8', [], Uint8Array.of(0));
    const nodes = [
      { op: 'Reshape', inputs: ['x', 'rows'], outputs: ['r'], attributes: {} },
      { op: 'QuantizeLinear', inputs: ['r', 's', 'z'], outputs: ['q'], attributes: {} },
      { op: 'MatMulInteger', inputs: ['q', 'w'], outputs: ['p'], attributes: {} },
      { op: 'Cast', inputs: ['p'], outputs: ['y'], attributes: attributes({ to: 1 }) },
    ];
    const weights = tensor('uint8', [4, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const model = quantised(nodes, { s: number(0.1), z: zero, w: weights, rows: ints(-1, 4) });
    const added = gradientModel(model, { x }, ['x'], new Map([['y', [6, 2]]]));
    await expect(added).rejects.toThrow('MatMulInteger (it computes with integers');
  });
});
