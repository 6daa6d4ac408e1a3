import { count, percent } from '../../../language/english/numbers.ts';
import { wordsIn } from '../../../language/words.ts';
import { lineChart } from '../../../report/drawing/chart.ts';
import { contactSheet, type SheetPicture } from '../../../report/drawing/contactSheet.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Html, heading, html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';
import type { ClassFigures, RuleFigures } from '../judgeRules.ts';
import { dnfAnswer } from './dnfAnswer.ts';
import { likenessWords } from './likenessWords.ts';
import { logicAnswer } from './logicAnswer.ts';
import { ruleDrawing } from './ruleDrawing.ts';
import { correlationOf, type FeatureView, type RulesView } from './view.ts';

/** A model's rules as questions of a page. @param prefix of the anchors, where a page has several models. */
export function ruleSections(view: RulesView, prefix = ''): readonly PageSection[] {
  return [
    { id: `${prefix}logic`, question: 'Do the rules hold?', answer: logicAnswer(view) },
    { id: `${prefix}rules`, question: 'Which rule stands for each class?', answer: rulesAnswer(view) },
    { id: `${prefix}features`, question: 'What are the features?', answer: featuresAnswer(view.features) },
    ...(view.dnfs
      ? [{ id: `${prefix}dnf`, question: 'What is each class’s Boolean function in full?', answer: dnfAnswer(view) }]
      : []),
    { id: `${prefix}belief`, question: 'How far are the rules true?', answer: beliefAnswer(view) },
    { id: `${prefix}length`, question: 'What would shorter rules cost?', answer: lengthAnswer(view) },
  ];
}

export function rulesAnswer({ classes, features }: RulesView): Html {
  const byNumber = new Map(features.map((feature) => [feature.feature, feature]));
  return html`
<p class="measure">Each row is one class. Three pictures stand for a feature the network computes. Above, red is where a brighter
pixel raises it and blue where it lowers it, on average; in the middle is the mean of the images in which it is largest; below, the image of the class in which the
rule holds best, with what raises and lowers the feature there laid over it. A crossed-out feature must be absent. The class whose row holds best is the answer; how well a row holds is the product of its parts, each from 0 to 1. Below each rule its pictures are added up
and compared with the mean image of every class.</p>
<div class="rules">${classes.map(({ label, literals, text, likeness, over }) => {
    const labels = classes.map((other) => other.label);
    const words = likeness && likenessWords(likeness, label, labels);
    const drawn = literals.map((literal) => {
      const { gradient, exciting } = byNumber.get(literal.variable) ?? {};
      return { ...literal, picture: gradient, exciting, over: over?.get(literal.variable) };
    });
    return html`${ruleDrawing(drawn, label, wordsIn('en'))}<p class="note rule-text">${text} ⇒ ${label}${words === undefined ? undefined : html`<br>${words}`}</p>`;
  })}
</div>`;
}

export function featuresAnswer(features: readonly FeatureView[]): Html {
  const filters = features.flatMap(({ filter }) => filter ?? []);
  const [over, around] = [correlationOf(features), correlationOf(features, 'correlationAroundBest')];
  const alike =
    over === null || around === null
      ? undefined
      : html` The filter beside them is what the feature is made with; the pictures correlate with it by ${over.toFixed(2)} on average over many images, and by ${around.toFixed(2)} around one.`;
  return html`
<p class="measure">For every feature: the mean of its gradients over 100 training images with noise (the maximisation image of the paper), the same around the one training image
in which it is largest, and the mean of the 100 training images in which it is largest.${filters.length > 0 ? alike : undefined}</p>
${contactSheet(features.flatMap(featurePictures))}`;
}

function featurePictures({ feature, gradient, aroundBest, filter, exciting }: FeatureView): SheetPicture[] {
  const name = `x${feature}`;
  const alike = (correlation: number | undefined) =>
    correlation === undefined ? '' : `, filter ${correlation.toFixed(2)}`;
  return [
    {
      picture: gradient,
      alternative: `Maximisation image of ${name}`,
      caption: html`<b>${name}</b> raised by red${alike(filter?.correlation)}`,
    },
    ...(aroundBest
      ? [
          {
            picture: aroundBest,
            alternative: `Maximisation image of ${name} around its best image`,
            caption: `${name}: around one image${alike(filter?.correlationAroundBest)}`,
          },
        ]
      : []),
    ...(filter ? [{ picture: filter.picture, alternative: `Filter of ${name}`, caption: `${name}: its filter` }] : []),
    ...(exciting
      ? [{ picture: exciting, alternative: `Mean of the images with the largest ${name}`, caption: `${name}: seen in` }]
      : []),
  ];
}

