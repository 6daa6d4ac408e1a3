import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { isKonkyoError } from '../../src/konkyoError.ts';
import { NotEquivalentError } from '../../src/model/errors.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { float32, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { type Random, random } from '../../src/random/random.ts';
import { outputOf, type Runtime } from '../../src/runtime/runtime.ts';
import { type RandomModel, randomModel } from './randomGraphs.ts';
import { slowGraph, type Values } from './straightThrough.ts';

/** What became of a random graph. */
export type Verdict =
  | { readonly kind: 'agrees' }
  /** ONNX Runtime does not run the original: the generator's fault, or the runtime's. */
  | { readonly kind: 'not run'; readonly what: string }
  /** A kink or a steep place within float32's rounding of every image: two right programs may differ. */
  | { readonly kind: 'skipped'; readonly what: string }
  | { readonly kind: 'differs'; readonly what: string };

const images = 2;
const directions = 2;

/** The plain gradient at the pixels. */
const gradient = saliency();

/**
 * Loads the random model number `seed` and compares scores with an unoptimised run of the original, and the gradient of one
 * score with finite differences of the slow float64 version.
 */
export async function compareModel(seed: number, runtime: Runtime): Promise<Verdict> {
  const made = randomModel(seed);
  const source = random(seed + 1);
  const batch = float32(
    [images, ...made.dims],
    Array.from({ length: images * sizeOf(made.dims) }, () => 2 * source.uniform() - 1),
  );
  let original: Tensor<'float32'>[];
  try {
    original = await runOriginal(made, runtime, batch);
  } catch (error) {
    if (isKonkyoError(error)) return { kind: 'not run', what: error.message };
    throw error;
  }
  try {
    return await compareLoaded(made, runtime, batch, original, source);
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const broken = await optimizerRefuses(made, runtime);
    if (broken !== undefined) return { kind: 'not run', what: `optimised: ${broken}` };
    if (error instanceof NotEquivalentError && variesByRounding(made, batch))
      return { kind: 'skipped', what: 'float32' };
    return { kind: 'differs', what: isKonkyoError(error) ? `refused: ${what}` : what };
  }
}

/** ONNX Runtime 1.30 breaks some graphs while it optimises them, the original too: a Pad fused with a pool of small windows. */
async function optimizerRefuses({ model }: RandomModel, runtime: Runtime): Promise<string | undefined> {
  try {
    const session = await runtime.createSession(model);
    await session.release();
    return undefined;
  } catch (error) {
    if (isKonkyoError(error)) return error.message;
    throw error;
  }
}

/** Whether all that the scores differ by between images is what float32 rounds: the mean of what was made to have none. */
function variesByRounding({ model, dims }: RandomModel, batch: Tensor<'float32'>): boolean {
  const output = model.graph.outputs[0]!.name;
  const [exact, single] = [slowGraph(model.graph), slowGraph(model.graph, { single: true })].map((evaluate) =>
    Array.from({ length: images }, (_, i) => {
      const image = { dims: [1, ...dims], data: Float64Array.from(rowOf(batch, i)) };
      return evaluate(new Map([['image', image]])).get(output)!.data;
    }),
  ) as [Float64Array[], Float64Array[]];
  const largest = (left: Float64Array, right: Float64Array) =>
    left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);
  return largest(exact[0]!, exact[1]!) < largest(exact[0]!, single[0]!);
}

async function runOriginal({ model, dims }: RandomModel, runtime: Runtime, batch: Tensor<'float32'>) {
  const session = await runtime.createSession(model, { optimization: 'none' });
  try {
    const outputs: Tensor<'float32'>[] = [];
    for (let i = 0; i < images; i++) {
      const row = float32([1, ...dims], rowOf(batch, i));
      outputs.push(outputOf(await session.run({ image: row }), model.graph.outputs[0]!.name) as Tensor<'float32'>);
    }
    return outputs;
  } finally {
    await session.release();
  }
}

function rowOf({ data, dims }: Tensor<'float32'>, i: number): Float32Array {
  const size = data.length / dims[0]!;
  return data.slice(i * size, (i + 1) * size);
}

