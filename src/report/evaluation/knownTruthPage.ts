import type { Judged } from '../../faithfulness/knownTruth/judged.ts';
import type { KnownTruth } from '../../faithfulness/knownTruth/knownTruth.ts';
import { findersOf, type Standing, standingsOf } from '../../faithfulness/knownTruth/standings.ts';
import { count, listed, percent, score, sentence } from '../../language/english/numbers.ts';
import { type Column, dataTable } from '../drawing/dataTable.ts';
import type { PageProvenance } from '../explanation/view.ts';
import { type Content, type Html, heading, html } from '../page/html.ts';
import type { PageSection, PageView } from '../page/page.ts';
import { interruptedWords } from '../page/provenance.ts';

/** The page about methods on data whose explanation is known: who finds it first, then every figure. */
export function knownTruthPage(truth: KnownTruth, provenance: PageProvenance): PageView {
  const { tetrominoes, shortcuts, shapley, missing = [] } = truth;
  const sections: readonly (PageSection | false)[] = [
    { id: 'who', question: 'Which methods find what is known?', answer: whoAnswer(truth) },
    tetrominoes.length > 0 && {
      id: 'tetrominoes',
      question: 'Do maps point at the pixels that carry the class?',
      answer: tetrominoesAnswer(truth),
    },
    shortcuts.length > 0 && {
      id: 'shortcut',
      question: 'Do maps show a planted shortcut?',
      answer: shortcutAnswer(truth),
    },
    shapley.length > 0 && {
      id: 'shapley',
      question: 'Are maps the Shapley values of networks set by hand?',
      answer: shapleyAnswer(truth),
    },
    { id: 'refused', question: 'What was left out?', answer: refusedAnswer(truth) },
  ];
  const interrupted = missing.length > 0 ? ` ${interruptedWords(missing)}` : '';
  return {
    title: 'Explanations against a known truth',
    headline: headlineOf(truth),
    lede: `Images are made so that it is known which pixels tell the classes apart, a shortcut is planted, and networks are set by hand so that Shapley values can be counted out. Networks are trained here, from seed ${truth.seed}. A method that fails where the truth is known gives no reason to trust it where it is not; one that succeeds here has shown it here.${interrupted}`,
    sections: sections.filter((section) => section !== false),
    provenance,
  };
}

function headlineOf(truth: KnownTruth): string {
  const standings = standingsOf(truth);
  const [best] = standings;
  if (!best || best.networks === 0) return 'No tetromino network was judged.';
  const first = standings.filter(({ above, networks }) => above * best.networks === best.above * networks);
  const names = listed(first.map(({ title }) => title));
  const of = `${best.above} of ${best.networks} networks`;
  if (best.above === 0) return 'No method is above the baselines in any network.';
  return best.above === best.networks
    ? `Above every baseline in all networks: ${names}.`
    : `No method is above the baselines everywhere; most often ${names}, in ${of}.`;
}

function whoAnswer(truth: KnownTruth): Html {
  const columns: Column[] = [
    { label: 'Method' },
    { label: 'Networks above every baseline', number: true },
    { label: 'Mass on a tag that is all there is', number: true },
    { label: 'Shapley values met', number: true },
  ];
  const rows = standingsOf(truth).map(({ title, above, networks, mass, exact, handSet }: Standing): Content[] => [
    title,
    `${above} of ${networks}`,
    mass === undefined ? '–' : percent(mass),
    handSet === 0 ? '–' : `${exact} of ${handSet}`,
  ]);
  return html`
<p class="measure">Above every baseline: the 95% interval of the precision lies above that of a random map, of the image’s edges and of the image itself. Shapley values met: distance below 0.01.</p>
${dataTable('Methods, those that are most often above the baselines first', columns, rows)}`;
}

function tetrominoesAnswer({ tetrominoes }: KnownTruth): Html {
  const tables = [...new Set(tetrominoes.map(({ scenario }) => scenario))].map((scenario) => {
    const columns = tetrominoes
      .filter((one) => one.scenario === scenario)
      .flatMap(({ background, images, networks }) =>
        networks
          .filter(({ rows }) => rows.length > 0)
          .map(({ network, accuracy, rows }) => ({
            label: html`${network}<small>${background}, ${percent(accuracy)} right</small>`,
            images,
            rows,
            finders: findersOf(rows),
          })),
      );
    if (columns.length === 0) return html`${heading(3, sentence(scenario))}<p>No network solves it.</p>`;
    const rows = contendersOf(columns.map((column) => column.rows)).map(({ id, title }): Content[] => [
      title,
      ...columns.map(({ rows: found, finders }) => figure(found, id, 'precision', finders.includes(id))),
    ]);
    const heads = [{ label: '' }, ...columns.map(({ label }) => ({ label, number: true }))];
    return html`${heading(3, sentence(scenario))}${dataTable(`Precision on ${imagesWords(columns)}, and its 95% interval`, heads, rows)}`;
  });
  return html`
<p class="measure">8x8 images after XAI-TRIS (Clark, Wilming &amp; Haufe 2023). Precision: of the k strongest pixels, k being the number of those that carry the class, the share that does. Bold: above every baseline. Networks below 80% right have not found what carries the class and are not judged.</p>
${tables}`;
}

