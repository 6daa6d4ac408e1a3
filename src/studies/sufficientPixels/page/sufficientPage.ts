import { mean } from '../../../faithfulness/mean.ts';
import { count, counted, percent } from '../../../language/english/numbers.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { contactSheet } from '../../../report/drawing/contactSheet.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import type { PageProvenance } from '../../../report/explanation/view.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { PageView } from '../../../report/page/page.ts';
import { heldPicture } from './heldPicture.ts';

/** One image as the page shows it. */
export interface SufficientRow {
  readonly name: string;
  readonly decided: string;
  readonly picture: Picture;
  readonly held: readonly number[];
  readonly open: number;
  readonly margin: number;
  /** How many bounds prove it together; undefined where cases could not be told apart. */
  readonly bounds: number | undefined;
  readonly seconds: number;
}

interface SufficientView {
  readonly title: string;
  readonly rows: readonly SufficientRow[];
  readonly epsilon: number;
  /** Why cases were not told apart, where they were not. */
  readonly boundsAlone: string | undefined;
  readonly provenance: PageProvenance;
}

/** The page of `konkyo noncontributing --sufficient`. */
export function sufficientPage({ title, rows, epsilon, boundsAlone, provenance }: SufficientView): PageView {
  const pixels = (rows[0]?.picture.width ?? 0) * (rows[0]?.picture.height ?? 0);
  const size = mean(rows.map(({ held }) => held.length));
  const undecided = rows.reduce((sum, { open }) => sum + open, 0);
  const minimal =
    undecided === 0
      ? 'No pixel of a set can be left out by itself: with any one of them free too, a change was found that alters the class, or comes within float32’s rounding of it.'
      : 'For some pixels of a set it was not found out whether they could be left out, so a smaller set may do.';
  return {
    title,
    headline: `${rows.length === 1 ? count(size) : `On average ${size.toFixed(0)}`} of ${count(pixels)} pixels keep the decision while the others move by up to ${percent(epsilon)}.`,
    lede: `It is proved that the class stays while the coloured pixels are what they are and all others move by up to ${percent(epsilon)} of the pixel range, all at once and in any way. ${minimal} Nothing is said of larger changes.`,
    sections: [
      {
        id: 'sets',
        question: 'Which pixels are enough?',
        answer: html`
<p class="measure">Green: pixels that are held. Grey: the image, and all of it that may move. A smaller set says that the decision is safer, not that the rest is unimportant for larger changes.</p>
${contactSheet(
  rows.flatMap(({ name, decided, picture, held }) => [
    { picture, alternative: `The image ${name}`, caption: `${name}: ${decided}` },
    {
      picture: heldPicture(picture, held),
      alternative: `${held.length} pixels of ${name} that are enough`,
      caption: `${counted(held.length, 'pixel is', 'pixels are')} enough`,
    },
  ]),
)}`,
      },
      { id: 'figures', question: 'How was it proved?', answer: figures(rows, boundsAlone) },
    ],
    provenance,
  };
}

function figures(rows: readonly SufficientRow[], boundsAlone: string | undefined): Html {
  const columns = ['Held', 'Not decided', 'Margin', 'Bounds', 'Seconds'].map((label) => ({ label, number: true }));
  return html`
<p class="measure">${
    boundsAlone === undefined
      ? 'Every other class’s score is bounded from the pixels on; where one bound is not enough, the cases of a ReLU, on and off, are proved one by one. What float32 may round is taken off.'
      : `Only bounds were used, so sets are larger than they need to be. ${boundsAlone}`
  }</p>
${dataTable(
  'Held: pixels in the set. Not decided: those of them of which it is not known whether they are needed. Margin: how far the class is ahead at the image, in score units. Bounds: how many prove the set.',
  [{ label: 'Image' }, { label: 'Decided' }, ...columns],
  rows.map(({ name, decided, held, open, margin, bounds, seconds }) => [
    name,
    decided,
    count(held.length),
    count(open),
    margin.toFixed(2),
    bounds === undefined ? '' : count(bounds),
    seconds.toFixed(1),
  ]),
)}`;
}
