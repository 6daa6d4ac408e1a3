import type { DetectionDecision, FoundBox } from '../../model/task/decision.ts';
import { counted, listed, percent } from '../page/number.ts';
import type { BoxesView, TaskView } from './view.ts';

/** So many boxes are named in a sentence, and listed in the table. */
const mostNamed = 4;
const mostListed = 12;

/** What a detector found, to be drawn over the picture. */
export function boxesView({ boxes, explained }: DetectionDecision): BoxesView {
  return {
    all: boxes.map(({ inputBox: [left = 0, top = 0, right = 0, bottom = 0], ...box }) => ({
      ...{ left, top, right, bottom },
      label: boxLabel(box),
    })),
    explained,
  };
}

/** `face 98%` */
function boxLabel({ label, probability }: Pick<FoundBox, 'label' | 'probability'>): string {
  return `${label} ${percent(probability)}`;
}

/** What a detector found, and which of it is explained, in words and as a table. */
export function detectionView({ image, boxes, explained, places, note }: DetectionDecision): TaskView {
  const own = boxes[explained];
  const kept = boxes.filter(({ isNotKept }) => !isNotKept);
  const more = kept.length - mostNamed;
  const named = [...kept.slice(0, mostNamed).map(boxLabel), ...(more > 0 ? [`${more} more`] : [])];
  const found =
    kept.length === 0
      ? `no boxes in ${image}`
      : `${counted(kept.length, 'box', 'boxes')} in ${image}: ${listed(named)}`;
  const sides = own?.box.join(', ') ?? '';
  const listing = [...boxes.slice(0, mostListed), ...(explained >= mostListed && own ? [own] : [])];
  return {
    label: own?.label ?? 'no box',
    measure: `${percent(own?.probability ?? 0)}, at ${sides}`,
    sentence: `The detector found ${found}`,
    about: `${note === undefined ? '' : `${note} `}The box explained here is at ${sides} (left, top, right and bottom in pixels of the picture’s file), and ${places === 1 ? 'one place of the detector proposes it' : `${places} places of the detector propose it`}.`,
    table: {
      caption:
        boxes.length > mostListed
          ? `The ${mostListed} strongest of ${boxes.length} boxes`
          : 'The boxes, strongest first',
      measure: 'Probability',
      rows: listing.map((box) => ({
        label: `${box.label} at ${box.box.join(', ')}${box.isNotKept ? ' (not kept)' : ''}`,
        value: percent(box.probability),
        share: box.probability,
        isChosen: box === own,
      })),
    },
  };
}
