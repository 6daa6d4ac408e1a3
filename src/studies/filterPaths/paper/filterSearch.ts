import type { Dataset } from '../../../datasets/dataset.ts';
import type { Model } from '../../../onnx/graph.ts';
import { scoped } from '../../../runtime/release.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { networkModel } from '../../../training/network.ts';
import { adam } from '../../../training/optimizers.ts';
import { recipes } from '../../../training/recipes.ts';
import { cosine } from '../../../training/schedules.ts';
import { train, trainModel } from '../../../training/train.ts';
import { makeTrainer } from '../../../training/trainer.ts';
import { testAccuracy } from '../../paperNetwork.ts';

/** A network of the paper's kind with other numbers of filters. */
interface SearchedNetwork {
  /** Filters of the first and the second layer. */
  readonly filters: readonly [number, number];
  /** Side of the second layer's filters; the first layer's is 5. */
  readonly kernel: 3 | 5;
  readonly parameters: number;
  /** Mean over the seeds, on the test images. */
  readonly accuracy: number;
}

export interface FilterSearch {
  /** Updates of each training, of 100 images. */
  readonly updates: number;
  /** LeNet first, then by their number of parameters. */
  readonly networks: readonly SearchedNetwork[];
  readonly target: number;
  /** The one with the fewest parameters that reaches the target. */
  readonly smallest?: SearchedNetwork;
  /** The paper's 3 and 3 filters and one fewer of either layer, trained as long as the paper does; none in a short run. */
  readonly long: readonly LongTrained[];
}

/** A network of so many filters, trained as long as the paper's. */
export interface LongTrained {
  readonly filters: readonly [number, number];
  readonly parameters: number;
  /** On the test images, a figure a seed. */
  readonly accuracies: readonly number[];
}

/** LeNet's, which the paper starts from. */
const lenet = { filters: [6, 16], kernel: 5 } as const;

/** Pairs of filter counts that are tried, few filters first. */
const tried: readonly (readonly [number, number])[] = [
  [2, 2],
  [2, 3],
  [3, 3],
  [3, 4],
  [4, 4],
  [3, 6],
  [4, 6],
  [5, 5],
  [5, 8],
  [6, 8],
];

interface SearchSettings {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly seeds: readonly number[];
  readonly quick: boolean;
  /** Test accuracies of the paper's own network, a figure a seed. */
  readonly ofThePaper: readonly number[];
  readonly progress: (done: number, total: number, what: string) => void;
}

/**
 * The paper's search for the fewest filters that keep 98%: networks of few filters are trained in short (the same length for
 * all, a fraction of the paper's), each once a seed, and compared with LeNet trained likewise.
 */
export async function searchFilters({
  runtime,
  dataset,
  seeds,
  quick,
  ofThePaper,
  progress,
}: SearchSettings): Promise<FilterSearch> {
  const updates = quick ? 300 : 6000;
  const small = quick ? tried.filter(([first, second]) => first === second) : tried;
  const plans = [lenet, ...small.map((filters) => ({ filters, kernel: 3 as const }))];
  const networks: SearchedNetwork[] = [];
  for (const [done, { filters, kernel }] of plans.entries()) {
    progress(done, plans.length, `Training ${filters[0]} and ${filters[1]} filters`);
    const accuracies: number[] = [];
    let parameters = 0;
    for (const seed of seeds) {
      const trained = await trainShortly(runtime, dataset, filtersNetwork(filters, kernel, seed), updates, seed);
      accuracies.push(await testAccuracy(runtime, trained, dataset));
      parameters = parameterCount(trained);
    }
    const accuracy = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length;
    networks.push({ filters, kernel, parameters, accuracy });
  }
  const long = quick ? [] : await trainLong({ runtime, dataset, seeds, quick, ofThePaper, progress });
  progress(plans.length, plans.length, 'done');
  const [first, ...rest] = networks;
  const ordered = rest.toSorted((a, b) => a.parameters - b.parameters);
  const smallest = ordered.find(({ accuracy }) => accuracy >= target);
  return { updates, target, networks: first ? [first, ...ordered] : ordered, smallest, long };
}

/** One filter fewer than the paper's 3 and 3, of which it says that they are the fewest. */
const fewerThanThePaper: readonly (readonly [number, number])[] = [
  [2, 3],
  [3, 2],
];

/** By the recipe of the paper's network: its updates, schedule and weight decay. */
async function trainLong({ runtime, dataset, seeds, ofThePaper, progress }: SearchSettings): Promise<LongTrained[]> {
  const { optimizer, learningRate, length, batchSize } = recipes.b;
  const found: LongTrained[] = [];
  for (const filters of fewerThanThePaper) {
    const accuracies: number[] = [];
    let parameters = 0;
    for (const [done, seed] of seeds.entries()) {
      progress(done, seeds.length, `Long training of ${filters[0]} and ${filters[1]} filters`);
      const trained = await trainModel(runtime, filtersNetwork(filters, 3, seed), {
        optimizer: optimizer(),
        images: dataset.train,
        length,
        learningRate,
        batchSize,
        seed,
      });
      accuracies.push(await testAccuracy(runtime, trained.model, dataset));
      parameters = parameterCount(trained.model);
    }
    found.push({ filters, parameters, accuracies });
  }
  const parameters = parameterCount(filtersNetwork([3, 3], 3, 1));
  return [...found, { filters: [3, 3], parameters, accuracies: ofThePaper }];
}

/** The paper's. */
const target = 0.98;

/** A network of the paper's kind. @param kernel side of the second layer's filters. */
export function filtersNetwork([first, second]: readonly [number, number], kernel: 3 | 5, seed: number): Model {
  const conv = (name: string, filters: number, side: number) =>
    ({ type: 'conv', name, filters, kernel: side, activation: 'relu' }) as const;
  const pool = (name: string) => ({ type: 'maxPool', name, window: 2 }) as const;
  return networkModel(
    {
      name: `filters-${first}-${second}`,
      input: [1, 28, 28],
      layers: [
        conv('conv1', first, 5),
        pool('pool1'),
        conv('conv2', second, kernel),
        pool('pool2'),
        { type: 'flatten', name: 'flatten' },
        { type: 'dense', name: 'dense', units: 10, activation: 'none' },
      ],
    },
    seed,
  );
}

/** Adam with a cosine from 0.005, batches of 100. */
export async function trainShortly(
  runtime: Runtime,
  { train: images }: Pick<Dataset, 'train'>,
  model: Model,
  updates: number,
  seed: number,
): Promise<Model> {
  return scoped(async (keep) => {
    const trainer = await keep(makeTrainer(runtime, model, { optimizer: adam() }));
    const learningRate = cosine(0.005, updates);
    return (await train(trainer, { images, length: { updates }, learningRate, batchSize: 100, seed })).model;
  });
}

export function parameterCount({ graph }: Model): number {
  return [...graph.initializers.values()].reduce((sum, { data }) => sum + data.length, 0);
}
