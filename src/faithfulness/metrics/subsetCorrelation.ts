import { type Random, random } from '../../random/random.ts';
import { pearson } from '../correlation.ts';
import { checkJudged, type JudgedMap, mapsByImage } from './judgedMap.ts';
import { sumOver } from './patches.ts';
import { type Perturbed, type Subject, scored, scoresOfImages } from './perturbed.ts';
import { checkWhole } from './ranking.ts';
import type { Replacement } from './replacement.ts';

export interface SubsetSettings {
  readonly replace: Replacement;
  readonly seed?: number;
}

/**
 * For each map and each size: Pearson's correlation, over random subsets S of the pixels of that size, of the map's sum
 * over S with the drop of the score when S is replaced. The subsets of an image are drawn once, so that all of its maps
 * are judged on the same ones, and the model runs `sizes x samples` times an image however many maps there are.
 * @throws UnmeasurableMapError; MetricSettingsError for subsets of no pixel or of all, or fewer than two of them.
 */
export async function subsetCorrelations(
  subject: Subject,
  maps: readonly JudgedMap[],
  sizes: readonly number[],
  samples: number,
  { replace, seed = 0 }: SubsetSettings,
): Promise<number[][]> {
  const count = subject.input.height * subject.input.width;
  for (const size of sizes) checkWhole('The size of a subset', size, 1, count - 1);
  checkWhole('The number of subsets', samples, 2, Number.MAX_SAFE_INTEGER);
  checkJudged(subject, maps);
  const byImage = mapsByImage(maps);
  const whole = await scoresOfImages(subject);
  function* plans(): Generator<Perturbed & { readonly size: number; readonly pixels: Int32Array }> {
    for (const image of byImage.keys()) {
      const source = random(seed + image);
      const deck = Int32Array.from({ length: count }, (_, i) => i);
      for (const [size, pixelCount] of sizes.entries()) {
        for (let sample = 0; sample < samples; sample++) {
          const pixels = drawn(deck, pixelCount, source);
          yield { image, size, pixels, change: (row) => replace(row, pixels) };
        }
      }
    }
  }
  const found = maps.map(() => sizes.map(() => ({ sums: [] as number[], drops: [] as number[] })));
  for await (const { plan, score } of scored(subject, plans())) {
    for (const at of byImage.get(plan.image) ?? []) {
      const values = maps[at]?.map.values;
      const pairs = found[at]?.[plan.size];
      if (!values || !pairs) continue;
      pairs.sums.push(sumOver(values, plan.pixels));
      pairs.drops.push((whole[plan.image] ?? 0) - score);
    }
  }
  return found.map((bySize) => bySize.map(({ sums, drops }) => pearson(sums, drops)));
}

/**
 * `size` of the deck's numbers, every subset equally likely: the first rounds of Fisher and Yates, on a deck in any
 * order.
 */
function drawn(deck: Int32Array, size: number, source: Random): Int32Array {
  for (let i = 0; i < size; i++) {
    const other = i + source.index(deck.length - i);
    const moved = deck[i] ?? 0;
    deck[i] = deck[other] ?? 0;
    deck[other] = moved;
  }
  return deck.slice(0, size);
}
