import type { Words } from '../../language/words.ts';
import type { DetectionDecision, FoundBox } from '../../model/task/decision.ts';
import type { BoxesView, TaskView } from './view.ts';

/** So many boxes are listed in the table. */
const mostListed = 12;

/** What a detector found, to be drawn over the picture. */
export function boxesView({ boxes, explained }: DetectionDecision, words: Words): BoxesView {
  return {
    all: boxes.map(({ inputBox: [left = 0, top = 0, right = 0, bottom = 0], ...box }) => ({
      ...{ left, top, right, bottom },
      label: boxLabel(box, words),
    })),
    explained,
  };
}

/** `face 98%` */
function boxLabel({ label, probability }: Pick<FoundBox, 'label' | 'probability'>, { numbers }: Words): string {
  return `${label} ${numbers.percent(probability)}`;
}

/** What a detector found, and which of it is explained, in words and as a table. */
export function detectionView({ image, boxes, explained, places, note }: DetectionDecision, words: Words): TaskView {
  const { detection: text, probabilityColumn } = words.tasks;
  const { percent } = words.numbers;
  const own = boxes[explained];
  const kept = boxes.filter(({ isNotKept }) => !isNotKept);
  const sides = own?.box.join(', ') ?? '';
  const about = text.about(sides, places);
  const listing = [...boxes.slice(0, mostListed), ...(explained >= mostListed && own ? [own] : [])];
  return {
    label: own?.label ?? text.none,
    measure: text.measure(own?.probability ?? 0, sides),
    sentence: text.sentence(
      kept.map((box) => boxLabel(box, words)),
      image,
    ),
    about: note === undefined ? about : `${note}${words.page.space}${about}`,
    table: {
      caption: text.caption(mostListed, boxes.length),
      measure: probabilityColumn,
      rows: listing.map((box) => ({
        label: text.at(box.label, box.box.join(', '), !box.isNotKept),
        value: percent(box.probability),
        share: box.probability,
        isChosen: box === own,
      })),
    },
  };
}
