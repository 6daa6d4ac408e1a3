import { ArgumentError } from '../../argumentError.ts';
import { isKonkyoError } from '../../konkyoError.ts';
import { type Classifier, checkImages } from '../../model/classifier.ts';
import { decisionsOf } from '../../model/decision.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { stopIfAborted } from '../../progress.ts';
import type { FileChoice } from '../../verifier/certificateFile.ts';
import { UndecidedError } from '../noncontributing/errors.ts';
import { freeByBounds } from './boundsAlone.ts';
import { EpsilonError } from './errors.ts';
import { floatSlack } from './floatSlack.ts';
import { type FreeingTask, freePixels, movementOf, type RivalProof } from './freePixels.ts';
import { atImage } from './movement.ts';
import { byBound, byEffect, type Order } from './order.ts';
import { reachOf } from './reach.ts';
import { type ReluChain, reluChainOf } from './reluChain.ts';

export interface SufficientOptions {
  /** How far every pixel that is not held may move, as a share of the pixel range, in each channel. */
  readonly epsilon: number;
  /** Whether cases of ReLUs are told apart where a bound is not enough. Default true. */
  readonly splitting?: boolean;
  /** The orders that are tried; the smallest set is kept. By default 'bound', twice, and 'reversal'. */
  readonly orders?: readonly Order[];
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Pixels that keep the decision while all others move. */
export interface SufficientPixels {
  /** The pixels that are held, y * width + x. */
  readonly held: readonly number[];
  /** All others: they may move within epsilon all at once, in every way, and the class stays. */
  readonly free: readonly number[];
  /** Held pixels of which it is not known whether they too could be free. Of every other one a change was found that needs it. */
  readonly open: readonly number[];
  readonly epsilon: number;
  /** The class that is kept. */
  readonly decided: number;
  /** By how much it is ahead at the image itself. */
  readonly margin: number;
  /** By how much it is ahead, at least, wherever the free pixels move; what float32 may round away at most. */
  readonly slack: number;
  /** The proof of each rival's margin; none where cases could not be told apart, for then the bounds are the proof. */
  readonly proofs: readonly RivalProof[];
  /** What the bound chose, where bounds alone are the proof. */
  readonly choice?: FileChoice;
  /** Why only bounds were used: the network is no chain of affine operators and ReLUs. */
  readonly boundsAlone?: string;
  readonly order: Order;
  readonly tries: number;
  readonly seconds: number;
}

/** Bounds in one proof at most: beyond, a pixel stays held and is said to be open. */
const mostBounds = 2000;
const steps = 30;

/**
 * For each image the smallest set of pixels found that is enough: while they are what they are, no movement of the others within
 * epsilon changes the class. No pixel of it can be left out by itself (VeriX, Wu, Wu & Barrett 2023).
 * @param images [n, ...]
 * @throws EpsilonError, UndecidedError, PixelRangeError, UnboundedOperatorsError, ArgumentError for a single score.
 */
export async function sufficientPixels(
  classifier: Classifier,
  images: Tensor<'float32'>,
  options: SufficientOptions,
): Promise<SufficientPixels[]> {
  const { epsilon, progress, signal } = options;
  if (!(epsilon > 0 && epsilon <= 1)) {
    throw new EpsilonError(`Epsilon is a share of the pixel range above 0, and 1 at most, not ${epsilon}.`);
  }
  if (classifier.scores.width < 2) {
    throw new ArgumentError('Sufficient pixels are those of a decision between classes, and this model has one score.');
  }
  checkImages(classifier, images);
  const decisions = decisionsOf(await classifier.scoresOf(images), classifier.scores);
  const found: SufficientPixels[] = [];
  const chain = await chainOrReason(classifier);
  for (const [i, { chosen, margin }] of decisions.entries()) {
    stopIfAborted(signal);
    progress?.(i, decisions.length);
    if (!(margin > 0)) throw new UndecidedError('Two classes have the same score: there is no decision to be kept.');
    const begun = performance.now();
    const image = rows(images, i, i + 1);
    const stop = () => stopIfAborted(signal);
    const result = await ofImage(classifier, chain, image, chosen, options, stop);
    found.push({ ...result, epsilon, decided: chosen, margin, seconds: (performance.now() - begun) / 1000 });
  }
  progress?.(decisions.length, decisions.length);
  return found;
}

type Unnamed = Omit<SufficientPixels, 'epsilon' | 'decided' | 'margin' | 'seconds'>;

async function chainOrReason(classifier: Classifier): Promise<ReluChain | string> {
  try {
    return await reluChainOf(classifier);
  } catch (error) {
    if (isKonkyoError(error, 'no-relu-chain')) return error.message;
    throw error;
  }
}

async function ofImage(
  classifier: Classifier,
  chain: ReluChain | string,
  image: Tensor<'float32'>,
  kept: number,
  { epsilon, splitting = true, orders = ['bound', 'bound', 'reversal'] }: SufficientOptions,
  stop: () => void,
): Promise<Unnamed> {
  const { down, up, low, high, inputsOf } = reachOf(classifier, image.data, epsilon);
  const turned = (i: number) => (low[i] ?? 0) + (high[i] ?? 0);
  if (typeof chain === 'string') {
    const order = await byScores(classifier, image, inputsOf, kept, turned);
    const freed = await freeByBounds(classifier, image, { epsilon, inputsOf, order }, stop);
    return { ...freed, open: freed.held, slack: 0, proofs: [], boundsAlone: chain, order: 'reversal' };
  }
  const at = atImage(chain, image.data);
  const all = inputsOf.map((_, pixel) => pixel);
  const effort = { steps, mostBounds: splitting ? mostBounds : 1 };
  const first: FreeingTask = { at, down, up, inputsOf, kept, threshold: 0, effort };
  // A little more than the bound of rounding itself, which was computed with other roundings than the verifier's.
  const threshold = 1.001 * floatSlack(at, image.data, movementOf(first, all));
  const task = { ...first, threshold };
  let best: (Unnamed & { readonly order: Order }) | undefined;
  for (const order of orders) {
    const pixels =
      order === 'bound'
        ? byBound(task, best?.order === 'bound' ? best.free : all)
        : byEffect(task, image.data, (x, i) => (order === 'reversal' ? turned(i) - x : (low[i] ?? 0)));
    const freed = freePixels(task, pixels, stop);
    if (!best || freed.held.length < best.held.length) best = { ...freed, slack: threshold, order };
    if (best.held.length === 0) break;
  }
  if (!best) throw new ArgumentError('No order of pixels was given: name one at least.');
  return best;
}

/** Pixels by how far the kept class's score falls where each is turned round, from runs of the model itself. */
async function byScores(
  classifier: Classifier,
  image: Tensor<'float32'>,
  inputsOf: readonly (readonly number[])[],
  kept: number,
  ends: (input: number) => number,
): Promise<number[]> {
  const size = image.data.length;
  const falls: number[] = [];
  for (let from = 0; from < inputsOf.length; from += classifier.batchSize) {
    const some = inputsOf.slice(from, from + classifier.batchSize);
    const data = new Float32Array(some.length * size);
    some.forEach((inputs, k) => {
      data.set(image.data, k * size);
      for (const i of inputs) data[k * size + i] = ends(i) - (image.data[i] ?? 0);
    });
    const scores = await classifier.scoresOf({ ...image, dims: [some.length, ...image.dims.slice(1)], data });
    const { width } = classifier.scores;
    falls.push(...some.map((_, k) => -(scores.data[k * width + kept] ?? 0)));
  }
  return falls.map((_, pixel) => pixel).sort((a, b) => (falls[a] ?? 0) - (falls[b] ?? 0));
}
