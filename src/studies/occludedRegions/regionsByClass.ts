import type { Classifier } from '../../model/classifier.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import type { Progress } from '../../progress.ts';
import type { ClassSet } from '../filterPaths/classSets.ts';
import type { Occluder } from './occluding.ts';
import { type MeanEffects, meanEffects, regionEffects } from './regionEffects.ts';
import { type RegionSetSettings, type RegionSets, regionSets } from './regionSets.ts';

/** Which regions a class's decisions could not do without. */
export interface ClassRegions {
  readonly label: number;
  readonly name: string;
  readonly right: MeanEffects;
  /** Of images that it decided otherwise: what that decision rested on. */
  readonly wrong: MeanEffects;
  /** Where in the class's images the first right one is (else 0), and what it was decided for. */
  readonly example: { readonly index: number; readonly chosen: number };
}

/** Occludes every region of every image by itself. */
export async function regionsByClass(
  classifier: Classifier,
  occluder: Occluder,
  sets: readonly ClassSet[],
  progress?: Progress,
): Promise<ClassRegions[]> {
  const regions = occluder.grid.boxes.length;
  const found: ClassRegions[] = [];
  for (const [done, { label, name, images }] of sets.entries()) {
    progress?.(done, sets.length, `Occluding regions: ${name}`);
    const chosen = (await classifier.predict(images)).map((prediction) => prediction.chosen);
    const effects = await regionEffects(occluder, classifier, images, chosen);
    const meanOf = (right: boolean) =>
      meanEffects(
        effects.filter((_, i) => (chosen[i] === label) === right),
        regions,
      );
    const index = Math.max(0, chosen.indexOf(label));
    found.push({
      label,
      name,
      right: meanOf(true),
      wrong: meanOf(false),
      example: { index, chosen: chosen[index] ?? label },
    });
  }
  progress?.(sets.length, sets.length, 'done');
  return found;
}

/** One image of a class, and the sets of regions that settle its decision. */
export interface RegionExample {
  readonly label: number;
  readonly name: string;
  /** [1, ...] */
  readonly image: Tensor<'float32'>;
  readonly chosen: number;
  readonly sets: RegionSets;
}

/** Looks for the smallest sets of regions in each class's example. */
export async function regionExamples(
  classifier: Classifier,
  occluder: Occluder,
  sets: readonly ClassSet[],
  found: readonly ClassRegions[],
  settings: RegionSetSettings = {},
  progress?: Progress,
): Promise<RegionExample[]> {
  const examples: RegionExample[] = [];
  for (const [done, { label, name, example }] of found.entries()) {
    progress?.(done, found.length, `Smallest sets of regions: ${name}`);
    const images = sets.find((set) => set.label === label)?.images;
    if (!images) continue;
    const image = rows(images, example.index, example.index + 1);
    const { chosen } = example;
    examples.push({
      label,
      name,
      image,
      chosen,
      sets: await regionSets(occluder, classifier, image, chosen, settings),
    });
  }
  progress?.(found.length, found.length, 'done');
  return examples;
}
