import { count, percent, quantity, score } from '../../../language/english/numbers.ts';
import { type Column, dataTable } from '../../../report/drawing/dataTable.ts';
import type { Html } from '../../../report/page/html.ts';
import { decisionWords, type FoundRow } from './besideView.ts';

const number = (label: string): Column => ({ label, number: true });

/** How often each image's class stays under each kind of change, and under the worst one that was found. */
export function changesTable(rows: readonly FoundRow[]): Html {
  const [first] = rows;
  const draws = `${count(first?.found.real.draws ?? 0)} tries of independent noise, ${count(first?.found.structured[0]?.draws ?? 0)} of each other kind`;
  const columns = [
    { label: 'Image' },
    ...['Independent noise', 'Noise in blocks', 'Blur', 'Pasted', 'Mixed'].map(number),
    ...['Lead of the image', 'Worst change found: lead', 'The same, clipped'].map(number),
  ];
  return dataTable(
    `How often the class stayed, and what the worst change does; ${draws}. Leads are in score units.`,
    columns,
    rows.map(({ image, found: { real, structured, attacked } }) => [
      image.name,
      percent(real.kept),
      ...structured.map(({ kept }) => percent(kept)),
      quantity(attacked.margin),
      score(attacked.lead),
      score(attacked.leadClipped),
    ]),
  );
}

/** What fresh noise does to each image: the figures that say how far a map is true. */
export function measuredTable(rows: readonly FoundRow[]): Html {
  const hasMasks = rows.some(({ found }) => found.masked !== undefined);
  const [first] = rows;
  const caption = `Under ${count(first?.found.real.draws ?? 0)} fresh images of independent noise each, none of which took part in finding the map. Amplitudes are shares of the range from black to white; changes and leads are in score units.`;
  const columns = [
    { label: 'Image' },
    { label: 'Decided' },
    number('Mean amplitude'),
    number('Above 0.9'),
    number(hasMasks ? 'Kept, real network' : 'Kept'),
    number('Kept, clipped'),
    ...(hasMasks ? [number('Kept, masked network')] : []),
    number('Worst change'),
    number('Least lead'),
    number('E'),
  ];
  return dataTable(
    caption,
    columns,
    rows.map(({ image, found }) => [
      image.name,
      decisionWords(image),
      found.meanAmplitude.toFixed(3),
      percent(found.free),
      percent(found.real.kept),
      percent(found.real.keptClipped),
      ...(hasMasks ? [found.masked ? percent(found.masked.kept) : ''] : []),
      quantity(found.real.worstChange),
      score(found.real.leastLead),
      score(found.energy),
    ]),
  );
}
