import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { int64 } from '../../onnx/tensor.ts';
import type { Classifier } from '../classifier.ts';
import type { InputDescription } from '../inputDescription.ts';
import { derive } from '../makeClassifier.ts';
import { type Reading, readAs } from '../reading/reading.ts';
import { activationBefore, addAnchorScores } from './anchorScores.ts';
import { boxWords } from './box.ts';
import type { ExplainedBox } from './detections.ts';
import type { Detector } from './detector.ts';

/** The scores behind a box as a classifier, which knows the box; see `boxReading`. It has a program of its own, to be released. */
export async function readBox(detector: Detector, { detection, anchors }: ExplainedBox): Promise<Classifier> {
  const read = await readAs(detector.model, boxReading(detector, { detection, anchors }));
  return derive(read, { box: { layout: detector.layout, detection, anchors } });
}

/**
 * The class scores behind a box: for each class the mean of its scores at the box's anchors, [n, classes]. Of a single class, its
 * score alone. The anchors are those of one image; of another the same places are read.
 */
export function boxReading({ layout, model }: Detector, { detection, anchors }: ExplainedBox): Reading {
  const { input } = model;
  const name = classNameOf(input, detection.class);
  const { scores } = layout;
  const before = activationBefore(layout);
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
    add: (builder) => addMean(builder, addAnchorScores(builder, layout, input), anchors),
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
