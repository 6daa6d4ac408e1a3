import type { Model, ValueInfo } from '../onnx/graph.ts';
import { checkNames } from '../onnx/graphBuilder.ts';
import { readModel } from '../onnx/readModel.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import { floatOutputOf, type Runtime, type Session } from '../runtime/runtime.ts';
import type { GradientTable } from '../transforms/gradient/rule.ts';
import { gradientTable } from '../transforms/gradient/table.ts';
import { checkModelSizes } from './checkModelSizes.ts';
import { type Classifier, checkImages, chooseBatchSize, predictionOf, runBatches } from './classifier.ts';
import { InputDescriptionError } from './errors.ts';
import { findScores, outputAsScores } from './findScores.ts';
import { modelIdentity } from './identity.ts';
import { findImageInput, findOutput, withConstantInitializers } from './imageInput.ts';
import {
  checkedSettings,
  describeInput,
  type InputSettings,
  type SettingSources,
  settingSources,
} from './inputDescription.ts';
import { classNamesIn, metadataSource } from './metadata.ts';
import { prepare } from './prepare.ts';
import { classCount } from './target.ts';

export interface LoadOptions {
  readonly runtime: Runtime;
  /** How pixels become model input; see InputSettings. */
  readonly input?: InputSettings;
  /** Where these settings came from, in words for the report; "given" where it does not say. */
  readonly inputSources?: Partial<SettingSources>;
  /** The output with the class scores, where the model has several. */
  readonly output?: string;
  /** Explain the scores before a final softmax or sigmoid (default), or the output as it is. */
  readonly explain?: 'scores' | 'output';
  /** Gradient rules of your own, by operator ("domain::Operator" for a custom domain); they go before konkyo's. */
  readonly rules?: GradientTable;
  /** Contents of the model's external data files by location. */
  readonly external?: ExternalData;
  /**
   * Bytes that the sizes written into the model may ask for. Default: the environment's KONKYO_MAX_MEMORY, else 2 GiB.
   */
  readonly maxBytes?: number;
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
  checkNames(original.graph);
  checkModelSizes(original.graph, options.maxBytes);
  const image = findImageInput(original.graph);
  const { settings, sources } = settingsFor(original, image, options);
  const input = describeInput(image, settings);
  const output = findOutput(original.graph, options.output);
  const { model, facts, probedRows, preparation } = await prepare(runtime, original, image, input, output);
  const find = options.explain === 'output' ? outputAsScores : findScores;
  const scores = find(model.graph, output, facts);
  const classes = classCount(scores.width);
  if (input.classes && input.classes.length > classes) {
    throw new InputDescriptionError(
      `There are ${input.classes.length} class names, but the model has ${classes} classes. Give one name for each, in the order of its scores.`,
    );
  }
  const identity = await modelIdentity(bytes, options.external);
  return makeClassifier({
    model,
    runtime,
    facts,
    inputName: image.name,
    input,
    inputSources: sources,
    output,
    scores,
    classCount: classes,
    gradientTable: { ...gradientTable, ...options.rules },
    batchSize: preparation.batched ? chooseBatchSize(facts, probedRows) : 1,
    sha256: identity.sha256,
    preparation: { ...preparation, notes: [...preparation.notes, ...identity.notes] },
  });
}

/** Where settings are from that a caller gives without saying so. */
const givenWithoutSource = 'given';

/** Each setting from the nearest to the user who gives it; a model, which may be a stranger's, has the last word on its class names only. */
function settingsFor(original: Model, image: ValueInfo, { input = {}, inputSources = {} }: LoadOptions) {
  const given = checkedSettings(input, 'The settings of the input');
  const classes = given.classes ?? classNamesIn(original);
  const sources = Object.fromEntries(
    (Object.keys(given) as (keyof InputSettings)[])
      .filter((name) => given[name] !== undefined)
      .map((name) => [name, inputSources[name] ?? givenWithoutSource]),
  );
  const named = given.classes || !classes ? {} : { classes: metadataSource };
  return {
    settings: classes ? { ...given, classes } : given,
    sources: settingSources(image, { ...named, ...sources }),
  };
}

/** A classifier from its parts: predictions by a session of its own, made when first asked. */
export function makeClassifier(parts: Omit<Classifier, 'scoresOf' | 'predict' | 'release'>): Classifier {
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
      const scoresAt = (i: number) => data.subarray(i * width, (i + 1) * width);
      return Array.from({ length: dims[0] ?? 0 }, (_, i) => predictionOf(scoresAt(i), scores));
    },
    async release() {
      await (await session)?.release();
      session = undefined;
    },
  };
}