async function compareLoaded(
  made: RandomModel,
  runtime: Runtime,
  batch: Tensor<'float32'>,
  original: readonly Tensor<'float32'>[],
  source: Random,
): Promise<Verdict> {
  const { model, dims, halves } = made;
  const classifier = await loadClassifier(writeModel(model), { runtime, explain: 'scores' });
  try {
    const { name, width } = classifier.scores;
    const [evaluate, inSingle] = [slowGraph(model.graph), slowGraph(model.graph, { single: true })];
    const at = (pixels: Float64Array, base?: Values) =>
      evaluate(new Map([['image', { dims: [1, ...dims], data: pixels }]]), base);
    const scores = await classifier.scoresOf(batch);
    const output = model.graph.outputs[0]!.name;
    const bases = Array.from({ length: images }, (_, i) => at(Float64Array.from(rowOf(batch, i))));
    for (const [i, base] of bases.entries()) {
      const wrong = apart(original[i]!.data, base.get(output)!.data, halves ? 5e-2 : 1e-3);
      const rounded = inSingle(new Map([['image', base.get('image')!]])).get(output)!;
      if (wrong && apart(rounded.data, base.get(output)!.data, 2e-4)) return { kind: 'skipped', what: 'float32' };
      if (wrong) return { kind: 'differs', what: `ONNX Runtime from the slow version: ${wrong}` };
      const known = base.get(name);
      if (!known) return { kind: 'differs', what: `the scores "${name}" are no value of the model` };
      const ours = apart(rowOf(scores, i), known.data, halves ? 5e-2 : 1e-3);
      if (ours) return { kind: 'differs', what: `scores: ${ours}` };
    }
    const target = source.index(width);
    const explainer = await gradient.compile(classifier);
    const { values } = await explainer.attribute(
      batch,
      Array.from({ length: images }, () => target),
    );
    await explainer.release();
    let unstable = 0;
    for (const [i, base] of bases.entries()) {
      const found = Float64Array.from(rowOf(values as Tensor<'float32'>, i));
      const score = (pixels: Float64Array) => at(pixels, base).get(name)!.data[target]!;
      const pixels = Float64Array.from(rowOf(batch, i));
      const wrong = gradientApart(found, pixels, score, source, halves ? 2e-2 : 2e-3);
      if (wrong === undefined) continue;
      if (isStable(pixels, (moved) => (by) => at(by, at(moved)).get(name)!.data[target]!, source)) {
        return { kind: 'differs', what: `gradient of image ${i}: ${wrong}` };
      }
      unstable += 1;
    }
    return unstable === images ? { kind: 'skipped', what: 'kinks' } : { kind: 'agrees' };
  } finally {
    await classifier.release();
  }
}

/** What is wrong with numbers, as a share of the largest; undefined where they are near enough. */
function apart(found: ArrayLike<number>, wanted: Float64Array, tolerance: number): string | undefined {
  const scale = Math.max(0.1, ...wanted.map(Math.abs));
  const wrong = wanted.findIndex((value, i) => !(Math.abs(value - found[i]!) <= tolerance * scale));
  return wrong < 0 ? undefined : `element ${wrong} is ${found[wrong]} instead of ${wanted[wrong]}`;
}

function randomDirection(length: number, source: Random): Float64Array {
  return Float64Array.from({ length }, () => 2 * source.uniform() - 1);
}

type Score = (pixels: Float64Array) => number;

const moved = (pixels: Float64Array, direction: Float64Array, by: number): Float64Array =>
  pixels.map((value, i) => value + by * direction[i]!);

function slopeAlong(score: Score, pixels: Float64Array, direction: Float64Array, step = 1e-6): number {
  return (score(moved(pixels, direction, step)) - score(moved(pixels, direction, -step))) / (2 * step);
}

function gradientApart(
  found: Float64Array,
  pixels: Float64Array,
  score: Score,
  source: Random,
  tolerance: number,
): string | undefined {
  const length = Math.sqrt(found.reduce((sum, g) => sum + g * g, 0));
  for (let d = 0; d < directions; d++) {
    const direction = randomDirection(pixels.length, source);
    const slope = slopeAlong(score, pixels, direction);
    const ours = found.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    const scale = Math.max(1e-2, Math.abs(slope), length);
    if (!(Math.abs(ours - slope) <= tolerance * scale)) {
      return `along a direction ${ours} instead of ${slope} (gradient of length ${length})`;
    }
  }
  return undefined;
}

/**
 * Whether the slope is the same for images that differ as little as float32's rounding makes intermediate values differ:
 * not next to a kink (a ReLU near 0, two equal maxima) or where the slope itself is steep.
 */
function isStable(pixels: Float64Array, scoreAt: (base: Float64Array) => Score, source: Random): boolean {
  const directions = Array.from({ length: 3 }, () => randomDirection(pixels.length, source));
  const here = scoreAt(pixels);
  return directions.every((direction) => {
    const slope = slopeAlong(here, pixels, direction);
    const near = (other: number): boolean => Math.abs(other - slope) <= 1e-3 * Math.max(1e-2, Math.abs(slope));
    // Quantised numbers are exactly at kinks, wherever the image is moved.
    const [ahead, behind] = [1e-6, -1e-6].map((by) => (here(moved(pixels, direction, by)) - here(pixels)) / by);
    if (!near(ahead!) || !near(behind!) || !near(slopeAlong(here, pixels, direction, 2e-7))) return false;
    return [1e-6, 3e-6, 1e-5].every((size) => {
      const nearby = moved(pixels, randomDirection(pixels.length, source), size);
      const other = slopeAlong(scoreAt(nearby), nearby, direction);
      return near(other);
    });
  });
}
