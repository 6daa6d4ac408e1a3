import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, type Tensor, tensor } from '../../src/onnx/tensor.ts';
import { probe } from '../../src/runtime/probe.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { canonize } from '../../src/transforms/canonizers/canonize.ts';
import { gradientTable } from '../../src/transforms/gradient/table.ts';
import type { Bounds } from '../../src/transforms/relevance/bounds.ts';
import type { Composite } from '../../src/transforms/relevance/composite.ts';
import {
  attnLrp,
  deepTaylor,
  epsilonAlpha2Beta1,
  epsilonGammaBox,
  epsilonPlus,
  epsilonPlusFlat,
} from '../../src/transforms/relevance/composites.ts';
import { relevanceContext } from '../../src/transforms/relevance/context.ts';
import { addRelevance } from '../../src/transforms/relevance/relevance.ts';
import { modelOf } from '../networks.ts';
import { cpu, runtimes } from '../runtimes.ts';
import { distinct, positive, scaled } from '../transforms/gradient/inputs.ts';
import {
  channels,
  type Layout,
  type Preprocessed,
  perChannel,
  rareSpellings,
  type Sample,
  samples,
  side,
} from './randomPreprocessing.ts';
import { relativeDifference } from './referenceClassifier.ts';

/*
 * The same network with what it does to pixels inside of the file, and done before the file: one map.
 */

/** Two convolutions and a dense layer, with biases of both signs. */
function network(builder: GraphBuilder, value: string, padding: number): string {
  const constant = (dims: readonly number[], salt: number) => builder.constant(distinct(dims, salt));
  const pads = { pads: [1, 1, 1, 1] };
  const size = (side + 2 * padding) / 2;
  const first = builder.add('Conv', [value, constant([4, channels, 3, 3], 21), constant([4], 22)], pads);
  const second = builder.add(
    'Conv',
    [builder.add('Relu', [first]), constant([5, 4, 2, 2], 23), builder.constant(positive([5], 24))],
    {
      strides: [2, 2],
    },
  );
  const flat = builder.add('Flatten', [builder.add('Relu', [second])]);
  return builder.add('Gemm', [flat, constant([5 * size * size, 2], 25), constant([2], 26)]);
}

function graphTo(builder: GraphBuilder, scores: string): Graph {
  return builder.build([{ name: scores, type: 'float32', dims: ['N', 2] }]);
}

function insideGraph({ steps: list, layout, transposedAfter }: Sample) {
  const builder = new GraphBuilder(emptyGraph('inside'), 'inside');
  const dims = layout === 'NCHW' ? [channels, side, side] : [side, side, channels];
  let made: Preprocessed = {
    value: builder.input('image', 'float32', ['N', ...dims]),
    of: [0, 1, 2].map((src) => ({ a: 1, b: 0, src })),
    padding: 0,
  };
  let now = layout;
  for (const [i, step] of [...list, (_b: GraphBuilder, before: Preprocessed) => before].entries()) {
    if (now === 'NHWC' && (i >= transposedAfter || i === list.length)) {
      made = { ...made, value: builder.add('Transpose', [made.value], { perm: [0, 3, 1, 2] }) };
      now = 'NCHW';
    }
    made = step(builder, made, now);
  }
  return { graph: graphTo(builder, network(builder, made.value, made.padding)), made };
}

/** The network alone; where the border lies is its own matter, so that is put on inside. */
function outsideGraph({ border, padding }: Preprocessed): Graph {
  const builder = new GraphBuilder(emptyGraph('outside'), 'outside');
  const image = builder.input('image', 'float32', ['N', channels, side, side]);
  if (!border) return graphTo(builder, network(builder, image, 0));
  const wide = builder.add('Pad', [image, builder.ints([0, 0, 1, 1, 0, 0, 1, 1])]);
  const size = side + 2;
  const isInner = Array.from({ length: size * size }, (_, i) =>
    [Math.floor(i / size), i % size].every((at) => at > 0 && at < size - 1),
  );
  const mask = builder.constant(tensor('bool', [1, 1, size, size], Uint8Array.from(isInner, Number)));
  const framed = builder.ops.Where(mask, wide, builder.constant(perChannel(border, 'NCHW')));
  return graphTo(builder, network(builder, framed, padding));
}

