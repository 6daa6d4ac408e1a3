import type { Dataset } from '../../datasets/dataset.ts';
import type { LabelledImages } from '../../datasets/labelledImages.ts';
import { loadClassifier } from '../../model/loadClassifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { concatRows, rows, type Tensor } from '../../onnx/tensor.ts';
import { writeModel } from '../../onnx/writeModel.ts';
import { scoped } from '../../runtime/release.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { networkModel } from '../../training/network.ts';
import { adam } from '../../training/optimizers.ts';
import { cosine } from '../../training/schedules.ts';
import { trainModel } from '../../training/train.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import { contendersOf, type Refusal } from './contenders.ts';
import { type Judged, judged, type Measure } from './judged.ts';
import { massOnTruth } from './maskScores.ts';
import type { MethodsFor } from './methodsFor.ts';
import { otherClasses, type ShortcutKind, taggedTraining, tagMask, withTags } from './shortcut.ts';

const batchSize = 100;
const epochs = 6;
/** Of the weights: pixels that do not matter lose theirs; where the digit tells of the class too, more of it spoils the tag. */
const weightDecay: Readonly<Record<ShortcutKind, number>> = { 'tag and digit': 0.1, 'tag alone': 5 };

/** What a network trained on tagged digits rests on, and who finds it. */
export interface ShortcutTruth {
  readonly kind: ShortcutKind;
  readonly reliance: Reliance;
  /** Judged: digits with another class's tag that the network takes for that class, so that only the tag can be why. */
  readonly images: number;
  /** The tags' share of the image's area: what a map that points nowhere has on them. */
  readonly area: number;
  readonly rows: readonly Judged<'mass'>[];
  readonly refused: readonly Refusal[];
}

/** Shares of the test digits. */
export interface Reliance {
  /** Right, with tags as in training. */
  readonly withTag: number;
  /** Right, without a tag. */
  readonly withoutTag: number;
  /** With another class's tag: still the digit's class. */
  readonly digitAgainstTag: number;
  /** With another class's tag: the tag's class. */
  readonly tagAgainstDigit: number;
}

export interface ShortcutOptions {
  readonly runtime: Runtime;
  readonly methods: MethodsFor;
  readonly digits: Dataset;
  readonly seed: number;
  /** Judged at most. */
  readonly images: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (what: string) => void;
}

/** @throws the signal's reason, once it is aborted; what `trainModel` and `explain` throw */
export async function shortcutTruth(kind: ShortcutKind, options: ShortcutOptions): Promise<ShortcutTruth> {
  const { runtime, methods, digits, seed, signal, onStep } = options;
  const where = `planted shortcut, ${kind}`;
  onStep?.(`${where}: training`);
  const training = taggedTraining(digits.train, kind, seed);
  const model = await trained(runtime, kind, training, options);
  return scoped(async (keep) => {
    const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
    const others = otherClasses(digits.test, seed);
    const inputs = (set: LabelledImages) => trainingImages(set, classifier.input, classifier.classCount).images;
    const decided = async (images: Tensor<'float32'>) => (await classifier.predict(images)).map(({ chosen }) => chosen);
    const against = inputs(withTags(digits.test, (_, image) => others[image]));
    const misled = await decided(against);
    const { labels } = digits.test;
    const reliance = {
      withTag: agreement(await decided(inputs(withTags(digits.test, (label) => label))), labels),
      withoutTag: agreement(await decided(inputs(withTags(digits.test, () => undefined))), labels),
      digitAgainstTag: agreement(misled, labels),
      tagAgainstDigit: agreement(misled, others),
    };
    const shown = [...misled.keys()].filter((i) => misled[i] === others[i]).slice(0, options.images);
    const mask = tagMask(digits.test);
    const area = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    if (shown.length === 0) return { kind, reliance, images: 0, area, rows: [], refused: [] };
    const { contenders, refused } = await contendersOf(
      classifier,
      concatRows(shown.map((i) => rows(against, i, i + 1))),
      methods({ side: classifier.input.width, background: inputs(training) }),
      { seed, signal, onMethod: (title) => onStep?.(`${where}: ${title}`) },
    );
    const mass: Measure = (map) => massOnTruth(map, mask);
    const found = contenders.map((contender) => judged(contender, { mass }, seed));
    return { kind, reliance, images: shown.length, area, rows: found, refused };
  });
}

/** A small convolutional network. */
async function trained(
  runtime: Runtime,
  kind: ShortcutKind,
  images: LabelledImages,
  { seed, signal }: Pick<ShortcutOptions, 'seed' | 'signal'>,
): Promise<Model> {
  const model = networkModel(
    {
      name: 'shortcut',
      input: [1, images.height, images.width],
      layers: [
        { type: 'conv', name: 'conv1', filters: 6, kernel: 5, activation: 'relu' },
        { type: 'maxPool', name: 'pool1', window: 2 },
        { type: 'flatten', name: 'flatten' },
        { type: 'dense', name: 'hidden', units: 32, activation: 'relu' },
        { type: 'dense', name: 'scores', units: images.classNames.length, activation: 'none' },
      ],
    },
    seed,
  );
  const updates = epochs * Math.ceil(images.count / batchSize);
  const result = await trainModel(runtime, model, {
    optimizer: adam({ weightDecay: weightDecay[kind] }),
    learningRate: cosine(0.003, updates),
    length: { updates },
    batchSize,
    images,
    seed,
    signal,
  });
  signal?.throwIfAborted();
  return result.model;
}

function agreement(decisions: readonly number[], classes: Int32Array): number {
  return decisions.filter((chosen, i) => chosen === classes[i]).length / decisions.length;
}
