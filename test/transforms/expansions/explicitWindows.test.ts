import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKonkyoError } from '../../../src/konkyoError.ts';
import { type AttributeLike, attributes } from '../../../src/onnx/attributes.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { explicitWindows } from '../../../src/transforms/expansions/explicitWindows.ts';
import { graphOf, modelOf, node, value } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';
import { distinct } from '../gradient/inputs.ts';

type Attributes = Readonly<Record<string, AttributeLike>>;

interface Sliding {
  readonly op: string;
  readonly size: readonly number[];
  readonly kernel: readonly number[];
  readonly given: Attributes;
}

function slidingModel({ op, size, kernel, given }: Sliding): Model {
  const convolves = op.startsWith('Conv');
  const shape = convolves ? {} : { kernel_shape: kernel };
  const one = node(op, convolves ? ['x', 'w'] : ['x'], ['y'], { attributes: attributes({ ...given, ...shape }) });
  const constants: Record<string, Tensor> = convolves ? { w: distinct([2, 2, ...kernel], 3) } : {};
  return modelOf(graphOf({ inputs: [value('x', ['n', 2, ...size])], constants, nodes: [one], outputs: ['y'] }));
}

/** The output times ones of its shape: fails where shape inference and the kernel disagree about that shape. */
function withShapesRelied(model: Model, y: Tensor): Model {
  const { graph } = model;
  const ones = float32([1, 1, ...y.dims.slice(2)], new Float32Array(y.data.length).fill(1).subarray(0, sizeAfter(y)));
  const node = { op: 'Mul', domain: '', name: 'relied', inputs: ['y', 'ones'], outputs: ['z'], attributes: {} };
  return {
    ...model,
    graph: {
      ...graph,
      initializers: new Map([...graph.initializers, ['ones', ones]]),
      nodes: [...graph.nodes, node],
      outputs: [{ name: 'z', type: undefined, dims: undefined }],
    },
  };
}

const sizeAfter = ({ dims }: Tensor): number => dims.slice(2).reduce((product, dim) => product * dim, 1);

/** Nothing where the runtime does not run the original either. */
async function compared(sliding: Sliding, { runtime }: (typeof runtimes)[number]): Promise<'refused' | 'same'> {
  const model = slidingModel(sliding);
  const x = distinct([2, 2, ...sliding.size]);
  const original = await probe(runtime, model, { x }).catch((error: unknown) => {
    if (isKonkyoError(error)) return undefined;
    throw error;
  });
  if (!original) return 'refused';
  const y = original.outputs.y!;
  const spelledOut = { ...model, graph: explicitWindows(model.graph, original.facts) };
  const { outputs } = await probe(runtime, withShapesRelied(spelledOut, y), { x });
  expect(outputs.z?.dims, JSON.stringify(sliding)).toEqual(y.dims);
  // The same sums, perhaps in another order.
  const worst = Math.max(...Array.from(y.data as Float32Array, (v, i) => Math.abs(v - Number(outputs.z?.data[i]))));
  expect(worst, JSON.stringify(sliding)).toBeLessThan(1e-6);
  return 'same';
}

const list = (length: number, min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min, max }), { minLength: length, maxLength: length });

const slidings = fc.integer({ min: 1, max: 3 }).chain((rank) =>
  fc
    .record({
      op: fc.constantFrom('AveragePool', 'MaxPool', 'LpPool', 'Conv', 'ConvTranspose'),
      size: list(rank, 3, rank === 3 ? 5 : 12),
      kernel: list(rank, 1, 3),
      strides: list(rank, 1, 5),
      dilations: list(rank, 1, 2),
      pads: list(2 * rank, 0, 2),
      auto: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
      flags: list(2, 0, 1),
      lacking: list(rank, -1, 6),
      bySize: fc.boolean(),
    })
    .map(({ op, size, kernel, strides, dilations, pads, auto, flags, lacking, bySize }): Sliding => {
      const padding: Attributes = auto === 'NOTSET' ? { pads } : { auto_pad: auto };
      const [ceil_mode = 0, count_include_pad = 0] = flags;
      const steps = { strides, dilations };
      if (op === 'AveragePool')
        return { op, size, kernel, given: { ...steps, ...padding, ceil_mode, count_include_pad } };
      if (op.endsWith('Pool')) return { op, size, kernel, given: { ...steps, ...padding, ceil_mode } };
      if (op === 'Conv') return { op, size, kernel, given: { ...steps, ...padding } };
      const output_shape = size.map((length, i) =>
        Math.max(1, (length - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - lacking[i]!),
      );
      const auto_pad = auto === 'VALID' ? 'NOTSET' : auto;
      return { op, size, kernel, given: bySize ? { ...steps, auto_pad, output_shape } : { ...steps, ...padding } };
    }),
);

describe.each(runtimes)(
  'windows spelled out, on $name: the same numbers, in a shape that others can rely on',
  (entry) => {
    it('for random attributes of pooling and convolution', async () => {
      let same = 0;
      await fc.assert(
        fc.asyncProperty(slidings, async (sliding) => {
          if ((await compared(sliding, entry)) === 'same') same += 1;
        }),
        { seed: 3, numRuns: 120 },
      );
      expect(same).toBeGreaterThan(70);
    });

    const size = [12];
    it.each<Sliding>([
      { op: 'LpPool', size, kernel: [1], given: { strides: [3], auto_pad: 'SAME_UPPER' } },
      { op: 'AveragePool', size, kernel: [2], given: { strides: [6], auto_pad: 'SAME_LOWER', count_include_pad: 1 } },
      { op: 'Conv', size, kernel: [1], given: { strides: [4], auto_pad: 'SAME_UPPER' } },
      { op: 'AveragePool', size: [7], kernel: [3], given: { strides: [2], dilations: [2], auto_pad: 'SAME_UPPER' } },
      { op: 'AveragePool', size: [5, 5], kernel: [2, 2], given: { strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 } },
      { op: 'MaxPool', size: [6, 5], kernel: [1, 3], given: { strides: [2, 2], ceil_mode: 1 } },
      { op: 'ConvTranspose', size: [5], kernel: [2], given: { output_shape: [3] } },
      {
        op: 'ConvTranspose',
        size: [5],
        kernel: [2],
        given: { strides: [3], auto_pad: 'SAME_UPPER', output_padding: [2] },
      },
    ])('$op $given', async (sliding) => {
      expect(await compared(sliding, entry)).toBe('same');
    });
  },
);
