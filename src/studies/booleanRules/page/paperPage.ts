import { percent, quantity } from '../../../language/english/numbers.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import { heading, html } from '../../../report/page/html.ts';
import type { PageSection, PageView } from '../../../report/page/page.ts';
import { dnfAnswer } from './dnfAnswer.ts';
import { logicAnswer } from './logicAnswer.ts';
import { beliefAnswer, featuresAnswer, lengthAnswer, rulesAnswer } from './sections.ts';
import type { RulesView } from './view.ts';

/** A figure of the paper beside ours; null where there is none. */
interface PaperFigure {
  readonly id: string;
  readonly what: string;
  readonly paper: number | null;
  readonly ours: number | null;
  readonly spread?: number;
}

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
    lede: `The first figure is A1’s, whose network decides ${inPercent(value('a1.network.accuracy'))} rightly; the second A2’s, with ${inPercent(value('a2.network.accuracy'))}. Figures are of test images and means over the seeds; rules and pictures below are those of the first seed.`,
    sections: [resultsSection(results), ...shown.map(networkSection)],
    provenance,
  };
}

function inPercent(value: number | null | undefined): string {
  return value === null || value === undefined ? 'an unmeasured share' : percent(value);
}

function resultsSection(results: readonly PaperFigure[]): PageSection {
  const figure = (id: string, value: number | null) =>
    value === null ? '' : /accuracy|fidelity/.test(id) ? percent(value) : quantity(value);
  return {
    id: 'figures',
    question: 'What does the paper find, and what do we?',
    answer: dataTable(
      'Means over the seeds, with the standard deviation where there is more than one',
      [
        { label: '' },
        { label: 'Paper', number: true },
        { label: 'Ours', number: true },
        { label: 'Spread', number: true },
      ],
      results.map(({ id, what, paper, ours, spread }) => [
        html`${what} <small>${id}</small>`,
        figure(id, paper),
        figure(id, ours),
        spread === undefined ? '' : figure(id, spread),
      ]),
    ),
  };
}

function networkSection({ name, view }: ShownNetwork): PageSection {
  const part = (title: string, answer: ReturnType<typeof rulesAnswer>) => html`${heading(3, title)}${answer}`;
  return {
    id: name,
    question: titles[name],
    answer: html`
${part('Do the rules hold?', logicAnswer(view))}
${part('Which rule stands for each class?', rulesAnswer(view))}
${name === 'hidden' ? html`<p class="measure">The features are those of A2.</p>` : part('What are the features?', featuresAnswer(view.features))}
${view.dnfs ? part('What is each class’s Boolean function in full?', dnfAnswer(view)) : undefined}
${part('How far are the rules true?', beliefAnswer(view))}
${part('What would shorter rules cost?', lengthAnswer(view))}`,
  };
}
