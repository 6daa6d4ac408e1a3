import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { Reading } from '../reading/reading.ts';
import { addProposals, type ProposalValues } from './addProposals.ts';
import { areaOf, type Box, boxWords, type PixelSize } from './box.ts';
import type { DetectionLayout } from './layout.ts';

/** What D-RISE compares with: a detection as it was found in the whole image. */
export interface DetectionVector {
  /** In pixels of the model's input. */
  readonly box: Box;
  /** The probabilities of all classes. */
  readonly probabilities: readonly number[];
}

/**
 * How like a detection the most similar proposal is (D-RISE, Petsiuk et al. 2021, equations 1 to 3): the largest over all anchors j
 * of IoU(box, box_j) x cos(probabilities, probabilities_j) x objectness_j, a number from 0 to 1. Where a layout has no objectness,
 * it is what stands for it there: 1 minus the background's probability, or of sigmoids the largest class probability; the paper
 * leaves it out, for its proposals were sorted out before.
 */
export function similarityReading(layout: DetectionLayout, size: PixelSize, to: DetectionVector): Reading {
  return {
    id: `similarity to box:${boxWords(to.box)}`,
    words: `the likeness of the best detection to the box ${boxWords(to.box)}`,
    output: layout.scores.value,
    decides: 'value',
    add: (builder) => addSimilarity(builder, layout, size, to),
  };
}

/** Adds the similarity, [n, 1]. */
export function addSimilarity(
  builder: GraphBuilder,
  layout: DetectionLayout,
  size: PixelSize,
  { box, probabilities }: DetectionVector,
): string {
  const { ops } = builder;
  const found = addProposals(builder, layout, size);
  const overlaps = addOverlaps(builder, found.boxes, box);
  const own = Math.hypot(...probabilities);
  const wanted = builder.constant(
    float32(
      [probabilities.length, 1],
      probabilities.map((p) => p / own),
    ),
    'classes',
  );
  const lengths = builder.add('ReduceL2', [found.probabilities, builder.ints([2])], { keepdims: 1 });
  const cosines = ops.Div(ops.MatMul(found.probabilities, wanted), ops.Max(lengths, builder.scalar(tiny)));
  const similarities = ops.Mul(ops.Mul(overlaps, cosines), addSureness(builder, layout, found));
  // [n, anchors, 1] -> [n, 1]
  return builder.add('ReduceMax', [similarities, builder.ints([1])], { keepdims: 0 });
}

/** Keeps a quotient finite where all probabilities are 0. */
const tiny = 1e-12;

function addSureness(
  builder: GraphBuilder,
  { background }: DetectionLayout,
  { probabilities, objectness }: ProposalValues,
): string {
  if (objectness !== undefined) return objectness;
  const op = background === 'none' ? 'ReduceMax' : 'ReduceSum';
  return builder.add(op, [probabilities, builder.ints([2])], { keepdims: 1 });
}

/** Intersection over union of one box with boxes [n, anchors, 4], as [n, anchors, 1]. */
function addOverlaps(builder: GraphBuilder, boxes: string, box: Box): string {
  const { ops } = builder;
  const { left, top, right, bottom } = box;
  const part = (value: string, from: number) =>
    builder.add('Slice', [value, builder.ints([from]), builder.ints([from + 2]), builder.ints([2])]);
  const pair = (x: number, y: number) => builder.constant(float32([1, 1, 2], [x, y]), 'corner');
  const area = (from: string, to: string) =>
    builder.add('ReduceProd', [builder.add('Relu', [ops.Sub(to, from)]), builder.ints([2])], { keepdims: 1 });
  const [first, last] = [part(boxes, 0), part(boxes, 2)];
  const shared = area(ops.Max(first, pair(left, top)), ops.Min(last, pair(right, bottom)));
  const own = builder.scalar(areaOf(box));
  const union = ops.Sub(ops.Add(area(first, last), own), shared);
  return ops.Div(shared, ops.Max(union, builder.scalar(tiny)));
}
