import { GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, rows, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { floatOutputOf, type Runtime } from '../../../src/runtime/runtime.ts';
import { addIntervals } from '../../../src/transforms/bounds/addIntervals.ts';
import { addLinearBound } from '../../../src/transforms/bounds/addLinearBound.ts';
import { around } from '../../../src/transforms/bounds/interval.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';
import type { TinyNetwork } from './networks.ts';

export interface Question {
  readonly network: TinyNetwork;
  /** Radius of each pixel, [2, 1, 3, 3]. */
  readonly radius: Tensor<'float32'>;
  /** Linear functions of the scores: [2 r, scores], r for each image. */
  readonly functions: Tensor<'float32'>;
  readonly through: 'interval' | 'linear';
  readonly rounding: boolean;
  /** Draws what the bound may choose freely; by default it takes its own. */
  readonly choose?: () => number;
  readonly runtime?: Runtime;
}

export interface Answered {
  /** [image][function] */
  readonly lower: readonly (readonly number[])[];
  readonly rounding: readonly (readonly number[])[];
  /** By value and image. */
  readonly ends: ReadonlyMap<string, readonly { readonly low: Float32Array; readonly high: Float32Array }[]>;
}

/** Adds the bounds to a tiny network's graph and runs them. */
export async function boundsOf(question: Question): Promise<Answered> {
  const { network, radius, functions, through, rounding, choose, runtime = cpu } = question;
  const { graph, images } = network;
  const model = modelOf(graph);
  const { facts } = await probe(runtime, model, { x: images });
  const builder = new GraphBuilder(graph, 'bounds');
  const size = builder.input('radius', 'float32', ['images', 1, 3, 3]);
  const rounded = builder.ops.Mul(builder.ops.Add(builder.ops.Abs('x'), size), builder.scalar(2 ** -21));
  const box = around(builder, 'x', rounding ? builder.ops.Add(size, rounded) : size);
  const intervals = addIntervals(builder, { graph, facts, input: 'x', box, output: 'scores', rounding });
  const coefficients = builder.constant(functions, 'functions');
  const free = choose && {
    free: ({ dims }: { dims: readonly number[] }) =>
      builder.constant(float32([1, ...dims], Float32Array.from({ length: sizeOf(dims) }, choose)), 'chosen'),
  };
  const bounds = (functions.dims[0] ?? 0) / 2;
  const added = addLinearBound(builder, { intervals, value: 'scores', coefficients, bounds, through, ...free });
  const values = intervals.nodes.map(({ node }) => node.outputs[0] ?? '');
  const ends = values.map((name) => ({ name, low: intervals.of(name).low, high: intervals.of(name).high }));
  const names = [
    added.lower,
    ...(added.rounding ? [added.rounding] : []),
    ...ends.flatMap(({ low, high }) => [low, high]),
  ];
  const outputs = [...new Set(names)].map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  const session = await runtime.createSession({ ...model, graph: builder.build(outputs) });
  try {
    const found = await session.run({ x: images, radius });
    const perImage = (name: string, i: number) => rows(floatOutputOf(found, name), i, i + 1).data;
    const both = (name: string) => [0, 1].map((i) => [...perImage(name, i)]);
    return {
      lower: both(added.lower),
      rounding: added.rounding ? both(added.rounding) : [],
      ends: new Map(
        ends.map(({ name, low, high }) => [
          name,
          [0, 1].map((i) => ({ low: perImage(low, i), high: perImage(high, i) })),
        ]),
      ),
    };
  } finally {
    await session.release();
  }
}
