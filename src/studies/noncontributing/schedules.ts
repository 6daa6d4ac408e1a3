import type { Classifier } from '../../model/classifier.ts';
import { constant, cosine, type Schedule } from '../../training/schedules.ts';

/** How the amplitudes are searched for. */
export interface SearchSchedule {
  readonly iterations: number;
  /** N: noise images an iteration. */
  readonly images: number;
  /** Adam's learning rate, by iteration from 0 on. */
  readonly learningRate: Schedule;
  /** Whether the rate is for images that allow amplitudes near 1, and smaller in proportion where they do not. */
  readonly adapts?: boolean;
}

/** From this even amplitude on a rate that adapts is as given. MNIST's images allow it, SqueezeNet's far less. */
const ample = 0.25;

/** What the learning rate is multiplied with for an image under which even noise of an amplitude does best. */
export function rateFactor({ adapts = false }: SearchSchedule, bestEven: number): number {
  return adapts ? Math.min(1, bestEven / ample) : 1;
}

/** Ikeno, Hara & Washio 2018, section 4.1. */
export const paperSchedule: SearchSchedule = { iterations: 15_000, images: 100, learningRate: constant(1e-4) };

export const fastDefaults = { iterations: 300, images: 100, rate: 0.02 } as const;

/** Fifty times sooner: a larger learning rate that falls to 0, so that the noise of so few iterations averages out. */
export function fastSchedule({
  iterations = fastDefaults.iterations,
  images = fastDefaults.images,
}: Partial<Pick<SearchSchedule, 'iterations' | 'images'>> = {}): SearchSchedule {
  // Amplitudes can travel from 0 to 1 three times over, however many iterations there are; larger steps than 0.05 only jump.
  const rate = Math.min(0.05, (fastDefaults.rate * fastDefaults.iterations) / iterations);
  return { iterations, images, learningRate: cosine(rate, iterations), adapts: true };
}

/** Fewer noise images say too little of the direction to go in. */
const fewestImages = 8;

/**
 * An iteration is one run of the model: no more noise images than go through it at a time. Large models, of which few do, get
 * half the iterations.
 */
export function defaultSchedule({ batchSize }: Pick<Classifier, 'batchSize'>): SearchSchedule {
  const { iterations, images } = fastDefaults;
  if (batchSize >= images) return fastSchedule();
  return fastSchedule({ iterations: iterations / 2, images: Math.max(fewestImages, batchSize) });
}
