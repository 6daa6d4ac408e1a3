import type { Words } from '../../language/words.ts';
import type { LabelsDecision, NumberDecision, SegmentationDecision, TaskDecision } from '../../model/task/decision.ts';
import type { Picture } from '../../pictures/picture.ts';
import { classColours, drawClasses } from '../drawing/classes.ts';
import { detectionView } from './boxesView.ts';
import type { TaskView } from './view.ts';

/** So many labels or classes have a row of their own. */
const mostRows = 12;

/**
 * A decision that is not for one class, in words, as a table and drawn.
 * @param target what is explained, in words.
 */
export function taskView(decision: TaskDecision, picture: Picture, target: string, words: Words): TaskView {
  switch (decision.kind) {
    case 'labels':
      return labelsView(decision, target, words);
    case 'value':
      return valueView(decision, words);
    case 'segmentation':
      return segmentationView(decision, picture, target, words);
    case 'detection':
      return detectionView(decision, words);
  }
}

function labelsView({ labels, threshold }: LabelsDecision, target: string, words: Words): TaskView {
  const { labels: text, probabilityColumn } = words.tasks;
  const { percent } = words.numbers;
  const present = labels.flatMap(({ isPresent, label }) => (isPresent ? [label] : []));
  const [strongest] = labels;
  return {
    label: present.length === 0 ? text.none : text.decided(present),
    measure: text.measure(present.length, labels.length, threshold),
    sentence:
      present.length === 0
        ? text.nothing(threshold, strongest?.label, strongest?.probability ?? 0)
        : text.found(present),
    about: text.about(threshold, target),
    table: {
      caption: text.strongest(mostRows, labels.length),
      measure: probabilityColumn,
      rows: labels.slice(0, mostRows).map(({ label, probability, isPresent }) => ({
        label,
        value: percent(probability),
        share: probability,
        isChosen: isPresent,
      })),
    },
  };
}

function valueView({ words: said, value, tolerance }: NumberDecision, { tasks, numbers }: Words): TaskView {
  return {
    label: numbers.quantity(value),
    measure: tasks.value.measure(said, tolerance),
    sentence: tasks.value.sentence(said, value),
    about: tasks.value.about(tolerance),
  };
}

function segmentationView(decision: SegmentationDecision, picture: Picture, target: string, words: Words): TaskView {
  const { classes, height, width } = decision;
  const { segmentation: text } = words.tasks;
  const { percent } = words.numbers;
  const colours = classColours(classes.map(({ index }) => index));
  const [largest] = classes;
  return {
    label: largest?.label ?? text.nothing,
    measure: text.measure(largest?.share ?? 0),
    sentence: text.sentence(classes),
    about: text.about(height, width, target),
    table: {
      caption: text.caption,
      measure: text.share,
      rows: classes.slice(0, mostRows).map(({ index, label, share }) => ({
        label,
        value: percent(share),
        share,
        colour: colours.get(index),
      })),
    },
    drawn: {
      picture: drawClasses(picture, decision, colours),
      alternative: text.drawn(classes.map(({ label, share }) => `${label} ${percent(share)}`)),
    },
  };
}
