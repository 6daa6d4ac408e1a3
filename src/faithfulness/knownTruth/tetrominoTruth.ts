import type { Classifier } from '../../model/classifier.ts';
import type { Prediction } from '../../model/decision.ts';
import { loadClassifier } from '../../model/loadClassifier.ts';
import { concatRows, rows } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/writeModel.ts';
import { scoped } from '../../runtime/release.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { contendersOf, type Refusal } from './contenders.ts';
import { type Judged, judged } from './judged.ts';
import { type MaskedImages, split } from './maskedImages.ts';
import { earthMoverScore, massOnTruth, precision } from './maskScores.ts';
import type { MethodsFor } from './methodsFor.ts';
import { type Background, type Scenario, tetrominoes } from './tetrominoes.ts';
import { type TetrominoNetwork, trainedOn } from './tetrominoNetworks.ts';

/** As in the paper: a network below this accuracy has not found what the masks show. */
const solvedFrom = 0.8;

/** One scenario with one background: what each network makes of it, and what each method makes of the network. */
export interface TetrominoTruth {
  readonly scenario: Scenario;
  readonly background: Background;
  /** Judged: test images that every network that solves the scenario gets right. */
  readonly images: number;
  readonly networks: readonly NetworkTruth[];
}

export interface NetworkTruth {
  readonly network: TetrominoNetwork;
  /** On all test images. */
  readonly accuracy: number;
  /** At least 80% right; else its maps are not judged. */
  readonly solved: boolean;
  readonly rows: readonly Judged<TruthFigure>[];
  readonly refused: readonly Refusal[];
}

/** See maskScores.ts. */
export type TruthFigure = 'precision' | 'earthMover' | 'mass';

export interface TetrominoOptions {
  readonly runtime: Runtime;
  readonly methods: MethodsFor;
  readonly networks: readonly TetrominoNetwork[];
  readonly seed: number;
  /** Tetromino images in all, of which 80% are trained on. */
  readonly count: number;
  /** Judged at most. */
  readonly images: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (what: string) => void;
}

/** @throws ArgumentError for a count that cannot be split; the signal's reason, once it is aborted */
export async function tetrominoTruth(
  scenario: Scenario,
  background: Background,
  options: TetrominoOptions,
): Promise<TetrominoTruth> {
  const { runtime, methods, seed, signal, onStep } = options;
  const parts = split(tetrominoes(scenario, background, seed, options.count));
  const where = `${scenario}, ${background}`;
  return scoped(async (keep) => {
    const trained: Trained[] = [];
    for (const network of options.networks) {
      onStep?.(`${where}: training the ${network} network`);
      const model = await trainedOn(runtime, network, { ...parts, seed, signal });
      const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
      const predictions = await classifier.predict(parts.test.images);
      const accuracy = shareOf(predictions, parts.test);
      trained.push({ network, classifier, predictions, accuracy, solved: accuracy >= solvedFrom });
    }
    const solvers = trained.filter(({ solved }) => solved);
    const shown = rightForAll(solvers, parts.test).slice(0, options.images);
    const found: NetworkTruth[] = [];
    for (const { network, classifier, accuracy, solved } of trained) {
      const result =
        solved && shown.length > 0
          ? await judgeMaps(classifier, parts.test, shown, {
              methods: methods({ side: classifier.input.width, background: parts.training.images }),
              seed,
              signal,
              onMethod: (title) => onStep?.(`${where}, ${network} network: ${title}`),
            })
          : { rows: [], refused: [] };
      found.push({ network, accuracy, solved, ...result });
    }
    return { scenario, background, images: shown.length, networks: found };
  });
}

interface Trained {
  readonly network: TetrominoNetwork;
  readonly classifier: Classifier;
  readonly predictions: readonly Prediction[];
  readonly accuracy: number;
  readonly solved: boolean;
}

function shareOf(predictions: readonly Prediction[], { labels, count }: MaskedImages): number {
  return predictions.filter(({ chosen }, i) => chosen === labels[i]).length / count;
}

function rightForAll(trained: readonly Trained[], { labels }: MaskedImages): number[] {
  if (trained.length === 0) return [];
  return [...labels.keys()].filter((i) => trained.every(({ predictions }) => predictions[i]?.chosen === labels[i]));
}

async function judgeMaps(
  classifier: Classifier,
  { images, masks, count }: MaskedImages,
  shown: readonly number[],
  { methods, seed, signal, onMethod }: JudgeOptions,
): Promise<Pick<NetworkTruth, 'rows' | 'refused'>> {
  const chosen = concatRows(shown.map((i) => rows(images, i, i + 1)));
  const { contenders, refused } = await contendersOf(classifier, chosen, methods, { seed, signal, onMethod });
  const size = masks.length / count;
  const maskOf = (image: number) => {
    const at = (shown[image] ?? 0) * size;
    return masks.subarray(at, at + size);
  };
  const measures = {
    precision: (map, image) => precision(map, maskOf(image)),
    earthMover: (map, image) => earthMoverScore(map, maskOf(image)),
    mass: (map, image) => massOnTruth(map, maskOf(image)),
  } as const satisfies Parameters<typeof judged<TruthFigure>>[1];
  return { rows: contenders.map((contender) => judged<TruthFigure>(contender, measures, seed)), refused };
}

interface JudgeOptions {
  readonly methods: ReturnType<MethodsFor>;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly onMethod: (title: string) => void;
}
