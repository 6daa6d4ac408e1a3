import { percent, quantity } from '../../../language/english/numbers.ts';
import { type Column, dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';
import type { CertifiedSquare, CertifiedSquares } from '../certifiedSquares.ts';
import { decisionWords, type FoundRow, type ProvedView } from './besideView.ts';
import { squarePicture } from './squarePicture.ts';

const number = (label: string): Column => ({ label, number: true });

/** Squares that may hold anything; none without proofs. */
export function squaresSection(rows: readonly FoundRow[]): PageSection[] {
  const proved = rows.flatMap(({ image, proved }) =>
    proved?.squares ? [{ ...proved, image, squares: proved.squares }] : [],
  );
  if (proved.length === 0) return [];
  return [{ id: 'squares', question: 'Which part of the image may hold anything?', answer: squares(proved) }];
}

/** What is certain; none without proofs. @param weightsOf the data set that weighs the pixels, where one does */
export function provedSection(rows: readonly FoundRow[], weightsOf: string | undefined): PageSection[] {
  const proved = provedRows(rows);
  if (proved.length === 0) return [];
  return [
    {
      id: 'proved',
      question: 'What is certain?',
      answer: html`
<p class="measure">Tried means that random changes as large as these left the class as it was, every time or nearly: somebody who looks for a change that breaks it may find one. Proved means that no change within the amplitudes, however cleverly chosen, can alter the class. So proved amplitudes are smaller.</p>
${weightsOf === undefined ? undefined : html`<p class="measure">A plain mean is large where the margin of all images is empty. The weighted mean counts each pixel by its standard deviation over the images of ${weightsOf}, so that what never varies counts for nothing. Both are proved of valid pixels, between black and white.</p>`}
${provedTable(proved, weightsOf !== undefined)}`,
    },
  ];
}

type ProvedRow = FoundRow & { readonly proved: ProvedView };

function provedRows(rows: readonly FoundRow[]): ProvedRow[] {
  return rows.flatMap((row) => (row.proved ? [{ ...row, proved: row.proved }] : []));
}

/** ` It is proved that a square of 5 by 5 pixels on the object may hold anything.`, with a space before it; empty where nothing is proved, or an image has no plain background. */
export function squareWords(rows: readonly FoundRow[]): string {
  const sides = rows.flatMap(({ proved }) => proved?.squares?.onObject?.square.side ?? []);
  const isTold = rows.every(({ proved }) => proved?.hasPlainBackground);
  if (!isTold || sides.length === 0 || sides.length < rows.length) return '';
  const [least, most] = [Math.min(...sides), Math.max(...sides)];
  const size = (side: number) => (side === 1 ? 'one pixel' : `${side} by ${side} pixels`);
  const found = least === most ? size(least) : `${size(least)} to ${size(most)}`;
  return rows.length === 1
    ? ` It is proved that a square of ${found} on the object may hold anything, and the decision stays.`
    : ` It is proved of each image that a square on the object, of ${found}, may hold anything, and the decision stays.`;
}

interface SquaresRow extends Pick<FoundRow, 'image'>, Pick<ProvedView, 'hasPlainBackground'> {
  readonly squares: CertifiedSquares;
}

function squares(rows: readonly SquaresRow[]): Html {
  const row = ({ image, squares: { anywhere, onObject } }: SquaresRow) => {
    const lead = (found: CertifiedSquare | null) => (found ? quantity(found.lowestMargin) : '');
    return [
      image.name,
      decisionWords(image),
      sizeWords(onObject),
      onObject ? percent(onObject.onObject) : '',
      lead(onObject),
      sizeWords(anywhere),
      lead(anywhere),
    ];
  };
  return html`
<p class="measure">All pixels of a marked square may have any value from black to white, all of them at once and in any way, while all other pixels stay as they are: it is proved that the decision stays. The coloured square is the largest found on the object, with at least half of its pixels different from the background, which is taken to be the median of the image’s edge, channel by channel. The other is the largest found anywhere. A larger square may be harmless, too: it could not be proved.</p>
<div class="sheet squares">${rows.map(
    ({ image, squares: found }) => html`
  <figure>${squarePicture(image.picture, found, `${image.name} with the squares that may hold anything`)}<figcaption>${image.name}: ${sizeWords(found.onObject)} on the object, ${sizeWords(found.anywhere)} anywhere</figcaption></figure>`,
  )}
</div>
${backgroundNote(rows)}
${dataTable(
  'On the object: share of the square’s pixels that differ from the background by a tenth of the pixel range or more. Lead: what is left of it at least, in score units, with what rounding could account for taken off.',
  [
    { label: 'Image' },
    { label: 'Decided' },
    ...['Square on the object', 'On the object', 'Lead left', 'Square anywhere', 'Lead left'].map(number),
  ],
  rows.map(row),
)}`;
}

/** Where 'on the object' says little; nothing where every image has a plain background. */
function backgroundNote(rows: readonly SquaresRow[]): Html | undefined {
  const without = rows.filter(({ hasPlainBackground }) => !hasPlainBackground);
  if (without.length === 0) return undefined;
  const which = without.length === rows.length ? 'here' : `of ${without.map(({ image }) => image.name).join(', ')}`;
  return html`<p class="measure">“On the object” says little ${which}: an image with several channels, or whose edge is mostly far from its median, is taken to have no plain background that an object could be told from. Where the square lies on such an image is to be seen above; that it may hold anything is proved all the same.</p>`;
}

/** `5 × 5`, or `none`. */
export function sizeWords(found: CertifiedSquare | null): string {
  return found ? `${found.square.side} × ${found.square.side}` : 'none';
}

/** Proved amplitudes, beside what was tried: a row an image, two where weights are. */
function provedTable(rows: readonly ProvedRow[], isWeighted: boolean): Html {
  const columns = [
    { label: 'Image' },
    ...(isWeighted ? [{ label: 'Proved for' }] : []),
    number('Tried: mean amplitude'),
    number('Proved: mean amplitude'),
    ...(isWeighted ? [number('Proved: weighted mean')] : []),
    number('Proved with one amplitude for all'),
    ...(isWeighted ? [] : [number('Times as much')]),
    number('Lead left at least'),
  ];
  return dataTable(
    'Amplitudes as shares of the range from black to white; leads in score units, with what rounding could account for taken off.',
    columns,
    rows.flatMap(({ image, found, proved }) => {
      const line = (certificate: ProvedView['plain'], what: string) => [
        image.name,
        ...(isWeighted ? [what] : []),
        found.meanAmplitude.toFixed(3),
        ...(certificate
          ? [
              certificate.meanAmplitude.toFixed(3),
              ...(isWeighted ? [certificate.weightedAmplitude.toFixed(4)] : []),
              certificate.uniform.toFixed(3),
              ...(isWeighted ? [] : [(certificate.meanAmplitude / certificate.uniform).toFixed(1)]),
              quantity(certificate.lowestMargin),
            ]
          : ['none', '', '', '']),
      ];
      const { plain, weighted } = proved;
      return [line(plain, 'plain mean'), ...(weighted === undefined ? [] : [line(weighted, 'weighted mean')])];
    }),
  );
}
