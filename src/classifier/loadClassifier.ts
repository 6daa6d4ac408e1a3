import { isKonkyoError } from '../konkyoError.ts';
import type { Facts } from '../onnx/facts.ts';
import type { Model } from '../onnx/graph.ts';
import { readModel } from '../onnx/readModel.ts';
import { freeBatch } from '../onnx/rebatch.ts';
import { float32, rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import { upgradeModel } from '../onnx/upgrade/upgradeModel.ts';
import { probe } from '../runtime/probe.ts';
import { floatOutputOf, type Runtime, type Session } from '../runtime/runtime.ts';
import type { GradientTable } from '../transforms/gradient/rule.ts';
import { gradientTable } from '../transforms/gradient/table.ts';
import { type Classifier, checkImages, chooseBatchSize, predictionOf, runBatches } from './classifier.ts';
import { agree, largestDifference, valuesOver } from './equivalence.ts';
import { NotEquivalentError, UnsuitableModelError } from './errors.ts';
import { findScores, type Scores } from './findScores.ts';
import { customOperators, findImageInput, findOutput, withConstantInitializers } from './imageInput.ts';
import { describeInput, type InputDescription, type InputSettings, imageDims } from './inputDescription.ts';
import { eachPixel, normalise } from './pixels.ts';
import { classCount } from './target.ts';

export interface LoadOptions {
  readonly runtime: Runtime;
  /** How pixels become model input; see InputSettings. */
  readonly input?: InputSettings;
  /** The output with the class scores, where the model has several. */
  readonly output?: string;
  /** Explain the scores before a final softmax or sigmoid (default), or the output as it is. */
  readonly explain?: 'scores' | 'output';
  /** Gradient rules of your own, by operator ("domain::Operator" for a custom domain); they go before konkyo's. */
  readonly rules?: GradientTable;
  /** Contents of the model's external data files by location. */
  readonly external?: ExternalData;
}

/**
 * Reads an ONNX classifier and makes it ready to be explained: brings it to a current opset, frees its batch dimension,
 * finds the class scores, and proves on probe images that it still computes what it did.
 * @param bytes the contents of the ONNX file.
 * @throws InvalidModelError, ExternalDataError, UnsuitableModelError, InputDescriptionError, NotEquivalentError,
 * SessionError, RunError
 */
export async function loadClassifier(bytes: Uint8Array, options: LoadOptions): Promise<Classifier> {
  const { runtime } = options;
  const original = withConstantInitializers(readModel(bytes, options.external));
  const image = findImageInput(original.graph);
  const input = describeInput(image, options.input ?? {});
  const output = findOutput(original.graph, options.output);

  const declared = image.dims?.[0];
  const fixed = typeof declared === 'number' && declared > 0 ? declared : undefined;
  const batch = fixed ?? 1;
  const probes = noise(input, batch + 1);
  const first = await probeFirst(runtime, original, image.name, rows(probes, 0, batch));
  checkOutput(output, first.facts, batch);

  const upgraded = upgradeModel(original, first.facts);
  const sought = findScores(original.graph, output, first.facts).name;
  const names = [...new Set([output, sought])];
  const before = await valuesOver(runtime, original, names, image.name, [
    rows(probes, 0, batch),
    rows(probes, 1, batch + 1),
  ]);
  const expected = firstAndLastRows(before, batch);
  const candidates = [
    { model: { ...upgraded, graph: freeBatch(upgraded.graph, image.name, batch, first.facts) }, batched: true },
    { model: upgraded, batched: false },
  ];
  const failures: string[] = [];
  for (const { model, batched } of candidates) {
    const feeds = batched ? [probes] : [rows(probes, 0, batch), rows(probes, 1, batch + 1)];
    const attempt = await attemptRun(() => valuesOver(runtime, model, names, image.name, feeds));
    if (typeof attempt === 'string') {
      failures.push(attempt);
      continue;
    }
    const got = batched ? attempt : firstAndLastRows(attempt, batch);
    const difference = largestDifference(expected, got);
    if (!agree(difference)) {
      failures.push(`its outputs differ by ${difference.toExponential(1)} of the largest`);
      continue;
    }
    if (!batched && batch > 1) break;
    const { facts } = await probe(runtime, model, { [image.name]: batched ? probes : rows(probes, 0, 1) });
    const scores: Scores =
      options.explain === 'output'
        ? { name: output, width: sizeOf(facts.get(output)?.dims.slice(1) ?? []) }
        : findScores(model.graph, output, facts);
    const notes = batched ? [] : [`Its batch dimension could not be freed (${failures[0]}), so images run one by one.`];
    return makeClassifier({
      model,
      runtime,
      facts,
      inputName: image.name,
      input,
      output,
      scores,
      classCount: classCount(scores.width),
      gradientTable: { ...gradientTable, ...options.rules },
      batchSize: batched ? chooseBatchSize(facts, batch + 1) : 1,
      sha256: await digest(bytes),
      preparation: {
        opset: model.opset,
        ...(model.opset === original.opset ? {} : { upgradedFrom: original.opset }),
        batched,
        difference,
        notes,
      },
    });
  }
  throw new NotEquivalentError(
    `The model could not be brought from opset ${original.opset} to ${upgraded.opset} with a free batch dimension: ${failures.join('; ')}. Export it again with opset 17 or later and a dynamic batch dimension.`,
  );
}

function makeClassifier(parts: Omit<Classifier, 'scoresOf' | 'predict' | 'release'>): Classifier {
  let session: Promise<Session> | undefined;
  const { model, runtime, scores, inputName, batchSize } = parts;
  const graph = { ...model.graph, outputs: [{ name: scores.name, type: undefined, dims: undefined }] };
  const { width } = scores;
  async function scoresOf(images: Tensor<'float32'>): Promise<Tensor<'float32'>> {
    checkImages(parts, images);
    session ??= runtime.createSession({ ...model, graph });
    const count = images.dims[0] ?? 0;
    const values = await runBatches(await session, batchSize, count, { [inputName]: images }, [scores.name]);
    return float32([count, width], floatOutputOf(Object.fromEntries(values), scores.name).data);
  }
  return {
    ...parts,
    scoresOf,
    async predict(images) {
      const { data, dims } = await scoresOf(images);
      return Array.from({ length: dims[0] ?? 0 }, (_, i) => predictionOf(data.subarray(i * width, (i + 1) * width)));
    },
    async release() {
      await (await session)?.release();
      session = undefined;
    },
  };
}

async function probeFirst(runtime: Runtime, model: Model, input: string, images: Tensor<'float32'>) {
  try {
    return await probe(runtime, model, { [input]: images });
  } catch (cause) {
    const custom = customOperators(model.graph);
    if (custom.length === 0 || !isKonkyoError(cause)) throw cause;
    throw new UnsuitableModelError(
      `The model uses operators that are not ONNX's own, which ${runtime.name} does not know:\n  ${custom.join('\n  ')}\nExport it with standard operators only. (${cause.message})`,
      { cause },
    );
  }
}

function checkOutput(output: string, facts: Facts, batch: number): void {
  const { type, dims } = facts.get(output) ?? { type: undefined, dims: [] };
  const [first, classes = 1, ...rest] = dims;
  if (type === 'float32' && first === batch && dims.length >= 1 && sizeOf(rest) === 1 && classes >= 1) return;
  throw new UnsuitableModelError(
    `The output "${output}" is ${type}[${dims}]; konkyo needs one float32 score a class for each image: [n, classes].`,
  );
}

/** Of the rows of two runs that overlap in all but the first and last image, each image's once. */
function firstAndLastRows(
  values: ReadonlyMap<string, Tensor<'float32'>>,
  batch: number,
): ReadonlyMap<string, Tensor<'float32'>> {
  return new Map(
    [...values].map(([name, t]) => {
      const width = t.data.length / (2 * batch);
      const data = new Float32Array((batch + 1) * width);
      data.set(t.data.subarray(0, batch * width));
      data.set(t.data.subarray((2 * batch - 1) * width), batch * width);
      return [name, float32([batch + 1, width], data)];
    }),
  );
}

/** Images of evenly distributed random pixels (a fixed sequence), as model input. */
function noise(input: InputDescription, count: number): Tensor<'float32'> {
  const dims = imageDims(input);
  const size = sizeOf(dims);
  const data = new Float32Array(count * size);
  let state = 1;
  for (let image = 0; image < count; image++) {
    eachPixel(input, (_pixel, index, channel) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[image * size + index] = normalise((state >>> 24) & 255, channel, input);
    });
  }
  return float32([count, ...dims], data);
}

/** The result, or for one of konkyo's own errors what it says. */
async function attemptRun<T>(run: () => Promise<T>): Promise<T | string> {
  try {
    return await run();
  } catch (error) {
    if (isKonkyoError(error)) return error.message;
    throw error;
  }
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
