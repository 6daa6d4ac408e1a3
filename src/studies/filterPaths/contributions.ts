import { concatRows, rows, type Tensor } from '../../onnx/tensor.ts';
import type { Progress } from '../../progress.ts';
import { ranges } from '../../runtime/portions.ts';
import { scoped } from '../../runtime/release.ts';
import { type ClassSet, ownClass } from './classSets.ts';
import type { FilterNetwork } from './filterNetwork.ts';
import { mostPaths, type Path, pathCount } from './paths.ts';
import { compileSplitter } from './split.ts';
import { type Tally, tallyOf } from './tally.ts';
import { compileWholePass } from './wholePass.ts';

/** What carried the score of their own class, over the images of each class. */
export interface Contributions {
  /** Every path, in the order of the tallies; absent where there are too many to list. */
  readonly paths?: readonly Path[];
  readonly classes: readonly ClassContributions[];
  /** Largest distance of an image's parts and constants from its score, as a share of the sum of their sizes. */
  readonly error: number;
}

export interface ClassContributions {
  readonly label: number;
  readonly name: string;
  readonly images: number;
  readonly paths?: Tally;
  /** In the network's layers' order. */
  readonly layers: readonly Tally[];
}

/** Splits the score of its own class for every image. */
export async function contributions(
  network: FilterNetwork,
  sets: readonly ClassSet[],
  progress?: Progress,
): Promise<Contributions> {
  const { classifier, layers } = network;
  return scoped(async (keep) => {
    const whole = await keep(compileWholePass(network));
    const splitter = pathCount(network) <= mostPaths ? await keep(compileSplitter(network)) : undefined;
    let error = 0;
    const classes: ClassContributions[] = [];
    for (const [done, set] of sets.entries()) {
      const { label, name, images, count } = set;
      progress?.(done, sets.length, `Contributions: ${name}`);
      const weights = ownClass(set, classifier);
      const through: Tensor<'float32'>[][] = layers.map(() => []);
      for (const { from, to } of ranges(count, classifier.batchSize)) {
        const pass = await whole.run(rows(images, from, to), rows(weights, from, to), false);
        for (const [i, parts] of pass.throughFilters.entries()) through[i]?.push(parts);
        error = pass.gaps.reduce((largest, gap) => Math.max(largest, gap), error);
      }
      const split = await splitter?.split(images, weights);
      if (split) error = Math.max(error, split.largestGap);
      classes.push({
        label,
        name,
        images: count,
        paths: split && tallyOf(split.parts),
        layers: through.map((parts) => tallyOf(concatRows(parts))),
      });
    }
    progress?.(sets.length, sets.length, 'done');
    return { classes, error, paths: splitter?.paths };
  });
}