function imagesWords(columns: readonly { readonly images: number }[]): string {
  const counts = columns.map(({ images }) => images);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${least === most ? count(most) : `${count(least)} to ${count(most)}`} test images`;
}

function shortcutAnswer({ shortcuts }: KnownTruth): Html {
  const reliance = shortcuts.map(({ kind, reliance: of }): Content[] => [
    sentence(kind),
    percent(of.withTag),
    percent(of.withoutTag),
    percent(of.tagAgainstDigit),
    percent(of.digitAgainstTag),
  ]);
  const rows = contendersOf(shortcuts.map((one) => one.rows)).map(({ id, title }): Content[] => [
    title,
    ...shortcuts.map((one) => figure(one.rows, id, 'mass', (massOf(one.rows, id) ?? 0) > 0.5)),
  ]);
  const [first] = shortcuts;
  return html`
<p class="measure">Digits with a white square in the upper left corner, whose place among ten says the class. Judged are digits with another class’s tag that were taken for the tag’s class, so that only the tag can be why. Bold: over half of the map’s mass is on the tags’ pixels, ${percent(first?.area ?? 0)} of the image.</p>
${dataTable('What the networks rest on: shares of the test digits', [{ label: 'Trained on' }, ...['right with the tag', 'right without it', 'tag’s class, against the digit', 'digit’s class, against the tag'].map((label) => ({ label, number: true }))], reliance)}
${dataTable('Share of |map| on the tags, and its 95% interval', [{ label: '' }, ...shortcuts.map(({ kind, images }) => ({ label: html`${kind}<small>${count(images)} images</small>`, number: true }))], rows)}`;
}

function shapleyAnswer({ shapley }: KnownTruth): Html {
  const rows = contendersOf(shapley.map((one) => one.rows)).map(({ id, title }): Content[] => [
    title,
    ...shapley.map((one) => {
      const found = one.rows.find((row) => row.id === id)?.figures;
      return found ? html`${score(found.distance.mean)}<small>${score(found.direction.mean)}</small>` : '–';
    }),
  ]);
  const heads = [{ label: '' }, ...shapley.map(({ network }) => ({ label: network, number: true }))];
  return html`
<p class="measure">Networks of 3x3 pixels, baseline 0; the truth is counted out over all 512 sets of pixels. Distance |map − φ| / |φ|: 0 is exact, 1 is what a map of zeros has. Below it the direction, which leaves scale aside: 0 is the same, 1 has nothing of it.</p>
<dl class="meanings">${shapley.map(({ network, formula }) => html`<div><dt>${network}</dt><dd>${formula}</dd></div>`)}</dl>
${dataTable('Distance, and below it direction', heads, rows)}`;
}

function refusedAnswer({ tetrominoes, shortcuts, shapley }: KnownTruth): Html {
  const unsolved = tetrominoes.flatMap(({ scenario, background, networks }) =>
    networks
      .filter(({ solved }) => !solved)
      .map(({ network, accuracy }) => `${scenario}, ${background}: ${network} network, ${percent(accuracy)} right`),
  );
  const refused = [...tetrominoes.flatMap(({ networks }) => networks), ...shortcuts, ...shapley].flatMap((one) =>
    one.refused.map(({ title, reason }) => `${title}: ${reason}`),
  );
  const list = (items: readonly string[]) =>
    html`<ul>${[...new Set(items)].map((item) => html`<li>${item}</li>`)}</ul>`;
  return html`
${unsolved.length > 0 ? html`${heading(3, 'Networks that did not solve their scenario')}${list(unsolved)}` : undefined}
${refused.length > 0 ? html`${heading(3, 'Methods that a network does not allow')}${list(refused)}` : undefined}
${unsolved.length + refused.length === 0 ? html`<p>Nothing.</p>` : undefined}`;
}

function contendersOf(tables: readonly (readonly Judged<string>[])[]): readonly Judged<string>[] {
  const byId = new Map(tables.flat().map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => Number(a.baseline) - Number(b.baseline));
}

function massOf(rows: readonly Judged<'mass'>[], id: string): number | undefined {
  return rows.find((row) => row.id === id)?.figures.mass.mean;
}

function figure<Name extends string>(rows: readonly Judged<Name>[], id: string, name: Name, strong: boolean): Content {
  const found = rows.find((row) => row.id === id)?.figures[name];
  if (!found) return '–';
  const mean = score(found.mean);
  return html`${strong ? html`<strong>${mean}</strong>` : mean}<small>${score(found.low)} to ${score(found.high)}</small>`;
}
