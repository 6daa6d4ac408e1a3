import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { ReadyModel } from '../classifier.ts';
import { addBeforeActivation } from './beforeActivation.ts';
import type { PixelSize } from './box.ts';
import { gridCells } from './grid.ts';
import {
  type Activation,
  type BoxForm,
  type BoxUnit,
  type Columns,
  type DetectionLayout,
  unitWords,
} from './layout.ts';
import type { DraftLayout } from './recognise.ts';

/**
 * A layout with what names and shapes do not say: the activation from the graph, and from the numbers for some images the form and
 * unit of boxes and whether scores are probabilities. What is found so is an assumption, and said.
 * @param numbers the outputs that the layout reads, for some images.
 */
export function settleLayout(
  { model, input }: Pick<ReadyModel, 'model' | 'input'>,
  draft: DraftLayout,
  numbers: (value: string) => Tensor<'float32'>,
): Omit<DetectionLayout, 'hasLogits'> {
  const stepped = addBeforeActivation(new GraphBuilder(model.graph, 'detection'), draft.scores.value);
  const scores = numbers(draft.scores.value).data;
  const boxes = columnsOf(numbers(draft.boxes.value), draft.boxes);
  const given =
    draft.given ?? (stepped || scores.every((score) => score >= 0 && score <= 1) ? 'probabilities' : 'logits');
  const activation: Activation =
    draft.activation ??
    (given === 'probabilities' && stepped ? stepped.activation : draft.name === 'nms' ? 'sigmoid' : 'softmax');
  const background = draft.background ?? (activation === 'softmax' && draft.classes > 1 ? 'first' : 'none');
  const form = draft.form ?? formOf(boxes);
  const unit = draft.unit ?? (draft.name === 'yolov5' ? yoloUnit(boxes, draft.anchors, input) : unitOf(boxes));
  const classes = draft.scores.to - draft.scores.from - (background === 'none' ? 0 : 1);
  const assumed = [
    ...draft.assumed,
    draft.form === undefined &&
      `Boxes are read as ${form === 'centre' ? 'centre, width and height' : 'corners x1, y1, x2, y2'}, since their numbers look so.`,
    draft.unit === undefined && `Boxes are read as ${unitWords[unit]}, since their numbers look so.`,
    draft.background === undefined &&
      background === 'first' &&
      'The first column of the class scores is taken for the background, as is usual before a softmax.',
  ].filter((sentence) => sentence !== false);
  return { ...draft, given, activation, background, form, unit, classes, assumed };
}

/** Rows of the columns, one a place in one image. */
function columnsOf(
  { dims, data }: Tensor<'float32'>,
  { anchorAxis, from, to }: Columns,
): readonly (readonly number[])[] {
  const [count = 0, first = 0, second = 0] = dims;
  const [anchors, all] = anchorAxis === 1 ? [first, second] : [second, first];
  const at = (image: number, anchor: number, column: number) =>
    data[image * all * anchors + (anchorAxis === 1 ? anchor * all + column : column * anchors + anchor)] ?? Number.NaN;
  return Array.from({ length: count * anchors }, (_, row) =>
    Array.from({ length: to - from }, (_, i) => at(Math.floor(row / anchors), row % anchors, from + i)),
  );
}

/** So many boxes must look as a form or unit says. */
const nearlyAll = 0.98;

function formOf(boxes: readonly (readonly number[])[]): BoxForm {
  const ordered = boxes.filter(([a = 0, b = 0, c = 0, d = 0]) => c >= a && d >= b);
  return ordered.length >= nearlyAll * boxes.length ? 'corners' : 'centre';
}

function unitOf(boxes: readonly (readonly number[])[]): BoxUnit {
  const small = boxes.filter((box) => box.every((side) => Math.abs(side) <= largestShare));
  return small.length >= nearlyAll * boxes.length ? 'shares' : 'pixels';
}

/** Logarithms of sizes are negative where a box is smaller than its cell; widths and heights never are. */
function yoloUnit(boxes: readonly (readonly number[])[], anchors: number, size: PixelSize): BoxUnit {
  const hasLogarithms = boxes.some(([, , width = 0, height = 0]) => width < 0 || height < 0);
  return hasLogarithms && gridCells(size).length === anchors ? 'cells' : unitOf(boxes);
}

/** A box as shares may reach a little beyond the image. */
const largestShare = 2;
