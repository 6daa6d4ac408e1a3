import type { LabelledImages } from '../datasets/labelledImages.ts';
import type { EvaluationMetric } from '../faithfulness/evaluation/metric.ts';
import { fewestImages } from '../faithfulness/evaluation/verdict.ts';
import { MaskError, MetricSettingsError } from '../faithfulness/metrics/errors.ts';
import type { Mask } from '../faithfulness/metrics/localisation.ts';
import { checkMaskSize } from '../faithfulness/metrics/maskSize.ts';
import type { Classifier } from '../model/classifier.ts';
import { random } from '../random/random.ts';

/* Which images of a set an evaluation is over. */

/** Where the truth is in the test image of a number. */
export type Masks = ReadonlyMap<number, Mask>;

/** @throws MaskError */
export function checkMasks(
  { input }: Classifier,
  metrics: readonly EvaluationMetric[],
  masks: Masks | undefined,
): void {
  const needing = metrics.find(({ needsMasks }) => needsMasks);
  if (needing && !masks) {
    throw new MaskError(`${needing.title} compares maps with masks, and none are given: give masks, or leave it out.`);
  }
  for (const [index, mask] of masks ?? []) checkMaskSize(index, mask, input);
}

/** Which images, in the order of the data set. @throws MetricSettingsError where there are none */
export function drawn(test: LabelledImages, asked: number, masks: Masks | undefined, seed: number): readonly number[] {
  const all = Array.from({ length: test.count }, (_, index) => index);
  const deck = masks ? all.filter((index) => hasInside(masks.get(index))) : all;
  if (deck.length === 0 || !(asked >= 1)) {
    throw new MetricSettingsError(
      `There are no images to evaluate on: ${test.name} has ${test.count} test images${masks ? `, and none of them has a mask with something inside` : ''}, and ${asked} were asked for.`,
    );
  }
  const source = random(seed);
  const count = Math.min(asked, deck.length);
  for (let i = 0; i < count; i++) {
    const other = i + source.index(deck.length - i);
    const [own, moved] = [deck[i] ?? 0, deck[other] ?? 0];
    deck[i] = moved;
    deck[other] = own;
  }
  return deck.slice(0, count).sort((a, b) => a - b);
}

function hasInside(mask: Mask | undefined): boolean {
  return mask !== undefined && Array.prototype.some.call(mask.values, (value) => value !== 0);
}

/** What is to be said of the choice, in sentences. */
export function notesOfChoice(
  test: LabelledImages,
  { length }: readonly number[],
  asked: number,
  masks: Masks | undefined,
): string[] {
  const fewer =
    length < asked
      ? [
          `${test.name} has ${length} test images${masks ? ' with a mask' : ''}, fewer than the ${asked} asked for: all are taken.`,
        ]
      : [];
  const few =
    length < fewestImages
      ? [`With ${length} of at least ${fewestImages} images nothing is judged; the figures are given.`]
      : [];
  return [...fewer, ...few];
}
