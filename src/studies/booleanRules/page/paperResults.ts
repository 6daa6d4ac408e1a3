import { percent, quantity } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';

/** A figure of the paper beside ours; null where there is none. */
export interface PaperFigure {
  readonly id: string;
  readonly what: string;
  readonly paper: number | null;
  readonly ours: number | null;
  readonly spread?: number;
}

/** What is compared at first sight: figures by the ends of their ids, which follow the network's name. */
const main = [
  { what: 'The network: accuracy', id: 'network.accuracy' },
  {
    what: 'Rules, by the paper’s procedure (a prime implicant a class, chosen by itself): accuracy',
    id: 'primes.alone.accuracy',
  },
  { what: '— literals', id: 'primes.alone.literals' },
  { what: '— exactly one holds, and is right', id: 'primes.alone.oneRight' },
  { what: 'Rules, implicants chosen for all classes together: accuracy', id: 'rules.accuracy' },
  { what: '— literals', id: 'rules.literals' },
  { what: '— exactly one holds, and is right', id: 'rules.oneRight' },
  { what: 'Rules and features tuned until the rules hold: accuracy', id: 'holding.accuracy' },
  { what: '— exactly one holds, and is right', id: 'holding.oneRight' },
  { what: 'Graded literals, no logic any more: accuracy', id: 'graded.accuracy' },
] as const;

/** The paper's figures and ours: the main ones, and all of them folded. */
export function resultsSection(results: readonly PaperFigure[]): PageSection {
  const found = (network: string, id: string) => results.find((result) => result.id === `${network}.${id}`);
  // The paper has one kind of rules, and its figures stand beside ours of the same procedure.
  const stated = (network: string, id: string) => found(network, id.replace('primes.alone', 'rules'))?.paper ?? null;
  return {
    id: 'figures',
    question: 'What does the paper find, and what do we?',
    answer: html`
${dataTable(
  'Test images; means over the seeds, with the standard deviation where there is more than one',
  [
    { label: '' },
    { label: 'A1, paper', number: true },
    { label: 'A1, ours', number: true },
    { label: 'A2, paper', number: true },
    { label: 'A2, ours', number: true },
  ],
  main.map(({ what, id }) => [
    what,
    ...['a1', 'a2'].flatMap((network) => [
      id.startsWith('rules') ? '' : shown(id, stated(network, id)),
      ours(id, found(network, id)),
    ]),
  ]),
)}
<details><summary>All figures, by the names they have in the JSON file</summary>
${dataTable(
  'Means over the seeds',
  [{ label: '' }, { label: 'Paper', number: true }, { label: 'Ours', number: true }, { label: 'Spread', number: true }],
  results.map(({ id, what, paper, ours: value, spread }) => [
    html`${what} <small>${id}</small>`,
    shown(id, paper),
    shown(id, value),
    spread === undefined ? '' : shown(id, spread),
  ]),
)}</details>`,
  };
}

function ours(id: string, figure: PaperFigure | undefined): string {
  const value = shown(id, figure?.ours ?? null);
  return figure?.spread === undefined ? value : `${value} ± ${shown(id, figure.spread)}`;
}

function shown(id: string, value: number | null): string {
  if (value === null) return '';
  return /accuracy|fidelity|one(Right|Wrong)|several|none|weakWinner/.test(id) ? percent(value) : quantity(value);
}
