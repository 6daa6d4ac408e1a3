import type { Facts } from '../onnx/facts.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { UnsuitableModelError } from './errors.ts';

/** A value of the model of which there is one for each image. */
export interface ModelOutput {
  readonly name: string;
  /** For one image, without the batch. */
  readonly dims: readonly number[];
}

/** `scores [n, 10]` */
export function shapeInWords({ name, dims }: ModelOutput): string {
  return `${name} [n${dims.map((dim) => `, ${dim}`).join('')}]`;
}

/** Whether a shape, without the batch, is a row of numbers: one axis at most is longer than 1. */
export function isRow(dims: readonly number[]): boolean {
  return dims.filter((dim) => dim !== 1).length <= 1 && sizeOf(dims) >= 1;
}

/** @throws UnsuitableModelError where an output is not a row of real numbers for each image. */
export function onlyRows(outputs: readonly string[], facts: Facts, batch: number): readonly string[] {
  for (const output of outputs) {
    if (givesImages(output, facts, batch) && isRow(facts.get(output)?.dims.slice(1) ?? [])) continue;
    throw new UnsuitableModelError(
      `The output "${output}" is ${shapeWords(output, facts)}; konkyo needs one score a class for each image: [n, classes]. Outputs of other shapes are explained by "konkyo explain"; for programs by loadModel and subjectsOf.`,
    );
  }
  return outputs;
}

/** Those outputs that are real numbers for each image. @throws UnsuitableModelError where none is. */
export function onlyBatches(outputs: readonly string[], facts: Facts, batch: number): readonly string[] {
  const kept = outputs.filter((output) => givesImages(output, facts, batch));
  if (kept.length > 0) return kept;
  const list = outputs.map((output) => `  ${output}: ${shapeWords(output, facts)}`).join('\n');
  throw new UnsuitableModelError(
    `None of the outputs has real numbers for each image, [n, ...], of sizes that are the same for every image:\n${list}\nName a value before what selects or decides with --output NAME.`,
  );
}

function givesImages(output: string, facts: Facts, batch: number): boolean {
  const { type, dims } = facts.get(output) ?? { type: undefined, dims: [] };
  return type === 'float32' && dims[0] === batch && sizeOf(dims) >= 1;
}

function shapeWords(output: string, facts: Facts): string {
  const { type, dims } = facts.get(output) ?? { type: undefined, dims: [] };
  return `${type}[${dims}]`;
}
