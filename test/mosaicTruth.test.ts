import { expect, it } from 'vitest';
import { measureEvidence } from '../scripts/mosaics/measure.ts';
import { type QuestionKindName, questionKinds } from '../scripts/mosaics/questions.ts';
import { inputXGradient } from '../src/attribution/gradient/inputXGradient.ts';
import { type Mosaics, mosaicSide, type PlacedDigit } from '../src/datasets/mosaic/mosaic.ts';
import { loadModel } from '../src/model/loadModel.ts';
import type { Task } from '../src/model/task/task.ts';
import type { Model } from '../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../src/onnx/graphBuilder.ts';
import { float32 } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { scoped } from '../src/runtime/release.ts';
import { modelOf, node, value } from './networks.ts';
import { cpu } from './runtimes.ts';

/* Short version of scripts/mosaicTruth.ts, whose figures are in docs/notes/mosaics.md: networks made by hand, of which it is known
   that they look at the digit alone. A digit is here a square of one cell, of k times 25 of 255 brightness: a little less than k/10, so that
   more of it speaks for the digit. */

const cell = 16;
const across = mosaicSide / cell;
const names = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function square(digit: number, column: number, row: number): PlacedDigit {
  const [x1, y1] = [column * cell, row * cell];
  return { digit, source: 0, box: { x1, y1, x2: x1 + cell, y2: y1 + cell }, ink: new Uint8Array(cell * cell).fill(1) };
}

function mosaicsOf(digits: readonly (readonly PlacedDigit[])[]): Mosaics {
  const images = new Uint8Array(digits.length * mosaicSide * mosaicSide);
  for (const [image, placed] of digits.entries()) {
    for (const { digit, box } of placed) {
      for (let y = box.y1; y < box.y2; y++) {
        const start = (image * mosaicSide + y) * mosaicSide;
        images.fill(25 * digit, start + box.x1, start + box.x2);
      }
    }
  }
  const labels = Int32Array.from(digits, () => 0);
  const size = { height: mosaicSide, width: mosaicSide, channels: 1 } as const;
  return { digits, images: { name: 'squares', count: digits.length, images, labels, classNames: names, ...size } };
}

const mosaics = mosaicsOf([
  [square(7, 1, 2), square(3, 4, 4)],
  [square(9, 5, 0), square(1, 0, 0), square(4, 2, 5)],
  [square(2, 3, 3), square(8, 0, 5)],
  // Two of a class: what a label is about is open.
  [square(5, 0, 0), square(5, 3, 3)],
]);

/** [n, 1, 96, 96] -> an output. */
function network(output: string, end: (builder: GraphBuilder) => string): Model {
  const builder = new GraphBuilder(emptyGraph('squares'), 'squares');
  builder.input('x', 'float32', ['n', 1, mosaicSide, mosaicSide]);
  builder.append(node('Identity', [end(builder)], [output]));
  return modelOf(builder.build([value(output, undefined)]));
}

/** Logits of each digit k, of brightness x [n, 1, h, w]: 5 - 1000 (x - k/10)^2, 5 at its own brightness and -5 at the next. */
function scores(builder: GraphBuilder, of: string): string {
  const { ops } = builder;
  const row = (values: readonly number[]) => builder.constant(float32([1, 10, 1, 1], values));
  const middles = names.map((_, k) => k / 10);
  const product = ops.Mul(of, row(middles.map((m) => 2 * m)));
  const score = ops.Sub(ops.Sub(product, ops.Mul(of, of)), row(middles.map((m) => m * m)));
  return ops.Add(ops.Mul(score, builder.scalar(1000)), builder.scalar(5));
}

const meansOfCells = (builder: GraphBuilder) =>
  builder.add('AveragePool', ['x'], { kernel_shape: [cell, cell], strides: [cell, cell] });

const networks: Readonly<Record<QuestionKindName, readonly [Task, Model]>> = {
  value: [
    'value',
    network('value', (builder) => {
      const sum = builder.add('ReduceSum', ['x', builder.ints([1, 2, 3])], { keepdims: 0 });
      return builder.ops.Mul(sum, builder.scalar(10 / (cell * cell)));
    }),
  ],
  labels: [
    'labels',
    network('labels', (builder) => {
      const surest = builder.add('GlobalMaxPool', [scores(builder, meansOfCells(builder))]);
      return builder.ops.Sigmoid(builder.add('Flatten', [surest]));
    }),
  ],
  segmenter: ['segmentation', network('classes', (builder) => scores(builder, 'x'))],
  detector: [
    'detection',
    network('boxes', (builder) => {
      const { ops } = builder;
      const places = Array.from({ length: across * across }, (_, i) => i);
      const middle = (at: number) => (at + 0.5) * cell;
      const boxes = [
        places.map((i) => middle(i % across)),
        places.map((i) => middle(Math.floor(i / across))),
        ...[0, 1].map(() => places.map(() => cell)),
      ].flat();
      const flat = ops.Reshape(scores(builder, meansOfCells(builder)), builder.ints([-1, 10, places.length]));
      const constant = builder.constant(float32([1, 4, places.length], boxes));
      const zero = ops.Mul(
        builder.add('ReduceSum', ['x', builder.ints([1, 2, 3])], { keepdims: 0 }),
        builder.scalar(0),
      );
      const each = ops.Add(ops.Reshape(zero, builder.ints([-1, 1, 1])), constant);
      return builder.add('Concat', [each, ops.Sigmoid(flat)], { axis: 1 });
    }),
  ],
};

it.each([
  ['value', 4],
  ['labels', 3],
  ['detector', 4],
  ['segmenter', 4],
] as const)('of a network that looks at the digits alone, all evidence for a %s is inside of them', (kind, images) =>
  scoped(async (keep) => {
    const [task, model] = networks[kind];
    const classes = task === 'value' ? undefined : names;
    const loaded = await keep(loadModel(writeModel(model), { runtime: cpu, input: { task, classes } }));
    const [found, random] = await measureEvidence(loaded, questionKinds[kind], mosaics, [inputXGradient()], 10);
    expect(found).toMatchObject({ images, pointing: { mean: 1 } });
    expect(found!.mass.mean).toBeCloseTo(1, 6);
    // A map that knows nothing has as much inside as there is area.
    expect(random!.mass.mean).toBeLessThan(0.15);
    if (kind === 'value') expect(found!.order).toBeCloseTo(1, 6);
    else expect(found!.order).toBeUndefined();
  }),
);
