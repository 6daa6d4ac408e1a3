import { expect, it } from 'vitest';
import { contendersOf } from '../../../src/faithfulness/evaluation/contenders.ts';
import { type Figure, figureTable } from '../../../src/faithfulness/evaluation/figures.ts';
import { evaluationMetric } from '../../../src/faithfulness/evaluation/metrics.ts';
import { judge } from '../../../src/faithfulness/evaluation/verdict.ts';
import { methodKind } from '../../../src/methods.ts';

const ids = ['saliency', 'occlusion', 'deep-lift', 'grad-cam'];
const contenders = contendersOf(ids.map((id) => methodKind(id).create({})));
const metrics = ['deletion', 'insertion', 'parameter-randomisation', 'random-logit'].map(evaluationMetric);

/** Twenty images about a mean, the same noise for all: only paired differences are without it. */
function column(metric: string, contender: string, mean: number, noise = 0.3): Figure[] {
  return Array.from({ length: 20 }, (_, image) => ({
    metric,
    contender,
    image,
    value: mean + noise * Math.sin(image),
  }));
}

const figures = [
  ...[
    ['baseline-random', 0.5, 0.5],
    ['baseline-edges', 0.4, 0.6],
    ['baseline-input', 0.35, 0.65],
    ['saliency', 0.2, 0.8],
    ['occlusion', 0.2, 0.8],
    ['deep-lift', 0.38, 0.6],
    ['grad-cam', 0.3, 0.7],
  ].flatMap(([who, deletion, insertion]) => [
    ...column('deletion', String(who), Number(deletion)),
    ...column('insertion', String(who), Number(insertion)),
  ]),
  ...column('parameter-randomisation', 'saliency', 0.05, 0),
  ...column('parameter-randomisation', 'occlusion', 0.3, 0),
  ...column('parameter-randomisation', 'grad-cam', 0.9, 0),
  ...column('random-logit', 'occlusion', 0.95, 0),
];
const table = figureTable(figures, metrics, contenders, 1);
const { verdicts, best } = judge(table, metrics, contenders);
const of = (id: string) => verdicts.find(({ method }) => method.id === id)!;

it('ranks methods, equal ones alike, and baselines not at all', () => {
  const ranks = contenders.map((contender) => table.cell(metrics[0]!, contender)?.rank);
  expect(ranks).toEqual([1.5, 1.5, 4, 3, undefined, undefined, undefined]);
  const insertion = contenders.map((contender) => table.cell(metrics[1]!, contender)?.rank);
  expect(insertion).toEqual([1.5, 1.5, 4, 3, undefined, undefined, undefined]);
});

it('compares the same images, so that what is hard for all does not count', () => {
  const [first, , , , , edges] = contenders;
  const cell = table.cell(metrics[0]!, first!)!;
  expect(cell.high - cell.low).toBeGreaterThan(0.1);
  const lead = table.lead(metrics[0]!, first!, edges!)!;
  expect(lead.mean).toBeCloseTo(0.2, 10);
  expect(lead.high - lead.low).toBeLessThan(1e-9);
});

it('believes what beats the baselines and depends on what was learnt', () => {
  expect(of('saliency').verdict).toBe('good');
  expect(best?.method.id).toBe('saliency');
  expect(best?.alike.map(({ id }) => id)).toEqual(['occlusion']);
});

it('says what is amiss in plain words', () => {
  expect(of('occlusion')).toMatchObject({ verdict: 'fair' });
  expect(of('occlusion').reasons.slice(1)).toEqual([
    'depends only in part on what was learnt (correlation 0.30 with random weights)',
    'hardly depends on the class that is explained (correlation 0.95 with another class)',
  ]);
  expect(of('deep-lift')).toMatchObject({
    verdict: 'fair',
    reasons: ['no better than the input itself on this model'],
  });
  expect(of('grad-cam')).toMatchObject({ verdict: 'poor' });
  expect(of('grad-cam').reasons).toContain('does not depend on what was learnt (correlation 0.90 with random weights)');
});

it('does not believe what is no better than edges', () => {
  const worse = figures.filter(({ contender, metric }) => !(contender === 'saliency' && metric === 'deletion'));
  const other = figureTable(
    [
      ...worse.filter(({ contender, metric }) => !(contender === 'saliency' && metric === 'insertion')),
      ...column('deletion', 'saliency', 0.45),
      ...column('insertion', 'saliency', 0.55),
    ],
    metrics,
    contenders,
    1,
  );
  const found = judge(other, metrics, contenders).verdicts.find(({ method }) => method.id === 'saliency');
  expect(found).toMatchObject({ verdict: 'poor' });
  expect(found!.reasons[0]).toBe('no better than an edge detector or the input itself on this model');
});
