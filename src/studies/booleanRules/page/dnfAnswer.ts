import { count, counted } from '../../../language/english/numbers.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { RulesView } from './view.ts';

/** So many terms of a class are on the page; `--dnf` prints all. */
const mostShown = 60;

/** Each class's Boolean function in full, folded. */
export function dnfAnswer({ dnfs = [], classes }: Pick<RulesView, 'dnfs' | 'classes'>): Html {
  const total = dnfs.reduce((sum, { terms }) => sum + terms.length, 0);
  return html`
<p class="measure">A class's function is true where one of its prime implicants is: terms that make it true whatever the other features are, and from
which no literal can be left out. Joined by "or" they are its DNF. There are ${count(total)} of them for ${counted(dnfs.length, 'class', 'classes')}, which is why one term a class is chosen. <code>--dnf</code> prints them all.</p>
${dnfs.map(
  ({ terms, complete }, k) => html`
<details><summary>${classes[k]?.label ?? String(k)}: ${complete ? '' : 'the first '}${counted(terms.length, 'prime implicant', 'prime implicants')}</summary>
<p class="rule-text">${terms
    .slice(0, mostShown)
    .map((term) => `(${term})`)
    .join(
      ' ∨ ',
    )}${terms.length > mostShown ? ` ∨ ... and ${count(terms.length - mostShown)} more` : ''}${complete ? '' : ' ∨ ... (only terms of as many literals as were asked for, or the first ten thousand)'}</p></details>`,
)}`;
}
