import type { Classifier } from '../../model/classifier.ts';
import { standings } from '../../model/decision.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { ranges } from '../../runtime/portions.ts';
import type { Occluded, Occluder } from './occluding.ts';

/** What occluding each region of one image by itself does; in the grid's order. */
export interface RegionEffects {
  /** By how much the score of the class it decided for falls. */
  readonly drops: Float32Array;
  /** 1 where it decides for another class. */
  readonly flips: Uint8Array;
}

/** Images whose rows are listed at a time. */
const imagesAtOnce = 64;

/**
 * What hiding each region does to each image’s score and decision.
 * @param chosen the class that each image was decided for.
 */
export async function regionEffects(
  occluder: Occluder,
  classifier: Classifier,
  images: Tensor<'float32'>,
  chosen: readonly number[],
): Promise<RegionEffects[]> {
  const count = occluder.grid.boxes.length;
  const nothing = new Uint8Array(count);
  const single = Array.from({ length: count }, (_, region) => nothing.with(region, 1));
  const effects: RegionEffects[] = [];
  for (const { from, to } of ranges(chosen.length, imagesAtOnce)) {
    const some = rows(images, from, to);
    const wanted = chosen.slice(from, to).map((own, image) => {
      const changed = occluder.changes(rows(some, image, image + 1).data);
      // The image as it is comes first; regions whose occlusion changes nothing need no run.
      const regions = Array.from(changed.keys()).filter((region) => changed[region] === 1);
      return { own, image, regions };
    });
    const occluded = wanted.flatMap(({ image, regions }) =>
      [nothing, ...regions.map((region) => single[region] ?? nothing)].map(
        (mask): Occluded => ({ image, regions: mask }),
      ),
    );
    const scores = await occluder.run(some, occluded);
    const found = standings(classifier.scores, scores, (row) => wanted[occluded[row]?.image ?? 0]?.own ?? 0);
    let next = 0;
    for (const { regions } of wanted) {
      const [whole, ...parts] = found.slice(next, next + 1 + regions.length);
      next += 1 + regions.length;
      const [drops, flips] = [new Float32Array(count), new Uint8Array(count)];
      for (const [i, region] of regions.entries()) {
        drops[region] = (whole?.score ?? 0) - (parts[i]?.score ?? 0);
        flips[region] = parts[i]?.outcome === 'changes' ? 1 : 0;
      }
      effects.push({ drops, flips });
    }
  }
  return effects;
}

/** The effects on several images, region by region: the mean drop, and the share of images that flip. */
export interface MeanEffects {
  readonly images: number;
  readonly drops: Float32Array;
  readonly flips: Float32Array;
  /** Of the images: the share that some one region's occlusion flips. */
  readonly fragile: number;
}

/** @param regions how many there are: for no images at all everything is 0. */
export function meanEffects(effects: readonly RegionEffects[], regions: number): MeanEffects {
  const images = effects.length;
  const mean = (of: (effect: RegionEffects) => ArrayLike<number>) => {
    const sums = new Float32Array(regions);
    for (const effect of effects) {
      const values = of(effect);
      for (let i = 0; i < regions; i++) sums[i] = (sums[i] ?? 0) + (values[i] ?? 0) / images;
    }
    return sums;
  };
  const flipped = effects.filter(({ flips }) => flips.includes(1)).length;
  return {
    images,
    drops: mean(({ drops }) => drops),
    flips: mean(({ flips }) => flips),
    fragile: images === 0 ? 0 : flipped / images,
  };
}