const composites = (bounds: Bounds): readonly Composite[] => [
  epsilonPlus(),
  epsilonPlusFlat(),
  epsilonAlpha2Beta1(),
  epsilonGammaBox(bounds),
  deepTaylor(bounds),
  attnLrp(),
];

interface Explained {
  /** Of each composite, then the scores. */
  readonly maps: readonly Float32Array[];
  readonly scores: Float32Array;
}

/** The maps of all composites, in one graph: for image 0 of class 0, for image 1 of class 1. */
async function explained(graph: Graph, x: Tensor<'float32'>, bounds: Bounds, runtime: Runtime): Promise<Explained> {
  const scores = graph.outputs[0]!.name;
  const feeds = { image: x };
  const { facts: first } = await probe(cpu, modelOf(graph), feeds);
  const { isOfPixels } = relevanceContext(graph, first, 'image', gradientTable);
  const canonical = canonize(graph, first, [scores], isOfPixels);
  const { facts } = await probe(cpu, modelOf(canonical), feeds);
  const context = relevanceContext(canonical, facts, 'image', gradientTable);
  const builder = new GraphBuilder(canonical, 'relevance');
  const relevance = builder.ops.Mul(scores, builder.constant(float32([2, 2], [1, 0, 0, 1])));
  const request = { facts, context, value: scores, relevance, imageAxis: () => 0 };
  const maps = composites(bounds).map((composite) =>
    builder.ops.Mul(addRelevance(builder, canonical, { ...request, composite }).relevance, builder.scalar(1)),
  );
  const names = [...maps, scores];
  const model = modelOf(builder.build(names.map((name) => ({ name, type: 'float32', dims: undefined }))));
  const session = await runtime.createSession(model, { optimization: 'none' });
  try {
    const values = await session.run(feeds, names);
    const floats = (name: string) => Float32Array.from(values[name]!.data as Float32Array);
    return { maps: maps.map(floats), scores: floats(scores) };
  } finally {
    await session.release();
  }
}

async function expectOneMap(sample: Sample, runtime: Runtime): Promise<void> {
  const { graph, made } = insideGraph(sample);
  const nhwc = sample.layout === 'NHWC';
  const images = scaled(distinct(nhwc ? [2, side, side, channels] : [2, channels, side, side], 30), 0.5, 0.5);
  const places = Array.from({ length: images.data.length }, (_, i) => {
    const [image, c, place] = [Math.floor(i / 48), Math.floor(i / 16) % channels, i % 16];
    const { a, b, src } = made.of[c]!;
    const inside = nhwc ? (image * 16 + place) * channels + src : (image * channels + src) * 16 + place;
    return { a, b, inside };
  });
  const shown = float32(
    [2, channels, side, side],
    places.map(({ a, b, inside }) => a * images.data[inside]! + b),
  );
  const ends = (pick: (...both: number[]) => number) =>
    perChannel(
      made.of.map(({ a, b }) => pick(b, a + b)),
      'NCHW',
    );
  const within = await explained(graph, images, { low: float32([], [0]), high: float32([], [1]) }, runtime);
  const without = await explained(outsideGraph(made), shown, { low: ends(Math.min), high: ends(Math.max) }, runtime);
  expect(relativeDifference(within.scores, without.scores)).toBeLessThan(1e-4);
  for (const [i, map] of within.maps.entries()) {
    const moved = Float32Array.from(places, ({ inside }) => map[inside]!);
    // Where no unit is active, both are 0 everywhere.
    if (moved.some((value) => value !== 0)) expect(relativeDifference(moved, without.maps[i]!)).toBeLessThan(1e-3);
    else expect(without.maps[i]!.every((value) => value === 0)).toBe(true);
  }
}

describe.each(runtimes)('affine maps of pixels inside of a file or outside, on $name', ({ name, runtime }) => {
  it('give one map, whatever the composite', async () => {
    await fc.assert(
      fc.asyncProperty(samples, (sample) => expectOneMap(sample, runtime)),
      { numRuns: name === 'CPU' ? 12 : 2 },
    );
  });
});

describe.each(Object.entries(rareSpellings))('%s at the pixels', (_title, step) => {
  it.each<Layout>(['NCHW', 'NHWC'])('is no trained layer (%s)', async (layout) => {
    await expectOneMap({ steps: [step], layout, transposedAfter: 5 }, cpu);
  });
});
