import { rankCorrelation } from '../../faithfulness/correlation.ts';
import { decisionsOf, scoreOf } from '../../model/decision.ts';
import { targetWeights } from '../../model/target.ts';
import { float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { random, shuffledIndices } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { type Ablator, compileAblator } from './ablation.ts';
import { compileExcess } from './excess.ts';
import type { FilterNetwork } from './filterNetwork.ts';
import type { FilterStep } from './paths.ts';
import { unitMeans } from './unitMeans.ts';

/** A filter: what it is said to add to decisions, and what they lose without it. Means over images, score units. */
export interface ForetoldFilter extends FilterStep {
  /** What it adds to the score of the decided class beyond its mean, on the images looked at. */
  readonly excess: number;
  /** By how much that score falls on other images when the filter is set to its mean. */
  readonly drop: number;
}

/** How far what filters are said to add foretells what is lost without them. */
export interface Foretelling {
  readonly filters: readonly ForetoldFilter[];
  /** Spearman's rank correlation of excess and drop over all filters. */
  readonly correlation: number;
  /** Share of other images whose decision changes without the top filters together, and without as many random ones. */
  readonly topFlips: number;
  /** The mean over the draws. */
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
    const weights = targetWeights(
      learnedFor.map(({ chosen }) => chosen),
      width,
    );
    const excess = await runner.run(learned, float32([learnedFor.length, width], weights));
    const judge = await judgeOf(ablator, network, tested);
    const filters: ForetoldFilter[] = [];
    for (const [i, layer] of layers.entries()) {
      for (let filter = 0; filter < layer.filters; filter++) {
        const { drop } = await judge([{ layer, filter }]);
        filters.push({ layer, filter, excess: excess.filters[i]?.[filter] ?? 0, drop });
      }
    }
    const best = filters.toSorted((a, b) => b.excess - a.excess).slice(0, top);
    const source = random(seed);
    let randomFlips = 0;
    for (let draw = 0; draw < draws; draw++) {
      const drawn = [...shuffledIndices(filters.length, source)].slice(0, top);
      randomFlips += (await judge(drawn.flatMap((i) => filters[i] ?? []))).flips / draws;
    }
    const of = (value: (filter: ForetoldFilter) => number) => Float32Array.from(filters, value);
    return {
      filters,
      correlation: rankCorrelation(
        of((one) => one.excess),
        of((one) => one.drop),
      ),
      topFlips: (await judge(best)).flips,
      randomFlips,
    };
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
