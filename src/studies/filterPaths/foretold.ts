import { rankCorrelation } from '../../faithfulness/correlation.ts';
import { decisionsOf, scoreOf } from '../../model/decision.ts';
import { targetWeights } from '../../model/target.ts';
import { float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { random, shuffledIndices } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { type Ablator, compileAblator } from './ablation.ts';
import { compileExcess } from './excess.ts';
import type { FilterNetwork } from './filterNetwork.ts';
import { integratedExcess } from './integratedExcess.ts';
import type { FilterStep } from './paths.ts';
import { unitMeans } from './unitMeans.ts';

/** A filter: what it is said to add to decisions, and what they lose without it. Means over images, score units. */
export interface ForetoldFilter extends FilterStep {
  /** What it adds to the score of the decided class beyond its mean on the images looked at, with the gates as an image set them. */
  readonly excess: number;
  /** The same with the gates on the way from the means to the image (`integratedExcess`). */
  readonly integrated: number;
  /** By how much that score falls on other images when the filter is set to its mean. */
  readonly drop: number;
}

/** What one way of ranking filters foretells. */
export interface Ranked {
  /** Spearman's rank correlation with the drop, over all filters. */
  readonly correlation: number;
  /** Share of other images whose decision changes without the top filters together. */
  readonly topFlips: number;
}

/** How far what filters are said to add foretells what is lost without them. */
export interface Foretelling {
  readonly filters: readonly ForetoldFilter[];
  /** By what they add with the gates as an image set them. */
  readonly excess: Ranked;
  /** By what they add on the way from the means. */
  readonly integrated: Ranked;
  /** As `topFlips`, without as many random filters: the mean over the draws. */
  readonly randomFlips: number;
}

interface ForetellSettings {
  /** Filters taken out together. Default 5. */
  readonly top?: number;
  /** Sets of random filters. Default 20. */
  readonly draws?: number;
  readonly seed?: number;
}

/**
 * Ranks all filters of all layers by what they add to decisions on some images, and takes them out on others.
 * @param learned, tested [n, ...] model input, of different images.
 */
export async function foretell(
  network: FilterNetwork,
  learned: Tensor<'float32'>,
  tested: Tensor<'float32'>,
  { top = 5, draws = 20, seed = 1 }: ForetellSettings = {},
): Promise<Foretelling> {
  const { classifier, layers } = network;
  const means = await unitMeans(network, [learned], []);
  return scoped(async (keep) => {
    const runner = await keep(compileExcess(network, means));
    const ablator = await keep(compileAblator(network, means));
    const learnedFor = decisionsOf(await ablator.run(learned, { kind: 'nothing' }), classifier.scores);
    const { width } = classifier.scores;
    const chosen = learnedFor.map((decision) => decision.chosen);
    const weights = float32([chosen.length, width], targetWeights(chosen, width));
    const excess = await runner.run(learned, weights);
    const integrated = await integratedExcess(network, means, learned, weights);
    const judge = await judgeOf(ablator, network, tested);
    const filters: ForetoldFilter[] = [];
    for (const [i, layer] of layers.entries()) {
      for (let filter = 0; filter < layer.filters; filter++) {
        const { drop } = await judge([{ layer, filter }]);
        const added = { excess: excess.filters[i]?.[filter] ?? 0, integrated: integrated[i]?.[filter] ?? 0 };
        filters.push({ layer, filter, ...added, drop });
      }
    }
    const source = random(seed);
    let randomFlips = 0;
    for (let draw = 0; draw < draws; draw++) {
      const drawn = [...shuffledIndices(filters.length, source)].slice(0, top);
      randomFlips += (await judge(drawn.flatMap((i) => filters[i] ?? []))).flips / draws;
    }
    const drops = Float32Array.from(filters, ({ drop }) => drop);
    const ranked = async (by: 'excess' | 'integrated'): Promise<Ranked> => {
      const best = filters.toSorted((a, b) => b[by] - a[by]).slice(0, top);
      const added = Float32Array.from(filters, (filter) => filter[by]);
      return { correlation: rankCorrelation(added, drops), topFlips: (await judge(best)).flips };
    };
    return { filters, excess: await ranked('excess'), integrated: await ranked('integrated'), randomFlips };
  });
}

interface Judgement {
  readonly drop: number;
  readonly flips: number;
}

/** Says what taking filters out does to the decisions on some images. */
async function judgeOf(
  ablator: Ablator,
  { classifier }: FilterNetwork,
  images: Tensor<'float32'>,
): Promise<(filters: readonly FilterStep[]) => Promise<Judgement>> {
  const whole = await ablator.run(images, { kind: 'nothing' });
  const decided = decisionsOf(whole, classifier.scores).map(({ chosen }) => chosen);
  const score = (scores: Tensor<'float32'>, row: number) => scoreOf(rows(scores, row, row + 1).data, decided[row] ?? 0);
  return async (filters) => {
    const without = await ablator.run(images, { kind: 'filters', filters });
    const after = decisionsOf(without, classifier.scores);
    const drops = decided.map((_, row) => score(whole, row) - score(without, row));
    return {
      drop: drops.reduce((sum, drop) => sum + drop, 0) / drops.length,
      flips: after.filter(({ chosen }, row) => chosen !== decided[row]).length / after.length,
    };
  };
}
