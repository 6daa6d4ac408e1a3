import { percent } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { CandidateSet } from '../extractRules.ts';
import type { Holding } from '../holding.ts';
import type { SetFigures } from '../judgeRules.ts';
import { holdingBar } from './holdingBar.ts';
import type { RulesView } from './view.ts';

/** How far rules are true when they are read as logic, and what other candidates would give. */
export function logicAnswer({ figures, used }: Pick<RulesView, 'figures' | 'used'>): Html {
  const { holding, sets } = figures;
  return html`
${holdingBar(holding)}
<p class="measure">Read as logic, a rule holds where each of its literals is at least 0.5. ${holdingWords(holding)} Where none holds, or several, the
class with the largest product is a score's answer and no rule's: the products rank the classes, and the ranking is what the accuracy above counts.</p>
${sets.length > 1 ? setsTable(sets, used) : undefined}`;
}

/** The sentence that belongs in sight on every page of rules. */
export function holdingGist({ oneRight, none }: Holding): string {
  return `Read as logic, exactly one rule holds and is right in ${percent(oneRight)} of the images; none holds in ${percent(none)}.`;
}

function holdingWords({ oneRight, oneWrong, several, none, weakWinner }: Holding): string {
  return `In ${percent(oneRight)} of the test images exactly one rule holds and is right, in ${percent(oneWrong)} exactly one holds and is wrong, in ${percent(several)} several hold, in ${percent(none)} none. The largest product, which decides, is below 0.5 in ${percent(weakWinner)}.`;
}

const names: Readonly<Record<CandidateSet, string>> = {
  'primes alone': 'Prime implicants, the best of each class by itself: the paper’s procedure, as we read it',
  primes: 'Prime implicants, chosen for all classes together',
  implicants: 'Implicants (literals may be added to a prime), chosen together',
  any: 'Any conjunction, chosen together',
};

function setsTable(sets: readonly SetFigures[], used: CandidateSet): Html {
  return dataTable(
    'What each set of candidates gives: one conjunction a class, on the test images',
    [
      { label: 'Chosen among' },
      { label: 'Literals', number: true },
      { label: 'Accuracy', number: true },
      { label: 'Agrees with the network', number: true },
      { label: 'One rule holds and is right', number: true },
      { label: 'None holds', number: true },
      { label: 'Several hold', number: true },
    ],
    sets.map((set) => [
      html`${names[set.from]}${set.from === used ? html` <b>(the rules on this page)</b>` : undefined}`,
      set.literals,
      percent(set.ruleAccuracy),
      percent(set.fidelity),
      percent(set.holding.oneRight),
      percent(set.holding.none),
      percent(set.holding.several),
    ]),
  );
}
