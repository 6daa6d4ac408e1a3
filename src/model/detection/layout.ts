/*
 * How the outputs of a detector are to be read. Exporters differ in where the numbers lie, not in what they say: each of many
 * places (anchors, queries) proposes a box, scores for the classes, and perhaps how sure it is of anything. So each layout is a
 * record of where these lie; what reads them is the same for all.
 */

/** The names that a layout can be given by in a model's description. */
export const layoutNames = ['yolov5', 'yolov8', 'ssd', 'detr', 'nms'] as const;
export type LayoutName = (typeof layoutNames)[number];

/** How four numbers are a box: two corners as x1, y1, x2, y2 or as y1, x1, y2, x2; or the centre with width and height. */
export const boxForms = ['corners', 'corners-yx', 'centre'] as const;
export type BoxForm = (typeof boxForms)[number];

/**
 * What a box is measured in: pixels of the model's input; shares of its width and height; or, with the form `centre`, cells of the
 * grids of 8, 16 and 32 pixels (YOLOX): the centre from the anchor's own cell, width and height as logarithms.
 */
export const boxUnits = ['pixels', 'shares', 'cells'] as const;
export type BoxUnit = (typeof boxUnits)[number];

/** What makes probabilities of class scores: a sigmoid of each, or the softmax of them all. */
export const activations = ['sigmoid', 'softmax'] as const;
export type Activation = (typeof activations)[number];

/** Where "nothing is here" lies among the classes of a softmax. */
export const backgrounds = ['first', 'last', 'none'] as const;
export type Background = (typeof backgrounds)[number];

/** Some columns of a value that has a row for each anchor. */
export interface Columns {
  /** A value of the graph: an output, or what goes into a NonMaxSuppression. */
  readonly value: string;
  /** The axis along which the anchors lie: [n, anchors, columns] is 1, [n, columns, anchors] is 2. */
  readonly anchorAxis: 1 | 2;
  /** The first column and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** A layout, settled for one model. */
export interface DetectionLayout {
  readonly name: LayoutName;
  readonly anchors: number;
  /** Classes of things, without the background. */
  readonly classes: number;
  readonly boxes: Columns;
  readonly form: BoxForm;
  readonly unit: BoxUnit;
  /** The class columns, the background among them where there is one. */
  readonly scores: Columns;
  /** Whether the model gives the class columns as probabilities already. */
  readonly given: 'probabilities' | 'logits';
  /** Whether the numbers before the activation are there to be explained: given, or found in the graph. */
  readonly hasLogits: boolean;
  readonly activation: Activation;
  readonly background: Background;
  /** One column: how sure the anchor is that anything is there, as the model gives the class columns. */
  readonly objectness?: Columns;
  /** What was assumed of it that its shapes do not say: sentences. */
  readonly assumed: readonly string[];
}

export const unitWords: Readonly<Record<BoxUnit, string>> = {
  pixels: "pixels of the model's input",
  shares: 'shares of its width and height',
  cells: 'cells of grids of 8, 16 and 32 pixels, sizes as logarithms',
};

/** A layout in words for a report: what was read as what. */
export function layoutWords(layout: DetectionLayout): string {
  const { name, anchors, classes, boxes, form, unit, scores, activation, objectness } = layout;
  const formWords =
    form === 'centre' ? 'centre, width and height' : form === 'corners' ? 'x1, y1, x2, y2' : 'y1, x1, y2, x2';
  const sure = objectness ? ', times the objectness' : '';
  return `Read as ${name}: ${anchors} places, each with a box (${formWords}, in ${unitWords[unit]}) from "${boxes.value}" and ${classes} ${classes === 1 ? 'class' : 'classes'} (${activation}${sure}) from "${scores.value}".`;
}
