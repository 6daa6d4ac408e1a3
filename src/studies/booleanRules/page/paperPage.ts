import { percent } from '../../../language/english/numbers.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import { heading, html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import { decidedAnswer } from './decidedAnswer.ts';
import { dnfAnswer } from './dnfAnswer.ts';
import { logicAnswer } from './logicAnswer.ts';
import { type PaperFigure, resultsSection } from './paperResults.ts';
import { beliefAnswer, featuresAnswer, lengthAnswer, rulesAnswer } from './sections.ts';
import { statedTable } from './statedTable.ts';
import type { RulesView } from './view.ts';

export interface ShownNetwork {
  readonly name: 'a1' | 'a2' | 'hidden';
  readonly sha256: string;
  readonly view: RulesView;
}

const titles = {
  a1: 'A1: one convolution of ten 27x27 filters',
  a2: 'A2: three convolutions',
  hidden: 'A2’s features with a hidden dense layer of 20 units',
} as const;

/** The paper's experiment: figures beside the paper's, then network by network the rules, features, truth and length. */
export function rulesPaperPage(
  shown: readonly ShownNetwork[],
  results: readonly PaperFigure[],
  provenance: Provenance,
): PageView {
  const value = (id: string) => results.find((result) => result.id === id)?.ours;
  const [a1, a2] = [value('a1.rules.accuracy'), value('a2.rules.accuracy')];
  return {
    title: 'Tsukimoto & Sato: rules from convolutional networks',
    headline: `Ten conjunctions in place of the output layer decide ${inPercent(a1)} and ${inPercent(a2)} of the digits rightly`,
    lede: `The first figure is A1’s, whose network decides ${inPercent(value('a1.network.accuracy'))} rightly; the second A2’s, with ${inPercent(value('a2.network.accuracy'))}. Figures are of test images and means over the seeds; rules and pictures below are those of the first seed. Read as logic, at 0.5, exactly one of A1’s rules holds and is right in ${inPercent(value('a1.rules.oneRight'))} of the images, of A2’s in ${inPercent(value('a2.rules.oneRight'))}; where none holds, their products rank the classes.`,
    sections: [resultsSection(results), ...shown.map(networkSection)],
    provenance,
  };
}

function inPercent(value: number | null | undefined): string {
  return value === null || value === undefined ? 'an unmeasured share' : percent(value);
}

function networkSection({ name, view }: ShownNetwork): PageSection {
  const part = (title: string, answer: ReturnType<typeof rulesAnswer>) => html`${heading(3, title)}${answer}`;
  return {
    id: name,
    question: titles[name],
    answer: html`
${part('Do the rules hold?', logicAnswer(view))}
${part('Which rule stands for each class?', rulesAnswer(view))}
${name === 'hidden' ? undefined : part(`The paper’s rules beside ours`, statedTable(name, view))}
${name === 'hidden' ? html`<p class="measure">The features are those of A2.</p>` : part('What are the features?', featuresAnswer(view.features))}
${view.dnfs ? part('What is each class’s Boolean function in full?', dnfAnswer(view)) : undefined}
${view.decided ? part('And if they must hold?', decidedAnswer(view.decided)) : undefined}
${part('How far are the rules true?', beliefAnswer(view))}
${part('What would shorter rules cost?', lengthAnswer(view))}`,
  };
}
