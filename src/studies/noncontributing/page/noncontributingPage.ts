import { mean } from '../../../faithfulness/mean.ts';
import { counted, percent } from '../../../language/english/numbers.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import type { ChangeKind } from '../changes/change.ts';
import { besideSheet } from './beside.ts';
import { type BesideRow, type FoundRow, holdsWords } from './besideView.ts';
import { changesTable, measuredTable } from './freedomTables.ts';
import { provedSection, squaresSection, squareWords } from './provedSections.ts';

interface NoncontributingPage {
  readonly title: string;
  readonly rows: readonly FoundRow[];
  readonly masked: boolean;
  /** What the maps were made for. */
  readonly changes: readonly ChangeKind[];
  /** The data set whose spread weighs the pixels of a second proof, where there is one. */
  readonly weightsOf?: string;
  /** What was pasted, in words: `the other images`. */
  readonly pasted: string;
  readonly provenance: Provenance;
}

/** The page of `konkyo noncontributing`. */
export function noncontributingPage({
  title,
  rows,
  masked,
  weightsOf,
  changes,
  pasted,
  provenance,
}: NoncontributingPage): PageView {
  const amplitude = mean(rows.map(({ found }) => found.meanAmplitude));
  const kept = Math.min(...rows.map(({ found }) => found.real.kept));
  const otherwise = Math.min(...rows.flatMap(({ found }) => found.structured.map((change) => change.kept)));
  const lost = rows.filter(({ found }) => found.attacked.lead <= 0).length;
  return {
    title,
    headline: `Independent noise of ${percent(amplitude)} of the pixel range left the decision as it was in ${percent(kept)} of tries. Other changes of that size did so in ${percent(otherwise)}.`,
    lede: `Noise gives each pixel a random number of its own, as large as the map says: ${percent(amplitude)} in the mean over ${counted(rows.length, 'image', 'images')}.${rows.length > 1 ? ' Both shares are of the image that fared worst.' : ''} Other changes are noise in blocks, blurring, and pasted content, of which the most harmful counts. An attack within the maps ${attackWords(lost, rows.length)}. ${masked ? 'The maps were found on a network with masks, which flatter them: the figures below are of the network as it is.' : 'Maps and figures are of the network as it is.'}${squareWords(rows)}`,
    sections: [
      sheetSection(rows.map(besideRow), changes),
      ...squaresSection(rows),
      measuredSection(rows, pasted),
      ...provedSection(rows, weightsOf),
    ],
    provenance,
  };
}

const kindTitles: Readonly<Record<ChangeKind, string>> = {
  independent: 'independent noise',
  blocks: 'noise in blocks',
  blur: 'blurring',
  pasted: 'pasted content',
  mixed: 'a mixture of them',
};

function attackWords(lost: number, images: number): string {
  if (lost === 0) return 'did not change the decision';
  return images === 1 ? 'changes the decision' : `changes the decision of ${lost} of ${images}`;
}

function besideRow({ image, found, proved }: FoundRow, _position: number, rows: readonly FoundRow[]): BesideRow {
  const isProved = rows.some((row) => row.proved !== undefined);
  const isWeighted = rows.some((row) => row.proved?.weighted);
  return {
    image,
    shown: [
      {
        title: isProved ? 'Non-contributing, tried' : 'Non-contributing pixels',
        map: found.map,
        holds: holdsWords({ ...found, measured: found.real }),
      },
      ...(isProved ? [{ title: 'Non-contributing, proved', map: proved?.plain?.map }] : []),
      ...(isWeighted ? [{ title: 'Proved, where images vary', map: proved?.weighted?.map }] : []),
    ],
  };
}

function sheetSection(rows: readonly BesideRow[], changes: readonly ChangeKind[]): PageSection {
  const madeFor = changes.map((kind) => kindTitles[kind]).join(', ');
  return {
    id: 'sheet',
    question: 'Which pixels can be noisy without changing the decision?',
    answer: html`
<p class="measure">In the maps of non-contributing pixels, pale yellow withstands noise of the whole range and dark blue none, on all pixels at once. The maps were made for ${madeFor}, and hold for nothing else by that; below each map stands how often the decision was kept under each kind of change. The other maps show where the score reacts to small changes: red raises it, blue lowers it.</p>
${besideSheet(rows)}`,
  };
}

function measuredSection(rows: readonly FoundRow[], pasted: string): PageSection {
  return {
    id: 'measured',
    question: 'How far are the maps true?',
    answer: html`
<p class="measure">All changes stay within the amplitudes of the map; the network itself is asked again. Independent noise adds to every pixel a random number of its own, evenly distributed up to its amplitude either way: this is what the paper’s maps are made for. Noise in blocks adds the same number to all pixels of a block, of one of three sizes. Blurring and pasting move every pixel towards the blurred image, or towards ${pasted}, as far as its amplitude allows. Mixed is one kind in some blocks and another one in the rest. The worst change was looked for by projected gradient descent: a lead below 0 means that the decision was lost. Clipped means that pixels were cut off at black and white, as a picture would.</p>
${changesTable(rows)}
${measuredTable(rows)}`,
  };
}
