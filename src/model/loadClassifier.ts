import type { Graph, Model } from '../onnx/graph.ts';
import { checkNames } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { readModel } from '../onnx/readModel.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import { together } from '../runtime/release.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { GradientTable } from '../transforms/gradient/rule.ts';
import { gradientTable } from '../transforms/gradient/table.ts';
import { asImages, shapeInFile } from './asImages.ts';
import { inputCautions, outputCautions } from './cautions.ts';
import { checkModelSizes } from './checkModelSizes.ts';
import type { Classifier } from './classifier.ts';
import { describeAs } from './describeNumbers.ts';
import { InputDescriptionError } from './errors.ts';
import { factsWithScores, findScores, outputAsScores } from './findScores.ts';
import { type HeldInputs, holdInputs, inputList } from './heldInputs.ts';
import { modelIdentity } from './identity.ts';
import { findImageInput, withConstantInitializers } from './imageInput.ts';
import { checkedSettings, type InputSettings, type SettingSources, settingSources } from './inputDescription.ts';
import { makeClassifier } from './makeClassifier.ts';
import { classNamesIn, metadataSource, trainingKey } from './metadata.ts';
import { checkHasScores, findOutput, tensorOutputs } from './modelOutputs.ts';
import { prepare } from './prepare.ts';
import { classCount } from './target.ts';
import { refuseText } from './tokenIds.ts';
import { unreadProbabilities } from './unreadProbabilities.ts';

/** The runtime, and what the model's file does not say of its input and output. */
export interface LoadOptions {
  readonly runtime: Runtime;
  /** How pixels become model input; see InputSettings. */
  readonly input?: InputSettings;
  /** Where these settings came from, in words for the report; "given" where it does not say. */
  readonly inputSources?: Partial<SettingSources & { readonly inputs: string }>;
  /** The input to explain, where the model has several. */
  readonly inputName?: string;
  /** The values of its other inputs, which are held fixed. */
  readonly held?: HeldInputs;
  /**
   * True where a CSV file is explained: an input of fewer than four dimensions is then a table or a signal, unless it was said;
   * false where pictures are: it is then an image.
   */
  readonly isNumbers?: boolean;
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
  const everyInput = withConstantInitializers(readModel(bytes, options.external));
  refuseText(everyInput.graph, options.inputName);
  checkInputNames(everyInput.graph, options.input?.inputs);
  const { model: file, notes: heldNotes } = holdInputs(everyInput, options.inputName, options.held);
  const { model: whole, classes: named } = tensorOutputs(file);
  checkNames(whole.graph);
  checkModelSizes(whole.graph, options.maxBytes);
  const output = findOutput(whole.graph, options.output);
  checkHasScores(whole.graph, output);
  const read = withOutput(whole, output);
  const { settings, sources } = settingsFor(read, named, options);
  const { model: original, kind, notes, assumptions, inFile } = asImages(read, settings, output, options.isNumbers);
  const image = findImageInput(original.graph);
  const described = describeAs(kind, image, settings);
  const input = inFile ? { ...described, inFile: shapeInFile(inFile, described) } : described;
  const prepared = await prepare(options.runtime, original, image, input, output);
  const { proved, runtime, batchSize, preparation } = prepared;
  const { release, ...parts } = await together(async (keep) => {
    await keep(proved);
    const find = options.explain === 'output' ? outputAsScores : findScores;
    const found = find(prepared.model.graph, output, prepared.facts);
    const { scores, graph } = found;
    const model = { ...prepared.model, graph };
    const facts = await factsWithScores(runtime, prepared, found);
    const classes = classCount(scores.width);
    if (input.classes && input.classes.length > classes) {
      throw new InputDescriptionError(
        `There are ${input.classes.length} class names, but the model has ${classes} classes. Give one name for each, in the order of its scores.`,
      );
    }
    const identity = await modelIdentity(bytes, options.external);
    return {
      model,
      runtime,
      facts,
      inputName: image.name,
      input,
      inputSources: settingSources(image, sources),
      output,
      scores,
      classCount: classes,
      // Without a prototype: an operator may be called "constructor".
      gradientTable: Object.assign(Object.create(null) as GradientTable, gradientTable, options.rules),
      batchSize,
      sha256: identity.sha256,
      preparation: { ...preparation, notes: [...heldNotes, ...notes, ...preparation.notes, ...identity.notes] },
      cautions: [
        ...assumptions,
        ...prepared.cautions,
        ...outputCautions(
          { graph: prepared.model.graph, facts: prepared.facts, output },
          found,
          model.metadata.has(trainingKey),
        ),
        ...(options.explain === 'output'
          ? []
          : unreadProbabilities({ graph: prepared.model.graph, facts: prepared.facts, output }, found)),
        ...inputCautions(input),
        input.classes !== undefined &&
          input.classes.length < classes &&
          `There are names for ${input.classes.length} of ${classes} classes; the others are called by their number.`,
        options.output === undefined &&
          file.graph.outputs.length > 1 &&
          `Of the model's outputs (${file.graph.outputs.map(({ name }) => name).join(', ')}), "${output}" was explained.`,
      ].filter((caution) => caution !== false),
    };
  });
  // Scores that are found only in the rewritten model have a program of their own.
  if (proved.outputs.includes(parts.scores.name)) return makeClassifier(parts, proved);
  await release();
  return makeClassifier(parts);
}

/** @throws InputDescriptionError for a description of an input that the model does not have. */
function checkInputNames({ inputs }: Graph, described: InputSettings['inputs'] = {}): void {
  const unknown = Object.keys(described).find((name) => !inputs.some((input) => input.name === name));
  if (unknown === undefined) return;
  throw new InputDescriptionError(
    `The description has an input "${unknown}", which the model does not have. It takes:\n${inputList(inputs)}`,
  );
}

/** The model with a value inside of it as its only output, where that is what was asked for. */
function withOutput(model: Model, output: string): Model {
  const { outputs, inputs } = model.graph;
  if (outputs.some(({ name }) => name === output)) return model;
  const only = [{ name: output }];
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
  { input = {}, inputSources = {} }: LoadOptions,
): { readonly settings: InputSettings; readonly sources: Partial<SettingSources> } {
  const { inputs = {}, ...common } = checkedSettings(input, 'The settings of the input');
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
