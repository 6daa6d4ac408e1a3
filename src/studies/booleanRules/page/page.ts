import { count, inWords, percent } from '../../../language/english/numbers.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { PageView } from '../../../report/page/page.ts';
import { holdingGist } from './logicAnswer.ts';
import { ruleSections } from './sections.ts';
import type { RulesView } from './view.ts';

/** The page of one model's rules. */
export function rulesPage(view: RulesView, model: string, provenance: Provenance): PageView {
  const { figures, classes } = view;
  return {
    title: `${model}: rules`,
    headline: `${sentenceCount(classes.length)} rules with ${count(figures.literals)} literals decide ${percent(figures.ruleAccuracy)} of the images rightly`,
    lede: `The network itself decides ${percent(figures.networkAccuracy)} rightly, and the rules decide as it does in ${percent(figures.fidelity)} of ${count(figures.images)} test images. Each rule is one conjunction of features that the network computes. ${holdingGist(figures.holding)}`,
    sections: ruleSections(view),
    provenance,
  };
}

function sentenceCount(classes: number): string {
  const words = inWords(classes);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