export function beliefAnswer({ figures, classes, refined, graded, notes }: RulesView): Html {
  return html`
${dataTable(
  `On ${count(figures.images)} test images, which had no part in any choice`,
  [{ label: '' }, { label: 'Accuracy', number: true }, { label: 'Agrees with the network', number: true }],
  [
    ['The network', percent(figures.networkAccuracy), ''],
    ...(figures.booleanAccuracy === undefined
      ? []
      : [['Its Boolean functions in full', percent(figures.booleanAccuracy), '']]),
    ['One conjunction a class', percent(figures.ruleAccuracy), percent(figures.fidelity)],
    ...(refined ? [['The same rules, features fine-tuned through them', percent(refined.test), '']] : []),
    ...(graded
      ? [
          [
            `Graded literals, trained with the features: ${graded.literals} weights from 0 to 1, a weighted sum and no logic`,
            `${percent(graded.accuracy)} (rounded to one decimal ${percent(graded.rounded)})`,
            '',
          ],
        ]
      : []),
  ],
)}
<p class="measure">${sharpnessWords(figures)}</p>
${notes.map((note) => html`<p class="measure">${note}</p>`)}
${stepsTable(figures)}
${heading(3, 'Class by class')}
${dataTable(
  'Spare: literals that could be left out, the rule still being an implicant. Opposed: literals that speak against the class by the sign of their weight. Precision: of the images given the class, the share labelled so. Recall: of the images labelled so, the share given it. Unit: over the corners of the 0/1 cube, how often rule and the network’s unit say the same, and how often the unit is on where the rule holds.',
  [
    { label: 'Class' },
    { label: 'Literals', number: true },
    { label: 'Spare', number: true },
    { label: 'Opposed', number: true },
    { label: 'Accuracy', number: true },
    { label: 'Precision', number: true },
    { label: 'Recall', number: true },
    { label: 'As the unit', number: true },
    { label: 'Unit on', number: true },
    { label: 'Unit on where rule holds', number: true },
  ],
  figures.classes.map((figure, k) =>
    classRow(figure, classes[k]?.label ?? String(k), classes[k]?.literals.length ?? 0),
  ),
)}
<p class="note">${cornersWords(figures)}</p>`;
}

function classRow(
  { accuracy, precision, recall, unit, spare, opposed }: ClassFigures,
  label: string,
  literals: number,
) {
  const share = (value: number | undefined) => (value === undefined ? 'none' : percent(value));
  return [
    label,
    literals,
    spare ?? '',
    opposed ?? '',
    percent(accuracy),
    share(precision),
    share(recall),
    percent(unit.agreement),
    percent(unit.trueShare),
    share(unit.sound),
  ];
}

function sharpnessWords({ sharpness }: RuleFigures): string {
  return `How near the features are to 0 and 1: ${percent(sharpness.near)} of their values lie within 0.1 of either, and the mean distance is ${sharpness.distance.toFixed(3)} (evenly spread values would have 0.25). The nearer, the more a rule on real values is the rule it reads as.`;
}

function cornersWords({ classes }: RuleFigures): string {
  const corners = classes[0]?.unit.corners;
  return corners === 'all'
    ? 'All corners of the cube were counted. Most of them are never seen: the features of real images keep to a few.'
    : `Of the corners ${count(corners ?? 0)} random ones were tried, and as many with the rule’s literals set.`;
}

function stepsTable({ steps }: RuleFigures): Html | undefined {
  if (steps.length === 0) return undefined;
  return dataTable(
    'From the network to its rules, step by step',
    [{ label: '' }, { label: 'Accuracy', number: true }, { label: 'Agrees with the network', number: true }],
    steps.map(({ what, accuracy, fidelity }) => [what, percent(accuracy), percent(fidelity)]),
  );
}

export function lengthAnswer({ curve }: RulesView): Html {
  const chosen = curve.find((point) => point.chosen);
  const points = (of: 'training' | 'validation') =>
    [...curve].sort((a, b) => a.literals - b.literals).map((point) => ({ x: point.literals, y: 100 * point[of] }));
  return html`
<p class="measure">Every literal has a price; the higher it is, the shorter and the less accurate are the rules. ${
    chosen
      ? `Chosen were the shortest within 0.1 points of the best accuracy on validation images: ${chosen.literals} literals.`
      : ''
  }</p>
${lineChart({
  description: `Accuracy of the rules between ${Math.min(...curve.map(({ literals }) => literals))} and ${Math.max(...curve.map(({ literals }) => literals))} literals in all.`,
  x: { label: 'Literals in all rules' },
  y: { label: 'Accuracy (%)' },
  dots: true,
  series: [
    { label: 'validation', points: points('validation') },
    { label: 'training', kind: 'comparison', points: points('training') },
  ],
})}`;
}
