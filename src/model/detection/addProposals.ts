import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { PixelSize } from './box.ts';
import { gridCells } from './grid.ts';
import type { Columns, DetectionLayout } from './layout.ts';

/** What a detector's anchors propose, as values of a graph. */
export interface ProposalValues {
  /** [n, anchors, 4]: left, top, right, bottom in pixels of the model's input. */
  readonly boxes: string;
  /** [n, anchors, classes]: each class's probability, without the background and without the objectness. */
  readonly probabilities: string;
  /** [n, anchors, 1]: how sure the anchor is that anything is there, 0 to 1; undefined where the layout does not say. */
  readonly objectness?: string;
  /** [n, anchors, classes]: the probability that is thresholded, class times objectness. */
  readonly confidences: string;
}

/**
 * Adds what a layout says: boxes as corners in pixels of the model's input, and probabilities.
 * @param size of the model's input.
 */
export function addProposals(
  builder: GraphBuilder,
  layout: Omit<DetectionLayout, 'hasLogits'>,
  size: PixelSize,
): ProposalValues {
  const { ops } = builder;
  const given = addColumns(builder, layout.scores);
  const squashed = layout.given === 'probabilities' ? given : addActivation(builder, layout, given);
  const probabilities = withoutBackground(builder, layout, squashed);
  const sure = layout.objectness && addColumns(builder, layout.objectness);
  const objectness = sure !== undefined && layout.given === 'logits' ? ops.Sigmoid(sure) : sure;
  return {
    boxes: addBoxes(builder, layout, size),
    probabilities,
    objectness,
    confidences: objectness === undefined ? probabilities : ops.Mul(probabilities, objectness),
  };
}

/** Some columns as [n, anchors, columns]. @param value another value of the same shape to take them from. */
export function addColumns(
  builder: GraphBuilder,
  { value, anchorAxis, from, to }: Columns,
  of: string = value,
): string {
  const byAnchor = anchorAxis === 1 ? of : builder.add('Transpose', [of], { perm: [0, 2, 1] });
  return builder.add('Slice', [byAnchor, builder.ints([from]), builder.ints([to]), builder.ints([2])]);
}

/** Probabilities of logits [n, anchors, columns]. */
export function addActivation(
  builder: GraphBuilder,
  { activation }: Pick<DetectionLayout, 'activation'>,
  logits: string,
): string {
  return activation === 'sigmoid' ? builder.ops.Sigmoid(logits) : builder.add('Softmax', [logits], { axis: 2 });
}

/** [n, anchors, classes] of columns with a background among them. */
export function withoutBackground(
  builder: GraphBuilder,
  { background, classes }: Pick<DetectionLayout, 'background' | 'classes'>,
  columns: string,
): string {
  if (background === 'none') return columns;
  const from = background === 'first' ? 1 : 0;
  return builder.add('Slice', [columns, builder.ints([from]), builder.ints([from + classes]), builder.ints([2])]);
}

function addBoxes(
  builder: GraphBuilder,
  layout: Pick<DetectionLayout, 'boxes' | 'form' | 'unit'>,
  size: PixelSize,
): string {
  const { ops } = builder;
  const given = addColumns(builder, layout.boxes);
  const ordered = layout.form === 'corners-yx' ? addOrder(builder, given, [1, 0, 3, 2]) : given;
  const sides = addPixels(builder, layout, ordered, size);
  if (layout.form !== 'centre') return sides;
  // x -+ w / 2, y -+ h / 2: a fixed 4 x 4 matrix of the four numbers.
  const corners = [
    [1, 0, 1, 0],
    [0, 1, 0, 1],
    [-0.5, 0, 0.5, 0],
    [0, -0.5, 0, 0.5],
  ].flat();
  return ops.MatMul(sides, builder.constant(float32([4, 4], corners), 'corners'));
}

function addOrder(builder: GraphBuilder, value: string, order: readonly number[]): string {
  return builder.add('Gather', [value, builder.ints(order)], { axis: 2 });
}

/** The numbers of boxes in pixels. */
function addPixels(
  builder: GraphBuilder,
  { unit }: Pick<DetectionLayout, 'unit'>,
  boxes: string,
  size: PixelSize,
): string {
  const { ops } = builder;
  if (unit === 'pixels') return boxes;
  if (unit === 'shares') {
    const { width, height } = size;
    return ops.Mul(boxes, builder.constant(float32([1, 1, 4], [width, height, width, height]), 'size'));
  }
  const cells = gridCells(size);
  const part = (from: number) =>
    builder.add('Slice', [boxes, builder.ints([from]), builder.ints([from + 2]), builder.ints([2])]);
  const corners = cells.flatMap(({ column, row }) => [column, row]);
  const strides = cells.map(({ stride }) => stride);
  const centres = ops.Add(part(0), builder.constant(float32([1, cells.length, 2], corners), 'cells'));
  const inCells = builder.add('Concat', [centres, ops.Exp(part(2))], { axis: 2 });
  return ops.Mul(inCells, builder.constant(float32([1, cells.length, 1], strides), 'strides'));
}
