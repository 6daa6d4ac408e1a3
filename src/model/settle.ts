import { isKonkyoError } from '../konkyoError.ts';
import type { Facts } from '../onnx/facts.ts';
import type { Model } from '../onnx/graph.ts';
import { openSizes } from '../onnx/openSizes.ts';
import { freeBatch } from '../onnx/rebatch.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { probe } from '../runtime/probe.ts';
import { DeviceError, type OptimizationLevel, optimizationLevels, type Runtime } from '../runtime/runtime.ts';
import { chooseBatchSize } from './classifier.ts';
import { imagesAt } from './equivalence.ts';
import { mixesImages } from './mixing.ts';
import { factsOver, type Modernised } from './modernise.ts';
import { type Proof, prove } from './prove.ts';
import { type Reference, windows } from './reference.ts';

/** A form of the model that gives what the original gives. */
export interface Settled {
  readonly model: Model;
  readonly facts: Facts;
  readonly batchSize: number;
  /** Why several images cannot go through at once, where they cannot. */
  readonly unbatched?: string;
  readonly proof: Proof;
}

/** The model, images and runtime that each form of the model is tried with. */
export interface Trial {
  readonly runtime: Runtime;
  readonly inputName: string;
  /** The batch size that the model was made for. */
  readonly batch: number;
  readonly reference: Reference;
  readonly tolerance: number;
}

/**
 * The first form of a model that gives what the original gives: several images at a time with a free batch dimension, else
 * one at a time.
 * @returns why not, for each form, where none does.
 */
export async function settle(trial: Trial, modern: Pick<Modernised, 'model' | 'facts'>): Promise<Settled | string[]> {
  const several = await attempt(() => severalAtATime(trial, modern));
  if (typeof several !== 'string') return several;
  if (trial.batch > 1) return [several];
  const single = await attempt(() => oneAtATime(trial, modern));
  return typeof single === 'string' ? [several, single] : { ...single, unbatched: several };
}

async function severalAtATime(
  { runtime, inputName, batch, reference, tolerance }: Trial,
  { model: upgraded, facts: few }: Pick<Modernised, 'model' | 'facts'>,
): Promise<Settled | string> {
  const { images, expected } = reference;
  if (!provesAnything(reference)) return 'it gives no finite number for any image of the proof';
  const names = [...expected.keys()];
  const [open] = openSizes(few);
  if (open !== undefined) return `the size of "${open}" depends on the image`;
  const model = { ...upgraded, graph: freeBatch(upgraded.graph, inputName, batch, few) };
  const count = images.dims[0] ?? 1;
  const stack = Array.from({ length: batch + 1 }, (_, row) => row % count);
  const { facts } = await probe(runtime, model, { [inputName]: imagesAt(images, stack) });
  const mixing = mixesImages(model, names, few, facts);
  if (mixing !== undefined) return mixing;
  const batchSize = chooseBatchSize(facts, batch + 1);
  const all = Array.from({ length: count }, (_, i) => i);
  const atOnce = Math.max(2, Math.min(batchSize, count));
  const runs = [
    [0],
    ...chunks(all, atOnce),
    ...otherNeighbours(all, atOnce),
    ...fullBatch(facts, batch + 1, batchSize, count),
  ];
  const candidate = { model, inputName, runs, batchSize, levels: optimizationLevels };
  const proof = await prove(runtime, candidate, reference, tolerance);
  if (typeof proof === 'number') return shareInWords(proof);
  return { model, facts, batchSize, proof };
}

async function oneAtATime(
  { runtime, inputName, reference, tolerance }: Trial,
  { model, facts: known }: Pick<Modernised, 'model' | 'facts'>,
): Promise<Settled | string> {
  const { images } = reference;
  const each = windows(images, 1);
  const runs = each.map((_, i) => [i]);
  // What was not seen to leave the values as they are is not used.
  const levels: readonly OptimizationLevel[] = provesAnything(reference) ? optimizationLevels : ['none'];
  const looked = openSizes(known).length > 0 ? each : each.slice(0, 1);
  const facts = await factsOver(runtime, model, inputName, looked);
  const proof = await prove(runtime, { model, inputName, runs, batchSize: 1, levels }, reference, tolerance);
  if (typeof proof === 'number') return shareInWords(proof);
  return { model, facts, batchSize: 1, proof };
}

/**
 * Images again, in other places of a batch and beside others: all where they go through at once; of a network that is too
 * large for that, the last ones before the first ones.
 */
function otherNeighbours(all: readonly number[], atOnce: number): readonly (readonly number[])[] {
  const reversed = all.toReversed();
  if (atOnce >= all.length) return [reversed];
  const half = Math.ceil(atOnce / 2);
  return [[...reversed.slice(0, atOnce - half), ...reversed.slice(-half)]];
}

/** A run of as many images as will go through at a time: what a model does may hang on how many there are. */
function fullBatch(facts: Facts, probedRows: number, batchSize: number, count: number): readonly (readonly number[])[] {
  let numbers = 0;
  for (const { dims, constant } of facts.values()) if (!constant) numbers += sizeOf(dims) / probedRows;
  if (batchSize <= count || numbers * batchSize > mostNumbersTried) return [];
  return [Array.from({ length: batchSize }, (_, i) => i % count)];
}

/** Intermediate values of a run that takes a fraction of a second. */
const mostNumbersTried = 2 ** 23;

function provesAnything({ expected }: Reference): boolean {
  return [...expected.values()].some(({ data }) => data.some(Number.isFinite));
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** A difference as people read it. */
export function shareInWords(difference: number): string {
  return Number.isFinite(difference)
    ? `its outputs differ by ${difference.toExponential(1)} of what they vary by`
    : 'its outputs have other shapes, or are numbers where the original gives none';
}

/** The result, or for one of konkyo's own errors what it says. */
async function attempt<T>(run: () => Promise<T | string>): Promise<T | string> {
  try {
    return await run();
  } catch (error) {
    if (isKonkyoError(error) && !(error instanceof DeviceError)) return error.message;
    throw error;
  }
}
