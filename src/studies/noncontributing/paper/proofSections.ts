import { mean } from '../../../faithfulness/mean.ts';
import { count } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';
import type { Certificate } from '../certificate.ts';
import type { Challenge } from '../certificateChallenge.ts';
import { sizeWords } from '../page/provedSections.ts';
import { squarePicture } from '../page/squarePicture.ts';
import type { Findings } from './experiment.ts';
import { gainOf } from './figures.ts';
import type { NetworkProofs } from './networkProofs.ts';
import { challengesOf, searchWays, sideOf } from './proofFigures.ts';

const number = (label: string) => ({ label, number: true });

/** What is certain of the network, and of the same trained without weight decay. */
export function proofSections(findings: Findings): PageSection[] {
  return [amplitudesSection(findings), imageSection(findings)];
}

function amplitudesSection({ tested, proofs: { decayed, undecayed } }: Findings): PageSection {
  const proofs = tested.flatMap(({ proof }) => (proof ? [proof] : []));
  const row = (title: string, certificates: readonly Certificate[]) => {
    const amplitudes = certificates.map(({ meanAmplitude }) => meanAmplitude);
    return [
      title,
      fixed(mean(amplitudes), 3),
      `${fixed(Math.min(...amplitudes), 3)} to ${fixed(Math.max(...amplitudes), 3)}`,
      fixed(mean(certificates.map(({ uniform }) => uniform)), 4),
      fixed(Math.min(...certificates.map(gainOf)), 1),
    ];
  };
  const drawn = proofs.map(({ challenge }) => challenge);
  const clipped = challengesOf(decayed);
  const plain = undecayed ? challengesOf(undecayed) : [];
  const refuted = [...drawn, ...clipped, ...plain].filter(({ lowest }) => lowest <= 0).length;
  const least = (all: readonly Challenge[], lead: (one: Challenge) => number) =>
    all.length > 0 ? fixed(Math.min(...all.map(lead)), 2) : 'not measured';
  return {
    id: 'proofs',
    question: 'What is certain, whatever the noise?',
    answer: html`
<p class="measure">A proved amplitude holds for every change within it, one made for the purpose included. That is a stronger statement than the tries above, so the amplitudes are smaller. ${refuted === 0 ? 'The search for a counter-example found none.' : `Counter-examples were found to ${count(refuted)} proofs: these are wrong.`}</p>
${dataTable(
  proofs.length === tested.length
    ? `All ${tested.length} test images.`
    : `${proofs.length} of ${tested.length} test images; the margin of the others is too small to prove anything.`,
  [
    { label: 'Bound' },
    ...['Mean amplitude', 'Smallest to largest', 'Largest even amplitude', 'Smallest ratio to it'].map(number),
  ],
  [
    row(
      'Intervals',
      proofs.map(({ byIntervals }) => byIntervals),
    ),
    row(
      'Lines',
      proofs.map(({ byLines }) => byLines),
    ),
  ],
)}
${dataTable(
  'The smallest lead of the class that each way of looking for a counter-example found within what is proved, over all images and proofs, in score units: above 0 the class stayed. Noise as drawn: the amplitudes proved by lines above. Valid pixels: amplitudes and squares below.',
  [{ label: 'Looked for by' }, ...['Noise as drawn', 'Valid pixels', 'Valid pixels, without weight decay'].map(number)],
  searchWays.map(({ what, lead }) => [what, least(drawn, lead), least(clipped, lead), least(plain, lead)]),
)}`,
  };
}

function imageSection({ proofs: { decayed, undecayed } }: Findings): PageSection {
  const networks = [
    { name: 'as above, with weight decay', proofs: decayed },
    ...(undecayed ? [{ name: 'without weight decay', proofs: undecayed }] : []),
  ];
  return {
    id: 'certified-image',
    question: 'What is certain of the part that shows something?',
    answer: html`
<p class="measure">The largest plain mean lies in the margin, which is empty in all images. So a second proof counts each pixel by its standard deviation over the training images. As a control, each image’s network is asked how much of the mean map of the other images it allows: what an image’s own map has beyond that is of this image. All of it is about valid pixels, between black and white, on the first ${decayed.images.length} test images.</p>
${dataTable(
  'Mean over the images.',
  [{ label: 'Network' }, { label: 'Amplitudes' }, ...['Mean amplitude', 'Weighted mean', 'Proved of'].map(number)],
  networks.flatMap(({ name, proofs }) => amplitudeRows(name, proofs)),
)}
<p class="measure">All pixels of a marked square may have any value from black to white, all at once, while the others stay as they are: it is proved that the class stays. Coloured: the largest square found on the object, with at least half of its pixels different from the background. The other: the largest found anywhere.</p>
${networks.map(({ name, proofs }) => squareSheet(name, proofs))}`,
  };
}

function amplitudeRows(name: string, { images }: NetworkProofs): string[][] {
  const row = (
    what: string,
    found: readonly (Pick<Certificate, 'meanAmplitude' | 'weightedAmplitude'> | null | undefined)[],
  ) => {
    const proved = found.flatMap((one) => (one ? [one] : []));
    const of = (value: 'meanAmplitude' | 'weightedAmplitude') =>
      proved.length > 0 ? fixed(mean(proved.map((one) => one[value])), 4) : 'none';
    return [name, what, of('meanAmplitude'), of('weightedAmplitude'), `${proved.length} of ${images.length}`];
  };
  return [
    row(
      'for the plain mean',
      images.map(({ plain }) => plain),
    ),
    row(
      'for the weighted mean',
      images.map(({ weighted }) => weighted),
    ),
    row(
      'control: the other images’ mean map',
      images.map(({ control }) => control),
    ),
  ];
}

function squareSheet(name: string, { images }: NetworkProofs): Html {
  const side = (which: 'anywhere' | 'onObject') => fixed(mean(images.map(({ squares }) => sideOf(squares[which]))), 1);
  return html`
<p class="measure">Network ${name}: squares of ${side('onObject')} pixels a side on the object and ${side('anywhere')} anywhere, in the mean.</p>
<div class="sheet squares">${images.map(
    (image) => html`
  <figure>${squarePicture(image.picture, image.squares, `${image.name} with the squares that may hold anything`)}<figcaption>${image.name}: ${sizeWords(image.squares.onObject)}, ${sizeWords(image.squares.anywhere)}</figcaption></figure>`,
  )}
</div>`;
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}
