import { toPixels } from '../../model/pixels.ts';
import { rows } from '../../onnx/tensor.ts';
import type { Picture } from '../../pictures/picture.ts';
import { random } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { type AblationEffect, hideRegions, removedCounterparts } from './ablation.ts';
import { rowsByUnit } from './denseLayer.ts';
import { type FiredUnit, firedUnits } from './fired.ts';
import type { Region } from './labelling.ts';
import type { Pruned } from './pruneInRounds.ts';
import type { Pruner } from './pruner.ts';
import { splitModel } from './splitModel.ts';
import { summarizeUnits, type UnitSummary } from './unitSummary.ts';

export interface ExaminedUnit extends UnitSummary {
  /** [inputs] */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** [inputs]: 1 where there is a weight. */
  readonly mask: Uint8Array;
}

export interface HiddenRegions {
  readonly network: 'pruned' | 'original';
  readonly regions: 'surviving' | 'removed';
  readonly effect: AblationEffect;
}

export interface ExaminedImage {
  /** Among the test images. */
  readonly index: number;
  readonly truth: number;
  readonly chosen: number;
  readonly picture: Picture;
  readonly fired: readonly FiredUnit[];
}

/** What is to be seen of a pruned layer. */
export interface Examination {
  /** Those that lost most first. */
  readonly units: readonly ExaminedUnit[];
  readonly hidden: readonly HiddenRegions[];
  readonly images: readonly ExaminedImage[];
}

interface ExamineOptions {
  /** Test images that regions are hidden from. Default 500. */
  readonly hideFrom?: number;
  /** At most so many regions are hidden, drawn at random. Default 200. */
  readonly mostRegions?: number;
  /** The numbers of the test images whose fired units are looked for. */
  readonly images?: readonly number[];
  readonly seed?: number;
}

/** Looks at a pruned layer: its units before and after, whether its regions hold on test images, and which units fire for some. */
export async function examine(pruner: Pruner, pruned: Pruned, options: ExamineOptions = {}): Promise<Examination> {
  const { seed = 0, images = [] } = options;
  const { layer, statistics, neighbourhood } = pruner;
  const summaries = summarizeUnits(pruned.kept, statistics.varies, layer.map, neighbourhood);
  const before = rowsByUnit(layer, layer.weight);
  const after = rowsByUnit(layer, pruned.state.weights[layer.weightName] ?? layer.weight);
  const units = summaries.map((summary) => {
    const [from, to] = [summary.unit * layer.inputs, (summary.unit + 1) * layer.inputs];
    return {
      ...summary,
      before: before.subarray(from, to),
      after: after.subarray(from, to),
      mask: pruned.kept.subarray(from, to),
    };
  });
  const regions = drawn(
    summaries.flatMap((unit) => unit.regions),
    options.mostRegions ?? 200,
    seed,
  );
  return {
    units: units.toSorted((a, b) => b.removed - a.removed || a.unit - b.unit),
    hidden: await hideBoth(pruner, pruned, regions, options.hideFrom ?? 500, seed),
    images: await examineImages(pruner, pruned, images),
  };
}

async function hideBoth(
  { classifier, layer, statistics, test }: Pruner,
  { model, kept }: Pruned,
  surviving: readonly Region[],
  count: number,
  seed: number,
): Promise<HiddenRegions[]> {
  const images = rows(test.images, 0, Math.min(count, test.count));
  const removed = removedCounterparts(surviving, kept, statistics.varies, layer, random(seed));
  const hide = async (
    network: HiddenRegions['network'],
    which: HiddenRegions['regions'],
    regions: readonly Region[],
  ): Promise<HiddenRegions> => ({
    network,
    regions: which,
    effect: await hideRegions(classifier, network === 'pruned' ? model : classifier.model, layer, regions, images),
  });
  return [
    await hide('pruned', 'surviving', surviving),
    await hide('pruned', 'removed', removed),
    await hide('original', 'surviving', surviving),
    await hide('original', 'removed', removed),
  ];
}

async function examineImages(
  { classifier, layer, test }: Pruner,
  { model }: Pruned,
  indices: readonly number[],
): Promise<ExaminedImage[]> {
  if (indices.length === 0) return [];
  return scoped(async (keep) => {
    const split = await keep(splitModel(classifier, model, layer));
    const compared = await split.sums(await split.inputs(rows(test.images, 0, Math.min(500, test.count))));
    const examined: ExaminedImage[] = [];
    for (const index of indices) {
      const image = rows(test.images, index, index + 1);
      const found = await firedUnits(split, layer, image, compared, classifier);
      const picture = toPixels(image.data, classifier.input);
      examined.push({ index, truth: test.labels[index] ?? 0, picture, ...found });
    }
    return examined;
  });
}

/** At most `most` of them, drawn at random, in their order. */
function drawn(regions: readonly Region[], most: number, seed: number): readonly Region[] {
  if (regions.length <= most) return regions;
  const source = random(seed);
  const chosen = regions.map((region, at) => ({ region, at, draw: source.uniform() }));
  const first = chosen.sort((a, b) => a.draw - b.draw).slice(0, most);
  return first.sort((a, b) => a.at - b.at).map(({ region }) => region);
}
