import { UnsuitableModelError } from '../errors.ts';
import type { ModelOutput } from '../outputShapes.ts';
import type { DetectionLayoutSettings } from './detectionSettings.ts';
import type { Background, Columns, DetectionLayout, LayoutName } from './layout.ts';
import type { Suppression } from './suppression.ts';

/** What there is to recognise a layout by, beside the outputs' names and shapes. */
export interface LayoutHints {
  readonly settings?: DetectionLayoutSettings;
  /** How many class names there are, where there are any. */
  readonly names?: number;
  /** The values that go into the model's NonMaxSuppression, where it has one. */
  readonly suppressed?: Suppression;
}

/** A layout as far as names and shapes say; what is undefined has to be read off the graph and its numbers. */
export type DraftLayout = Omit<DetectionLayout, 'hasLogits' | 'form' | 'unit' | 'given' | 'activation' | 'background'> &
  Partial<Pick<DetectionLayout, 'form' | 'unit' | 'given' | 'activation' | 'background'>>;

/**
 * The layout of a detector by the names and shapes of its outputs (without the batch), as far as they say; undefined for what is
 * none that is known.
 */
export function recogniseDetection(outputs: readonly ModelOutput[], hints: LayoutHints = {}): DraftLayout | undefined {
  const { settings = {}, suppressed } = hints;
  const tables = outputs.filter(({ dims }) => dims.length === 2);
  const pair = pairOf(tables, suppressed ?? { boxes: settings.boxes, scores: settings.scores });
  const draft =
    pair && settings.layout !== 'yolov5' && settings.layout !== 'yolov8'
      ? boxesAndScores(pair, settings, suppressed)
      : oneTable(tables, hints);
  if (!draft) return undefined;
  const { form, unit, given, activation, background } = settings;
  const said = Object.fromEntries(
    Object.entries({ form, unit, given, activation, background }).filter(([, value]) => value !== undefined),
  );
  const classes = draft.scores.to - draft.scores.from - ((background ?? draft.background ?? 'none') === 'none' ? 0 : 1);
  return classes < 1 ? undefined : { ...draft, ...said, classes };
}

/** The error for a model whose outputs are no layout that is known: what they are, and how to describe them. */
export function unrecognised(outputs: readonly ModelOutput[]): UnsuitableModelError {
  const list = outputs.map(({ name, dims }) => `  ${name}: [${['n', ...dims].join(', ')}]`).join('\n');
  return new UnsuitableModelError(
    `The layout of this detector is not recognised. Its outputs are:\n${list}\nSay how they are to be read in MODEL.konkyo.json, as "detection": {"layout": "yolov8"} ([n, 4 + classes, anchors]), {"layout": "yolov5"} ([n, anchors, 5 + classes]), or {"boxes": NAME, "scores": NAME} ([n, anchors, 4] and [n, anchors, classes]), with "form", "unit", "activation" and "background" where they are not the usual ones (docs/detection.md). A value inside of the model can be named too: --output NAME.`,
  );
}

interface Pair {
  readonly boxes: ModelOutput;
  readonly scores: ModelOutput;
}

function pairOf(tables: readonly ModelOutput[], named: { boxes?: string; scores?: string }): Pair | undefined {
  const byName = (name: string | undefined) => tables.find((one) => one.name === name);
  const isBoxes = ({ dims: [, columns] }: ModelOutput) => columns === 4;
  const called = tables.filter((one) => isBoxes(one) && /box|loc/i.test(one.name));
  const likely = called.length === 1 ? called : tables.filter(isBoxes);
  const boxes = named.boxes === undefined ? (likely.length === 1 ? likely[0] : undefined) : byName(named.boxes);
  if (!boxes || !isBoxes(boxes)) return undefined;
  const [anchors] = boxes.dims;
  const others = tables.filter((one) => one !== boxes && one.dims.some((dim) => dim === anchors));
  const scores = named.scores === undefined ? (others.length === 1 ? others[0] : undefined) : byName(named.scores);
  return scores?.dims.some((dim) => dim === anchors) ? { boxes, scores } : undefined;
}

function boxesAndScores(
  { boxes, scores }: Pair,
  { layout }: DetectionLayoutSettings,
  suppressed: Suppression | undefined,
): DraftLayout {
  const [anchors = 0] = boxes.dims;
  const isSuppressed = suppressed !== undefined;
  // NonMaxSuppression takes scores as [n, classes, anchors].
  const isTransposed = isSuppressed || scores.dims[0] !== anchors;
  const columns = isTransposed ? (scores.dims[0] ?? 0) : (scores.dims[1] ?? 0);
  const isDetr = layout === 'detr' || (layout === undefined && !isSuppressed && /logit/i.test(scores.name));
  const name: LayoutName = isSuppressed ? 'nms' : isDetr ? 'detr' : 'ssd';
  const detr = { form: 'centre', unit: 'shares', background: 'last', given: 'logits', activation: 'softmax' } as const;
  return {
    name,
    anchors,
    classes: columns,
    boxes: { value: boxes.name, anchorAxis: 1, from: 0, to: 4 },
    scores: { value: scores.name, anchorAxis: isTransposed ? 2 : 1, from: 0, to: columns },
    assumed: [],
    ...(isDetr ? detr : suppressed ? { form: suppressed.form, background: 'none' satisfies Background } : {}),
  };
}

/** One table with boxes and classes side by side: YOLOv5 has its anchors first and an objectness, YOLOv8 its columns first and none. */
function oneTable(tables: readonly ModelOutput[], { settings = {}, names }: LayoutHints): DraftLayout | undefined {
  const fitting = tables.filter(({ dims }) => Math.min(...dims) >= 5);
  const [table, another] = fitting;
  if (!table || another) return undefined;
  const [first = 0, second = 0] = table.dims;
  const isColumnsFirst = first < second;
  const [columns, anchors] = isColumnsFirst ? [first, second] : [second, first];
  const byShape = isColumnsFirst ? 'yolov8' : 'yolov5';
  const byNames =
    columns === (names ?? Number.NaN) + 4 ? 'yolov8' : columns === (names ?? Number.NaN) + 5 ? 'yolov5' : byShape;
  const name = settings.layout ?? byNames;
  if (name !== 'yolov5' && name !== 'yolov8') return undefined;
  const before = name === 'yolov5' ? 5 : 4;
  // Columns beyond the classes that there are names for are something else: coefficients of masks, key points.
  const classes = names !== undefined && names < columns - before ? names : columns - before;
  if (classes < 1) return undefined;
  const part = (from: number, to: number): Columns => ({
    value: table.name,
    anchorAxis: isColumnsFirst ? 2 : 1,
    from,
    to,
  });
  const beyond = columns - before - classes;
  return {
    name,
    anchors,
    classes,
    boxes: part(0, 4),
    scores: part(before, before + classes),
    ...(name === 'yolov5' ? { objectness: part(4, 5) } : {}),
    form: 'centre',
    // YOLOX has the columns of YOLOv5, and may have its boxes in cells.
    unit: name === 'yolov8' ? 'pixels' : undefined,
    activation: 'sigmoid',
    background: 'none',
    assumed:
      beyond > 0
        ? [`The last ${beyond} columns of "${table.name}" are not classes that there are names for, and were not read.`]
        : [],
  };
}
