import type { Graph, Model } from '../onnx/graph.ts';
import { checkNames } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { readModel } from '../onnx/readModel.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import type { Program, Rows } from '../runtime/program.ts';
import { together } from '../runtime/release.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { GradientTable } from '../transforms/gradient/rule.ts';
import { gradientTable } from '../transforms/gradient/table.ts';
import { asImages, shapeInFile } from './asImages.ts';
import { checkModelSizes } from './checkModelSizes.ts';
import { checkImages, type ReadyModel } from './classifier.ts';
import { describeAs } from './describeNumbers.ts';
import type { DetectionLayoutSettings } from './detection/detectionSettings.ts';
import { type Suppression, suppressionsOf } from './detection/suppression.ts';
import { InputDescriptionError } from './errors.ts';
import { type HeldInputs, holdInputs, inputList } from './heldInputs.ts';
import { modelIdentity } from './identity.ts';
import { findImageInput, withConstantInitializers } from './imageInput.ts';
import { checkedSettings, type InputSettings, type SettingSources, settingSources } from './inputDescription.ts';
import { classNamesIn, metadataSource } from './metadata.ts';
import { checkHasScores, checkOutputName, explainableOutputs, tensorOutputs } from './modelOutputs.ts';
import { type ModelOutput, onlyBatches } from './outputShapes.ts';
import { type PreparedOutputs, prepare } from './prepare.ts';
import { withSampleSizes } from './sampleSizes.ts';
import type { Task } from './task/task.ts';
import { refuseText } from './tokenIds.ts';

