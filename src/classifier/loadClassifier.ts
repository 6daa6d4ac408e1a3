import type { Model } from '../onnx/graph.ts';
import { prune } from '../onnx/prune.ts';
import { readModel } from '../onnx/readModel.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import { floatOutputOf, type Runtime, type Session } from '../runtime/runtime.ts';
import type { GradientTable } from '../transforms/gradient/rule.ts';
import { gradientTable } from '../transforms/gradient/table.ts';
import { asImages, shapeInFile } from './asImages.ts';
import { inputCautions, outputCautions } from './cautions.ts';
import { type Classifier, checkImages, predictionOf, runBatches } from './classifier.ts';
import { InputDescriptionError } from './errors.ts';
import { findScores, outputAsScores } from './findScores.ts';
import { withAddedFacts } from './head/addedFacts.ts';
import { findImageInput, findOutput, withConstantInitializers } from './imageInput.ts';
import { describeInput, type InputSettings, parseInputSettings } from './inputDescription.ts';
import { classesKey, trainingKey } from './metadata.ts';
import { checkHasScores } from './onlyDecided.ts';
import { prepare } from './prepare.ts';
import { classCount } from './target.ts';
import { tensorOutputs } from './tensorOutputs.ts';

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
  const { model: whole, classes: named } = tensorOutputs(withConstantInitializers(readModel(bytes, options.external)));
  const output = findOutput(whole.graph, options.output);
  checkHasScores(whole.graph, output);
  const read = withOutput(whole, output);
  const settings = { ...(named ? { classes: [...named] } : {}), ...classesOf(read), ...options.input };
  const { model: original, notes, inFile } = asImages(read, settings, output);
  const image = findImageInput(original.graph);
  const described = describeInput(image, settings);
  const input = inFile ? { ...described, inFile: shapeInFile(inFile, described) } : described;
  const prepared = await prepare(options.runtime, original, image, input, output);
  const { runtime, batchSize, preparation, session } = prepared;
  const find = options.explain === 'output' ? outputAsScores : findScores;
  const found = find(prepared.model.graph, output, prepared.facts);
  const { scores, graph } = found;
  const model = { ...prepared.model, graph };
  const facts =
    graph === prepared.model.graph
      ? prepared.facts
      : await withAddedFacts(runtime, prepared, graph, found.from, scores.name);
  const classes = classCount(scores.width);
  if (input.classes && input.classes.length > classes) {
    await session.release();
    throw new InputDescriptionError(
      `There are ${input.classes.length} class names, but the model has ${classes} classes. Give one name for each, in the order of its scores.`,
    );
  }
  const parts = {
    model,
    runtime,
    facts,
    inputName: image.name,
    input,
    output,
    scores,
    classCount: classes,
    // Without a prototype: an operator may be called "constructor".
    gradientTable: Object.assign(Object.create(null) as GradientTable, gradientTable, options.rules),
    batchSize,
    sha256: await digest(bytes),
    preparation: { ...preparation, notes: [...notes, ...preparation.notes] },
    cautions: [
      ...outputCautions(
        { graph: prepared.model.graph, facts: prepared.facts, output },
        found,
        model.metadata.has(trainingKey),
      ),
      ...inputCautions(input),
      ...(options.output === undefined && whole.graph.outputs.length > 1
        ? [
            `Of the model's outputs (${whole.graph.outputs.map(({ name }) => name).join(', ')}), "${output}" was explained.`,
          ]
        : []),
    ],
  };
  // Scores that are found only in the rewritten model have a session of their own.
  if (session.outputNames.includes(scores.name)) return makeClassifier(parts, session);
  await session.release();
  return makeClassifier(parts);
}

/** The model with a value inside of it as its only output, where that is what was asked for. */
function withOutput(model: Model, output: string): Model {
  const { outputs, inputs } = model.graph;
  if (outputs.some(({ name }) => name === output)) return model;
  const only = [{ name: output, type: undefined, dims: undefined }];
  const kept = inputs.map(({ name }) => name);
  return { ...model, graph: prune({ ...model.graph, outputs: only }, only, kept) };
}

/** The class names that konkyo's training leaves in a model. */
function classesOf({ metadata }: Model): InputSettings {
  const names = metadata.get(classesKey);
  return names === undefined
    ? {}
    : parseInputSettings(`{ "classes": ${names} }`, `the model's metadata (${classesKey})`);
}

/** A classifier from its parts: predictions by the session given, or by one that is made when first asked. */
export function makeClassifier(
  parts: Omit<Classifier, 'scoresOf' | 'predict' | 'release'>,
  proved?: Session,
): Classifier {
  let session: Promise<Session> | undefined = proved && Promise.resolve(proved);
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
      const scoresAt = (i: number) => data.subarray(i * width, (i + 1) * width);
      return Array.from({ length: dims[0] ?? 0 }, (_, i) => predictionOf(scoresAt(i), scores));
    },
    async release() {
      await (await session)?.release();
      session = undefined;
    },
  };
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
