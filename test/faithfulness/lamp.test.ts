import { expect, it } from 'vitest';
import type { Aspect, Figure, Verdict } from '../../src/faithfulness/figure.ts';
import { headlinesOf, lampOf } from '../../src/faithfulness/lamp.ts';

const figure = (aspect: Aspect, verdict: Verdict, label = `${aspect} ${verdict}`): Figure => ({
  aspect,
  verdict,
  label,
  value: '1',
  meaning: '',
});
const [faithful, random, sum] = (['faithfulness', 'randomisation', 'completeness'] as const).map(
  (aspect) => (verdict: Verdict) => figure(aspect, verdict),
) as [(v: Verdict) => Figure, (v: Verdict) => Figure, (v: Verdict) => Figure];

it.each<[Verdict, Figure[]]>([
  ['good', [faithful('good'), faithful('good'), random('good'), sum('good')]],
  ['fair', [faithful('good'), faithful('good'), random('good'), sum('poor')]],
  ['fair', [faithful('good'), faithful('poor'), random('good')]],
  ['fair', [faithful('good'), faithful('good'), random('fair')]],
  ['poor', [faithful('poor'), faithful('poor'), random('good'), sum('good')]],
  ['poor', [faithful('good'), faithful('good'), random('poor'), sum('good')]],
  // A figure that does not judge counts neither way.
  ['good', [faithful('good'), faithful('neutral'), random('good')]],
  ['poor', [faithful('poor'), faithful('neutral')]],
  // That a map adds up vouches for nothing alone.
  ['neutral', [sum('good')]],
  ['neutral', [sum('poor'), faithful('neutral')]],
  ['neutral', []],
])('is %s of %j', (expected, figures) => {
  expect(lampOf(figures)).toBe(expected);
});

it('shows the worst figure of each aspect, three at most', () => {
  const figures = [sum('good'), faithful('good'), faithful('fair'), random('neutral'), faithful('neutral')];
  expect(headlinesOf(figures).map(({ label }) => label)).toEqual([
    'faithfulness fair',
    'randomisation neutral',
    'completeness good',
  ]);
  expect(headlinesOf([])).toEqual([]);
});