/** The runtime, and what the model's file does not say of its input. */
export interface LoadModelOptions {
  readonly runtime: Runtime;
  /** How pixels become model input; see InputSettings. */
  readonly input?: InputSettings;
  /** Where these settings came from, in words for the report; "given" where it does not say. */
  readonly inputSources?: Partial<SettingSources & { readonly inputs: string }>;
  /** The input to explain, where the model has several. */
  readonly inputName?: string;
  /** The values of its other inputs, which are held fixed. */
  readonly held?: HeldInputs;
  /** The dimensions of an array that is explained, [n, ...]: they stand for the sizes that the model leaves open. */
  readonly sampleDims?: readonly number[];
  /**
   * True where a CSV file is explained: an input of fewer than four dimensions is then a table or a signal, unless it was said;
   * false where pictures are: it is then an image.
   */
  readonly isNumbers?: boolean;
  /**
   * The outputs, or values inside of the model, that are read. By default the one that stands for all (a softmax of another), else
   * all that are more than a decision.
   */
  readonly outputs?: readonly string[];
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
 * A model made ready: brought to a current opset, its batch dimension free, proved to compute what it did. Its outputs may have any
 * shape; what of them is explained a `Reading` says (see `readAs`).
 */
export interface LoadedModel extends ReadyModel {
  /** The outputs that were proved and can be read, [n, ...dims] each. */
  readonly outputs: readonly ModelOutput[];
  /** All outputs that the file declares. */
  readonly declared: readonly string[];
  /** What the model does, where its description says so. */
  readonly task?: Task;
  /** What is said of outputs that the model makes no probabilities of, see InputSettings. */
  readonly saidScores?: InputSettings['scores'];
  /** What its description says of a detector's layout. */
  readonly detection?: DetectionLayoutSettings;
  /** What goes into the NonMaxSuppression that the model ends in, which is then what is read. */
  readonly suppressed?: Suppression;
  /** What was proved and is run: it gives the outputs, and the scores before their probabilities. */
  readonly proved: Program;
  /** The outputs for images [n, ...], in batches. @throws InvalidInputError, RunError */
  outputsOf(images: Tensor<'float32'>): Promise<Rows>;
  /** Frees the session. */
  release(): Promise<void>;
}

/**
 * Reads an ONNX model of images and makes it ready to be explained, whatever the shape of its outputs.
 * @param bytes the contents of the ONNX file.
 * @throws InvalidModelError, ExternalDataError, UnsuitableModelError, InputDescriptionError, NotEquivalentError,
 * SessionError, RunError
 */
export function loadModel(bytes: Uint8Array, options: LoadModelOptions): Promise<LoadedModel> {
  return openModel(bytes, options, (model) => {
    const named = options.outputs ?? namedOutputs(options.input?.detection);
    const isOtherTask = (options.input?.task ?? 'detection') !== 'detection';
    const suppressions = named || isOtherTask ? [] : suppressionsOf(model);
    const before = [...new Set(suppressions.flatMap(({ boxes, scores }) => [boxes, scores]))];
    const wanted = before.length > 0 ? before : wantedOutputs(model, named);
    const [only, another] = suppressions;
    return { wanted, check: onlyBatches, suppressed: another ? undefined : only };
  });
}

/** The boxes and scores that a description names. */
function namedOutputs({ boxes, scores }: DetectionLayoutSettings = {}): readonly string[] | undefined {
  return boxes !== undefined && scores !== undefined ? [boxes, scores] : undefined;
}

function wantedOutputs({ graph }: Model, named: readonly string[] | undefined): readonly string[] {
  for (const name of named ?? []) checkOutputName(graph, name);
  const wanted = named ?? explainableOutputs(graph);
  for (const name of wanted) checkHasScores(graph, name);
  return wanted;
}

/** `loadModel`, with the outputs chosen by the model as it is in the file. */
export async function openModel(
  bytes: Uint8Array,
  options: LoadModelOptions,
  choose: (model: Model) => PreparedOutputs & Pick<LoadedModel, 'suppressed'>,
): Promise<LoadedModel> {
  const everyInput = withConstantInitializers(readModel(bytes, options.external));
  refuseText(everyInput.graph, options.inputName);
  checkInputNames(everyInput.graph, options.input?.inputs);
  const { model: alone, notes: heldNotes } = holdInputs(everyInput, options.inputName, options.held);
  const file = withSampleSizes(alone, options.sampleDims);
  const { model: whole, classes: named } = tensorOutputs(file);
  checkNames(whole.graph);
  checkModelSizes(whole.graph, options.maxBytes);
  const chosen = choose(whole);
  const read = withOutputs(whole, chosen.wanted);
  const { settings, sources } = settingsFor(read, named, options);
  const asFour = asImages(read, settings, chosen.wanted, options.isNumbers);
  const { model: original, kind, layout = settings.layout, notes, assumptions, inFile } = asFour;
  const image = findImageInput(original.graph);
  const described = describeAs(kind, image, { ...settings, layout });
  const input = inFile ? { ...described, inFile: shapeInFile(inFile, described) } : described;
  const prepared = await prepare(options.runtime, original, image, input, chosen);
  const { proved, runtime, batchSize, preparation, model, facts, cautions, outputs } = prepared;
  const { release, ...parts } = await together(async (keep) => {
    await keep(proved);
    const { sha256, notes: ofFile } = await modelIdentity(bytes, options.external);
    return {
      model,
      runtime,
      facts,
      inputName: image.name,
      input,
      inputSources: settingSources(image, sources),
      // Without a prototype: an operator may be called "constructor".
      gradientTable: Object.assign(Object.create(null) as GradientTable, gradientTable, options.rules),
      batchSize,
      sha256,
      preparation: { ...preparation, notes: [...heldNotes, ...notes, ...preparation.notes, ...ofFile] },
      cautions: [...assumptions, ...cautions],
      outputs: outputs.map((name) => ({ name, dims: facts.get(name)?.dims.slice(1) ?? [] })),
      declared: file.graph.outputs.map(({ name }) => name),
      task: options.input?.task,
      saidScores: options.input?.scores,
      detection: options.input?.detection,
      suppressed: chosen.suppressed,
      proved,
    };
  });
  return {
    ...parts,
    outputsOf(images) {
      checkImages(parts, images);
      return proved.runRows({ [image.name]: images }, { wanted: outputs });
    },
    release,
  };
}

/** @throws InputDescriptionError for a description of an input that the model does not have. */
function checkInputNames({ inputs }: Graph, described: InputSettings['inputs'] = {}): void {
  const unknown = Object.keys(described).find((name) => !inputs.some((input) => input.name === name));
  if (unknown === undefined) return;
  throw new InputDescriptionError(
    `The description has an input "${unknown}", which the model does not have. It takes:\n${inputList(inputs)}`,
  );
}

/** The model with values inside of it as its only outputs, where that is what was asked for. */
function withOutputs(model: Model, wanted: readonly string[]): Model {
  const { outputs, inputs } = model.graph;
  if (wanted.every((one) => outputs.some(({ name }) => name === one))) return model;
  const only = wanted.map((name) => ({ name }));
  const kept = inputs.map(({ name }) => name);
  return { ...model, graph: prune({ ...model.graph, outputs: only }, only, kept) };
}

/** Where settings are from that a caller gives without saying so. */
const givenWithoutSource = 'given';

/**
 * Each setting from the nearest to the user who gives it, and where it came from; a model, which may be a stranger's, has the
 * last word on its class names only.
 * @param named the class names at the end of the model's graph.
 */
function settingsFor(
  model: Model,
  named: readonly string[] | undefined,
  { input = {}, inputSources = {} }: LoadModelOptions,
): { readonly settings: InputSettings; readonly sources: Partial<SettingSources> } {
  const {
    inputs = {},
    task: _task,
    detection: _detection,
    scores: _scores,
    ...common
  } = checkedSettings(input, 'The settings of the input');
  const own = inputs[model.graph.inputs[0]?.name ?? ''] ?? {};
  const given = { ...common, ...own };
  const sources = Object.fromEntries(
    (Object.keys(given) as (keyof typeof given)[])
      .filter((name) => given[name] !== undefined)
      .map((name) => [
        name,
        (own[name] === undefined ? inputSources[name] : inputSources.inputs) ?? givenWithoutSource,
      ]),
  );
  if (given.classes) return { settings: given, sources };
  const classes = named ? [...named] : classNamesIn(model);
  if (!classes) return { settings: given, sources };
  const from = named ? "the model's last node (ZipMap)" : metadataSource;
  return { settings: { ...given, classes }, sources: { ...sources, classes: from } };
}
