import type { DetectionLayoutSettings } from '../../../src/model/detection/detectionSettings.ts';
import { type Detector, detectorOf } from '../../../src/model/detection/detector.ts';
import { type LoadedModel, loadModel } from '../../../src/model/loadModel.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { scoped } from '../../../src/runtime/release.ts';
import { modelOf, node, value, weights } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';

/* Tiny detectors: every number is a tanh of a product of all pixels with fixed weights, so that a plain loop can say it again. */

export const side = 8;
export const anchors = 12;

/** [n, rows, columns] that depend smoothly on the pixels; the values are in -1 to 1. */
function table(builder: GraphBuilder, rows: number, columns: number, seed: number): string {
  const { ops } = builder;
  const flat = ops.Reshape('x', builder.ints([0, -1]));
  const pixels = 3 * side * side;
  const mixed = ops.MatMul(flat, builder.constant(weights([pixels, rows * columns], seed)));
  const small = ops.Tanh(ops.Mul(mixed, builder.scalar(0.15)));
  return ops.Reshape(small, builder.ints([0, rows, columns]));
}

/** Sides of boxes that are some: the first two columns in 1 to 4, the others in 2.5 to 5.5 (of 8 pixels). */
function boxes(builder: GraphBuilder, seed = 5): string {
  const { ops } = builder;
  const raw = ops.Mul(table(builder, anchors, 4, seed), builder.scalar(1.5));
  return ops.Add(raw, builder.constant(float32([1, 1, 4], [2.5, 2.5, 4, 4])));
}

function part(builder: GraphBuilder, seed: number, columns: number): string {
  return builder.ops.Mul(table(builder, anchors, columns, seed), builder.scalar(3));
}

function built(outputs: readonly string[], build: (builder: GraphBuilder) => void): Model {
  const builder = new GraphBuilder(emptyGraph('detector'), 'test');
  builder.input('x', 'float32', ['n', 3, side, side]);
  build(builder);
  return modelOf(builder.build(outputs.map((name) => value(name, undefined))));
}

/** [n, 4 + K, anchors], as YOLOv8 is exported. */
export function yolov8(classes = 3): Model {
  return built(['output0'], (builder) => {
    const scores = builder.ops.Sigmoid(part(builder, 7, classes));
    const turned = (name: string) => builder.add('Transpose', [name], { perm: [0, 2, 1] });
    builder.append(
      node('Concat', [turned(boxes(builder)), turned(scores)], ['output0'], {
        attributes: { axis: { type: 'int', value: 1 } },
      }),
    );
  });
}

/** [n, anchors, 5 + K]: one sigmoid over all columns, then split, as YOLOv5 does it. */
export function yolov5(classes = 3): Model {
  return built(['output'], (builder) => {
    const raw = part(builder, 7, 5 + classes);
    const squashed = builder.ops.Sigmoid(raw);
    const [middle = '', size = '', rest = ''] = builder.addMany(
      'Split',
      [squashed, builder.ints([2, 2, 1 + classes])],
      3,
      { axis: 2 },
    );
    const places = builder.ops.Mul(middle, builder.scalar(side));
    const sizes = builder.ops.Mul(size, builder.scalar(4));
    builder.append(
      node('Concat', [places, sizes, rest], ['output'], { attributes: { axis: { type: 'int', value: 2 } } }),
    );
  });
}

/** Corners as shares of the sides, and a softmax with the background first. */
export function ssd(classes = 3): Model {
  return built(['boxes', 'scores'], (builder) => {
    builder.append(node('Mul', [boxes(builder), builder.scalar(1 / side)], ['boxes']));
    builder.append(
      node('Softmax', [part(builder, 7, 1 + classes)], ['scores'], { attributes: { axis: { type: 'int', value: 2 } } }),
    );
  });
}

/** Centre form as shares, logits with "no object" last. */
export function detr(classes = 3): Model {
  return built(['logits', 'pred_boxes'], (builder) => {
    builder.append(node('Mul', [boxes(builder), builder.scalar(1 / side)], ['pred_boxes']));
    builder.append(node('Identity', [part(builder, 7, 1 + classes)], ['logits']));
  });
}

/** Ends in NonMaxSuppression, of boxes as y1, x1, y2, x2. */
export function suppressing(classes = 3): Model {
  return built(['selected'], (builder) => {
    builder.append(node('Identity', [boxes(builder)], ['inner_boxes']));
    const scores = builder.ops.Sigmoid(part(builder, 7, classes));
    builder.append(
      node('Transpose', [scores], ['inner_scores'], { attributes: { perm: { type: 'ints', value: [0, 2, 1] } } }),
    );
    const limit = builder.ints([5]);
    builder.append(
      node(
        'NonMaxSuppression',
        ['inner_boxes', 'inner_scores', limit, builder.scalar(0.5), builder.scalar(0.3)],
        ['selected'],
      ),
    );
  });
}

export const pixels = (count = 2): Tensor<'float32'> => {
  const { dims, data } = weights([count, 3, side, side], 3);
  return float32(
    dims,
    data.map((one) => 0.5 + 0.5 * one),
  );
};

/** A detector, and the loaded model that gives its outputs as they are. */
export async function withDetector(
  model: Model,
  run: (detector: Detector, loaded: LoadedModel) => Promise<void>,
  detection?: DetectionLayoutSettings,
): Promise<void> {
  await scoped(async (keep) => {
    const loaded = await keep(loadModel(writeModel(model), { runtime: cpu, input: { detection } }));
    await run(await keep(detectorOf(loaded)), loaded);
  });
}
