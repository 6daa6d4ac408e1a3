import { isKonkyoError } from '../konkyoError.ts';
import type { Facts } from '../onnx/facts.ts';
import { type Model, type ValueInfo, valueNames } from '../onnx/graph.ts';
import { inlineKnownIfs } from '../onnx/inlineIf.ts';
import { freeBatch } from '../onnx/rebatch.ts';
import { rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { foreignFloats, toFloat32 } from '../onnx/toFloat32.ts';
import { upgradeModel } from '../onnx/upgrade/upgradeModel.ts';
import { probe } from '../runtime/probe.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Preparation } from './classifier.ts';
import { firstAndLastRows, largestDifference, valuesOver } from './equivalence.ts';
import { NotEquivalentError, UnsuitableModelError } from './errors.ts';
import { findScores } from './findScores.ts';
import { customOperators } from './imageInput.ts';
import { type InputDescription, imageDims } from './inputDescription.ts';
import { noiseImages } from './pixels.ts';

/** A model that gradients can be taken of, proved to compute what the original does. */
export interface Prepared {
  readonly model: Model;
  readonly facts: Facts;
  /** Images of the run that the facts are from. */
  readonly probedRows: number;
  readonly preparation: Preparation;
}

/**
 * Brings a model to float32 and a current opset, puts in the branch of each If that only shapes decide, frees the batch
 * dimension, and runs the result against the original on noise images: each alone, and stacked.
 * @throws NotEquivalentError when no way to do so gives the same outputs.
 */
export async function prepare(
  runtime: Runtime,
  original: Model,
  image: ValueInfo,
  input: InputDescription,
  output: string,
): Promise<Prepared> {
  const declared = image.dims?.[0];
  const batch = typeof declared === 'number' && declared > 0 ? declared : 1;
  checkSize(input, batch);
  const probes = noiseImages(input, batch + 1);
  const [front, back] = [rows(probes, 0, batch), rows(probes, 1, batch + 1)];

  const floats = foreignFloats(original.graph);
  const real = floats.length > 0 || image.type !== 'float32' ? toFloat32(original, image.name) : original;
  const { model: upgraded, facts } = await modernise(runtime, real, image.name, front);
  checkOutput(output, facts, batch);

  const present = valueNames(real.graph);
  const { from } = findScores(upgraded.graph, output, facts);
  const names = [...new Set([output, ...from.filter((name) => present.has(name))])];
  const run = (model: Model, batches: readonly Tensor<'float32'>[], type = 'float32' as ValueInfo['type']) =>
    valuesOver(runtime, model, names, { name: image.name, type }, batches);
  const expected = firstAndLastRows(await run(original, [front, back], image.type), batch);
  const freed = { ...upgraded, graph: freeBatch(upgraded.graph, image.name, batch, facts) };
  const candidates = [
    { model: freed, batched: true, outputs: () => run(freed, [probes]) },
    {
      model: upgraded,
      batched: false,
      outputs: async () => firstAndLastRows(await run(upgraded, [front, back]), batch),
    },
  ];
  const tolerance = floats.some((type) => type !== 'float64') ? halfTolerance : floatTolerance;
  const failures: string[] = [];
  for (const { model, batched, outputs } of candidates) {
    const difference = await attempt(async () => largestDifference(expected, await outputs()));
    if (typeof difference === 'string') failures.push(difference);
    else if (!(difference <= tolerance))
      failures.push(`its outputs differ by ${difference.toExponential(1)} of the largest`);
    else if (!batched && batch > 1) break;
    else {
      const probed = batched ? probes : front;
      const found = await probe(runtime, model, { [image.name]: probed });
      const notes = [
        ...floats.map((type) => `The model computes in ${type}; it was explained in float32.`),
        ...(image.type === 'float32'
          ? []
          : [`The model takes ${image.type} pixels; it was explained with real numbers in their place.`]),
        ...(batched ? [] : [`Its batch dimension could not be freed (${failures[0]}), so images run one by one.`]),
      ];
      const upgradedFrom = model.opset === original.opset ? {} : { upgradedFrom: original.opset };
      const preparation = { opset: model.opset, ...upgradedFrom, batched, difference, notes };
      return { model, facts: found.facts, probedRows: probed.dims[0] ?? 1, preparation };
    }
  }
  throw new NotEquivalentError(
    `The model could not be brought from opset ${original.opset} to ${upgraded.opset} with a free batch dimension: ${failures.join('; ')}. Export it again with opset 17 or later, in float32 and with a dynamic batch dimension.`,
  );
}

/** Outputs agree when they differ by no more than this share of the largest: float32 sums in another order. */
const floatTolerance = 1e-4;
/** The same where the original rounds every step to half precision (11 bits; bfloat16 has 8). */
const halfTolerance = 5e-2;

/** Upgraded and with known Ifs put in, and what a run of it (at the original batch size) says of its values. */
async function modernise(runtime: Runtime, model: Model, input: string, images: Tensor<'float32'>) {
  const first = await probeForeign(runtime, model, { [input]: images });
  const inlined = { ...model, graph: inlineKnownIfs(model.graph, first.facts) };
  const { facts } = inlined.graph === model.graph ? first : await probe(runtime, inlined, { [input]: images });
  return { model: upgradeModel(inlined, facts), facts };
}

async function probeForeign(runtime: Runtime, model: Model, feeds: Readonly<Record<string, Tensor>>) {
  try {
    return await probe(runtime, model, feeds);
  } catch (cause) {
    const custom = customOperators(model.graph);
    if (custom.length === 0 || !isKonkyoError(cause)) throw cause;
    throw new UnsuitableModelError(
      `The model uses operators that are not ONNX's own, which ${runtime.name} does not know:\n  ${custom.join('\n  ')}\nExport it with standard operators only. (${cause.message})`,
      { cause },
    );
  }
}

/** Numbers in one run of the model at its own batch size: 222 images of 3x224x224. */
const mostNumbers = 2 ** 25;

function checkSize(input: InputDescription, batch: number): void {
  const dims = imageDims(input);
  if (batch * sizeOf(dims) <= mostNumbers) return;
  throw new UnsuitableModelError(
    `The model's input is declared as [${batch}, ${dims}], more than ${mostNumbers} numbers. If that is right, export the model with a batch of 1 or a smaller image; if not, correct the declared shape.`,
  );
}

function checkOutput(output: string, facts: Facts, batch: number): void {
  const { type, dims } = facts.get(output) ?? { type: undefined, dims: [] };
  const [first, ...row] = dims;
  const classAxes = row.filter((dim) => dim !== 1);
  if (type === 'float32' && first === batch && classAxes.length <= 1 && sizeOf(row) >= 1) return;
  throw new UnsuitableModelError(
    `The output "${output}" is ${type}[${dims}]; konkyo needs one score a class for each image: [n, classes].`,
  );
}

/** The result, or for one of konkyo's own errors what it says. */
async function attempt<T>(run: () => Promise<T>): Promise<T | string> {
  try {
    return await run();
  } catch (error) {
    if (isKonkyoError(error)) return error.message;
    throw error;
  }
}
