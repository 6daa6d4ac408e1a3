import { describe, expect, it } from 'vitest';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { stepsWithoutSlope } from '../../../src/transforms/gradient/flow.ts';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';
import { distinct } from './inputs.ts';

type Layers = (b: GraphBuilder, x: string) => string;

const dense = (b: GraphBuilder, x: string): string => b.ops.MatMul(x, b.constant(distinct([4, 4], 5)));
const int64Code = 7;
const floatCode = 1;

async function stepsOf(layers: Layers): Promise<readonly string[]> {
  const builder = new GraphBuilder(emptyGraph('steps'), 'layers');
  const y = layers(builder, builder.input('x', 'float32', ['batch', 4]));
  const graph = builder.build([{ name: y, type: undefined, dims: undefined }]);
  const model = modelOf(graph);
  const { facts } = await probe(cpu, model, { x: float32([2, 4], distinct([8]).data) });
  return stepsWithoutSlope(graph, facts, 'x', y, gradientTable).map(({ op }) => op);
}

const cases: readonly { readonly title: string; readonly layers: Layers; readonly steps: readonly string[] }[] = [
  { title: 'a smooth network', layers: (b, x) => b.ops.Tanh(dense(b, x)), steps: [] },
  {
    title: 'a binarised network: the first Signs',
    layers: (b, x) => dense(b, b.ops.Sign(dense(b, x))),
    steps: ['Sign'],
  },
  {
    title: 'layers of Signs: only those that a slope reaches',
    layers: (b, x) => dense(b, b.ops.Sign(dense(b, b.ops.Sign(dense(b, x))))),
    steps: ['Sign'],
  },
  { title: 'a way around the step', layers: (b, x) => b.ops.Add(dense(b, x), b.ops.Sign(x)), steps: [] },
  {
    title: 'several branches, each with its step',
    layers: (b, x) => b.ops.Add(b.add('Floor', [dense(b, x)]), b.add('Round', [x])),
    steps: ['Floor', 'Round'],
  },
  {
    title: 'a comparison that chooses between constants',
    layers: (b, x) => b.ops.Where(b.ops.Greater(dense(b, x), b.scalar(0)), b.scalar(1), b.scalar(-1)),
    steps: ['Greater'],
  },
  {
    title: 'a choice between slopes',
    layers: (b, x) => b.ops.Where(b.ops.Greater(x, b.scalar(0)), dense(b, x), b.scalar(-1)),
    steps: [],
  },
  {
    title: 'whole numbers',
    layers: (b, x) => b.add('Cast', [b.add('Cast', [dense(b, x)], { to: int64Code })], { to: floatCode }),
    steps: ['Cast'],
  },
  {
    title: 'the number of the largest',
    layers: (b, x) => b.add('Gather', [b.constant(distinct([4, 3])), b.add('ArgMax', [dense(b, x)], { axis: 1 })]),
    steps: ['ArgMax'],
  },
  {
    title: 'the shape alone, which is no step',
    layers: (b, x) => b.add('ConstantOfShape', [b.add('Shape', [x])]),
    steps: [],
  },
];

describe('steps without a slope that every way to the scores leads over', () => {
  it.each(cases)('$title', async ({ layers, steps }) => {
    expect(await stepsOf(layers)).toEqual(steps);
  });
});
