import { mean } from '../../../faithfulness/mean.ts';
import { counted, percent } from '../../../language/english/numbers.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import { besideSheet } from './beside.ts';
import type { BesideRow, FoundRow } from './besideView.ts';
import { measuredTable, provedTable } from './freedomTables.ts';

interface NoncontributingPage {
  readonly title: string;
  readonly rows: readonly FoundRow[];
  readonly masked: boolean;
  readonly provenance: Provenance;
}

/** The page of `konkyo noncontributing`. */
export function noncontributingPage({ title, rows, masked, provenance }: NoncontributingPage): PageView {
  const amplitude = mean(rows.map(({ found }) => found.meanAmplitude));
  const kept = Math.min(...rows.map(({ found }) => found.real.kept));
  return {
    title,
    headline: `A pixel could move by ${percent(amplitude)} of its range, and the decision would stay.`,
    lede: `That is the mean over all pixels of ${counted(rows.length, 'image', 'images')}, all pixels changing at once and at random. In fresh tries the class stayed in ${percent(kept)}${rows.length > 1 ? ' for the image where it stayed least often' : ''}. ${masked ? 'The maps were found on a network with masks, which flatter them: the figures below are of the network as it is.' : 'Maps and figures are of the network as it is.'}`,
    sections: [sheetSection(rows.map(besideRow)), measuredSection(rows), ...provedSection(rows)],
    provenance,
  };
}

function besideRow({ image, found, proved }: FoundRow, _position: number, rows: readonly FoundRow[]): BesideRow {
  const isProved = rows.some((row) => row.proved !== undefined);
  return {
    image,
    shown: [
      { title: isProved ? 'Non-contributing, tried' : 'Non-contributing pixels', map: found.map },
      ...(isProved ? [{ title: 'Non-contributing, proved', map: proved?.map }] : []),
    ],
  };
}

function sheetSection(rows: readonly BesideRow[]): PageSection {
  return {
    id: 'sheet',
    question: 'Which pixels could be anything without changing the decision?',
    answer: html`
<p class="measure">In the maps of non-contributing pixels, pale yellow may become anything and dark blue has to stay: each pixel could be changed by up to its amplitude, all of them at once, and the decision would be the same. The other maps say the opposite thing, and in another way: where the score reacts to small changes (red raises it, blue lowers it), each with its own scale.</p>
${besideSheet(rows)}`,
  };
}

function measuredSection(rows: readonly FoundRow[]): PageSection {
  return {
    id: 'measured',
    question: 'How far are the maps true?',
    answer: html`
<p class="measure">A try adds to every pixel a random number, evenly distributed up to the pixel’s amplitude either way, and asks the network itself again. Clipped means that pixels were cut off at black and white, as a picture would.</p>
${measuredTable(rows)}`,
  };
}

function provedSection(rows: readonly FoundRow[]): PageSection[] {
  if (rows.every(({ proved }) => proved === undefined)) return [];
  return [
    {
      id: 'proved',
      question: 'What is certain?',
      answer: html`
<p class="measure">Tried means that random changes as large as these left the class as it was, every time or nearly: somebody who looks for a change that breaks it may find one. Proved means that no change within the amplitudes, however cleverly chosen, can alter the class. So proved amplitudes are smaller.</p>
${provedTable(rows)}`,
    },
  ];
}
