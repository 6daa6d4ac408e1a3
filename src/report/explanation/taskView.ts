import type { LabelsDecision, NumberDecision, SegmentationDecision, TaskDecision } from '../../model/task/decision.ts';
import type { Picture } from '../../pictures/picture.ts';
import { classColours, drawClasses } from '../drawing/classes.ts';
import { counted, inWords, listed, percent, quantity } from '../page/number.ts';
import { detectionView } from './boxesView.ts';
import type { TaskView } from './view.ts';

/** So many labels or classes have a row of their own. */
const mostRows = 12;
/** So many are named in a sentence. */
const mostNamed = 4;

/**
 * A decision that is not for one class, in words, as a table and drawn.
 * @param target what is explained, in words.
 */
export function taskView(decision: TaskDecision, picture: Picture, target: string): TaskView {
  switch (decision.kind) {
    case 'labels':
      return labelsView(decision, target);
    case 'value':
      return valueView(decision);
    case 'segmentation':
      return segmentationView(decision, picture, target);
    case 'detection':
      return detectionView(decision);
  }
}

function labelsView({ labels, threshold }: LabelsDecision, target: string): TaskView {
  const present = labels.filter(({ isPresent }) => isPresent);
  const names = present.map(({ label }) => `“${label}”`);
  const [strongest] = labels;
  const above = `above ${percent(threshold)}`;
  const nothing = `No label is ${above}${strongest ? `; the strongest is “${strongest.label}” at ${percent(strongest.probability)}` : ''}`;
  return {
    label: present.length === 0 ? 'no label' : named(present.map(({ label }) => label)),
    measure: `${inWords(present.length)} of ${labels.length} labels ${above}`,
    sentence:
      names.length === 0 ? nothing : `The model found ${counted(names.length, 'label', 'labels')}: ${named(names)}`,
    about: `Each label has a probability of its own, and is there where that is ${above}; explained is ${target}.`,
    table: {
      caption: labels.length > mostRows ? `The ${mostRows} strongest of ${labels.length} labels` : 'All labels',
      measure: 'Probability',
      rows: labels.slice(0, mostRows).map(({ label, probability, isPresent }) => ({
        label,
        value: percent(probability),
        share: probability,
        isChosen: isPresent,
      })),
    },
  };
}

function valueView({ words, value, tolerance }: NumberDecision): TaskView {
  return {
    label: quantity(value),
    measure: `${words}, the same within ${quantity(tolerance)}`,
    sentence: `The model gives ${quantity(value)} for ${words}`,
    about: `A value decides between no classes. Another one counts as the same where it is at most ${quantity(tolerance)} away. The maps explain the number itself: red raised it, blue lowered it.`,
  };
}

function segmentationView(decision: SegmentationDecision, picture: Picture, target: string): TaskView {
  const { classes, height, width } = decision;
  const colours = classColours(classes.map(({ index }) => index));
  const [largest] = classes;
  const shares = classes.map(({ label, share }) => `“${label}” ${percent(share)}`);
  return {
    label: largest?.label ?? 'nothing',
    measure: `${percent(largest?.share ?? 0)} of the positions`,
    sentence: `The model sees ${counted(classes.length, 'class', 'classes')}: ${named(shares)}`,
    about: `It decides for a class at each of ${height} × ${width} positions; explained is ${target}.`,
    table: {
      caption: 'What it sees where',
      measure: 'Share',
      rows: classes.slice(0, mostRows).map(({ index, label, share }) => ({
        label,
        value: percent(share),
        share,
        colour: colours.get(index),
      })),
    },
    drawn: {
      picture: drawClasses(picture, decision, colours),
      alternative: `The image with the classes the model sees where: ${shares.join(', ')}`,
    },
  };
}

/** The first of several, and how many more there are. */
function named(names: readonly string[]): string {
  if (names.length <= mostNamed) return listed(names);
  return `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`;
}
