import type { Aspect, Figure, Verdict } from './figure.ts';

/** What a lamp shows: a verdict, or that nobody looked, which vouches for nothing. `neutral` is what was looked at without a verdict. */
export type Lamp = Verdict | 'unchecked';

/** What a lamp says to whoever looks at a map. */
export const lampWords: Readonly<Record<Lamp, string>> = {
  good: 'believe',
  fair: 'careful',
  poor: 'do not believe',
  neutral: 'not judged',
  unchecked: 'not checked',
};

const aspects: readonly Aspect[] = ['faithfulness', 'randomisation', 'completeness'];

/**
 * How far a map can be believed, by all that was measured of it. Not at all where it hardly depends on what was learnt, or where
 * neither taking away what it names nor putting it back moves the decision; with care where any figure is less than good. That it
 * adds up says nothing alone: a map that was measured in no other way is not judged.
 */
export function lampOf(figures: readonly Figure[]): Verdict {
  const judged = figures.filter(({ verdict }) => verdict !== 'neutral');
  const of = (aspect: Aspect) => judged.filter((figure) => figure.aspect === aspect);
  const [faithfulness, randomisation] = [of('faithfulness'), of('randomisation')];
  if (faithfulness.length + randomisation.length === 0) return 'neutral';
  const isPoor = ({ verdict }: Figure) => verdict === 'poor';
  if (randomisation.some(isPoor) || (faithfulness.length > 0 && faithfulness.every(isPoor))) return 'poor';
  return judged.every(({ verdict }) => verdict === 'good') ? 'good' : 'fair';
}

const order: readonly Verdict[] = ['poor', 'fair', 'good', 'neutral'];

/** The figures that stand beside a map: of each aspect the worst one. */
export function headlinesOf(figures: readonly Figure[]): readonly Figure[] {
  return aspects.flatMap((aspect) => {
    const own = figures.filter((figure) => figure.aspect === aspect);
    return own.sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict)).slice(0, 1);
  });
}
