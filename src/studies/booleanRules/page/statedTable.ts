import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, html } from '../../../report/page/html.ts';
import { statedRules, statedText } from '../paper/statedRules.ts';
import { termText } from '../term.ts';
import type { RulesView } from './view.ts';

/** The paper's table of rules beside ours, class by class. */
export function statedTable(name: keyof typeof statedRules, { classes, figures }: RulesView): Html {
  const primes = figures.sets.find(({ from }) => from === 'primes alone')?.terms;
  const literals = statedRules[name].flat().length;
  return html`
<p class="measure">The paper's network and ours were trained apart, so that its x1 has nothing to do with ours; it also counts from 1, and we from 0. What
can be compared is the kind of rule: how long it is, and how many features it asserts and denies.</p>
${dataTable(
  `Table ${name === 'a1' ? 1 : 2} of the paper (${literals} literals) beside ours`,
  [
    { label: 'Class' },
    { label: 'Paper, as printed' },
    { label: 'Ours, a prime implicant chosen for the class by itself' },
    { label: 'Ours, the rules of this page' },
  ],
  classes.map(({ label, text }, k) => [
    label,
    statedText(statedRules[name][k] ?? []),
    primes?.[k] ? termText(primes[k]) : '',
    text,
  ]),
)}`;
}
