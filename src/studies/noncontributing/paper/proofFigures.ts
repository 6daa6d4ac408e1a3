import { mean } from '../../../faithfulness/mean.ts';
import type { Challenge } from '../certificateChallenge.ts';
import type { CertifiedSquare } from '../certifiedSquares.ts';
import { structuredKinds } from '../changes/change.ts';
import type { NetworkFigure } from './networkFigure.ts';
import type { NetworkProofs } from './networkProofs.ts';

/** What is reported of the proofs about valid pixels. NaN, not measured, without the network. */
export function proofFigures(proofs: NetworkProofs | undefined, isDecayed: boolean): NetworkFigure[] {
  const images = proofs?.images ?? [];
  const [prefix, network] = isDecayed ? ['', ''] : ['undecayed.', ', network trained without weight decay'];
  const figure = (id: string, what: string, value: number): NetworkFigure => ({
    id: `${prefix}certified.${id}`,
    what: `${what}${network}`,
    value,
  });
  const of = <T>(items: readonly (T | null | undefined)[], value: (item: T) => number) =>
    mean(items.flatMap((item) => (item ? [value(item)] : [])));
  const plain = images.map((image) => image.plain);
  const weighted = images.map((image) => image.weighted);
  const controls = images.map(({ control }) => control);
  return [
    figure(
      'clipped.amplitude',
      'Mean amplitude that is proved of valid pixels, of the images proved',
      of(plain, (one) => one.meanAmplitude),
    ),
    figure(
      'clipped.amplitude.weighted',
      'The same, each pixel weighted by its standard deviation over the training data',
      of(plain, (one) => one.weightedAmplitude),
    ),
    figure(
      'weighted.amplitude',
      'Mean amplitude where the weighted mean was made as large as could be proved, of the images proved',
      of(weighted, (one) => one.meanAmplitude),
    ),
    figure(
      'weighted.amplitude.weighted',
      'Its weighted mean',
      of(weighted, (one) => one.weightedAmplitude),
    ),
    figure(
      'control.amplitude.weighted',
      'Control: weighted mean of the other images’ mean map, as large as each image allows, of the images proved',
      of(controls, (one) => one.weightedAmplitude),
    ),
    figure(
      'square',
      'Pixels a side of the largest proved square anywhere that may hold anything, 0 where none is proved',
      mean(images.map(({ squares }) => sideOf(squares.anywhere))),
    ),
    figure('square.object', 'The same on the object', mean(images.map(({ squares }) => sideOf(squares.onObject)))),
    figure(
      'clipped.counterexamples',
      'Proofs about valid pixels with a counter-example',
      proofs ? challengesOf(proofs).filter(({ lowest }) => lowest <= 0).length : Number.NaN,
    ),
  ];
}

/** All searches for a counter-example to what is proved about valid pixels. */
export function challengesOf({ images }: NetworkProofs): Challenge[] {
  return images.flatMap(({ challenges }) =>
    Object.values(challenges).flatMap((one: Challenge | undefined) => one ?? []),
  );
}

/** A way of looking for a counter-example, and the smallest lead of the class that it came to. */
interface SmallestLead {
  readonly id: string;
  readonly what: string;
  readonly lead: (one: Challenge) => number;
}

export const searchWays: readonly SmallestLead[] = [
  { id: 'draws', what: 'independent noise', lead: ({ byDraws }) => byDraws },
  ...structuredKinds.map((kind) => ({
    id: kind,
    what: { blocks: 'noise in blocks', blur: 'blurring', pasted: 'content of other images', mixed: 'mixed' }[kind],
    lead: ({ byChange }: Challenge) => byChange[kind],
  })),
  { id: 'corners', what: 'corner to corner along the gradient', lead: ({ byCorners }) => byCorners },
  { id: 'descent', what: 'projected gradient descent', lead: ({ byDescent }) => byDescent },
];

/** The smallest lead that each way found over all images, to the proofs by lines. */
export function attackFigures(challenges: readonly Challenge[]): NetworkFigure[] {
  return searchWays.map(({ id, what, lead }) => ({
    id: `certified.lead.${id}`,
    what: `Smallest lead of the class found within the proved amplitudes: ${what}`,
    value: challenges.length > 0 ? Math.min(...challenges.map(lead)) : Number.NaN,
  }));
}

export function sideOf(found: CertifiedSquare | null): number {
  return found?.square.side ?? 0;
}
