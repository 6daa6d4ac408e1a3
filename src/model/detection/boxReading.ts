import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { int64 } from '../../onnx/tensor.ts';
import type { InputDescription } from '../inputDescription.ts';
import type { Reading } from '../reading/reading.ts';
import { addAnchorScores } from './anchorScores.ts';
import { boxWords } from './box.ts';
import type { Detection } from './detections.ts';
import type { Detector } from './detector.ts';

/** A detection, and the anchors whose scores are explained for it. */
export interface ExplainedBox {
  readonly detection: Detection;
  /** At least the detection's own. */
  readonly anchors: readonly number[];
}

/**
 * The class scores behind a box: for each class the mean of its scores at the box's anchors, [n, classes]. Of a single class, its
 * score alone. The anchors are those of one image; of another the same places are read.
 */
export function boxReading({ layout, model }: Detector, { detection, anchors }: ExplainedBox): Reading {
  const { input } = model;
  const name = classNameOf(input, detection.class);
  const { scores } = layout;
  const { before } = layout.hasLogits
    ? { before: layout.activation === 'softmax' && layout.classes > 1 ? ('Softmax' as const) : ('Sigmoid' as const) }
    : { before: undefined };
  const { left, top, right, bottom } = detection.box;
  return {
    id: `box:${[left, top, right, bottom].map(Math.round).join(',')}:${name}`,
    words: `the box ${boxWords(detection.box)} (${name})`,
    output: scores.value,
    decides: 'classes',
    classes: layout.classes === 1 ? [`not ${name}`, name] : input.classes,
    scores: {
      ...(before ? { before } : { probabilities: true }),
      ...(layout.classes > 1 && before !== 'Softmax' ? { labels: true } : {}),
    },
    notes: [anchorWords(anchors.length, layout.anchors)],
    add: (builder) => addMean(builder, addAnchorScores(builder, layout, input).value, anchors),
  };
}

/** The class of a box as a target of its reading: of a single class, 1 stands for it and 0 for "not". */
export function boxClass({ layout }: Pick<Detector, 'layout'>, { detection }: ExplainedBox): number {
  return layout.classes === 1 ? 1 : detection.class;
}

export function classNameOf({ classes }: Pick<InputDescription, 'classes'>, index: number): string {
  return classes?.[index] ?? `class ${index}`;
}

function anchorWords(count: number, all: number): string {
  return count === 1
    ? `Of the ${all} places that propose boxes, the one behind the box was explained.`
    : `Of the ${all} places that propose boxes, the mean of the ${count} behind the box was explained.`;
}

/** The mean over some anchors of values [n, anchors, classes], as [n, classes]. */
function addMean(builder: GraphBuilder, values: string, anchors: readonly number[]): string {
  const chosen = builder.constant(int64(anchors), 'anchors');
  const some = builder.add('Gather', [values, chosen], { axis: 1 });
  return builder.add('ReduceMean', [some, builder.ints([1])], { keepdims: 0 });
}
