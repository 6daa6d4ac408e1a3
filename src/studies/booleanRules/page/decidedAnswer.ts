import { percent } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, html } from '../../../report/page/html.ts';
import { holdingBar } from './holdingBar.ts';
import type { DecidedView } from './view.ts';

/** Rules that hold when they are read as logic, and what that costs. */
export function decidedAnswer(view: DecidedView): Html {
  const { rules, holding, accuracy, fidelity, fidelityBefore, networkAccuracy } = view;
  return html`
${holdingBar(holding)}
<p class="measure">Here the literals were chosen, and what makes the features was trained, so that exactly one rule holds, the right one; the dense layer stayed as
it was. The features are others than above, and so is the network: it decides ${percent(networkAccuracy)} of the test images rightly. The rules decide ${percent(accuracy)} rightly and
as that network does in ${percent(fidelity)}, as the network did before in ${percent(fidelityBefore)}.</p>
${dataTable(
  'The rules, over the features as they are then',
  [{ label: 'Class' }, { label: 'Rule' }],
  rules.map(({ label, text }) => [label, text]),
)}`;
}
