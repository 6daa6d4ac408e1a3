import {
  assumedSettings,
  type Classifier,
  defaultMethods,
  type InputDescription,
  isKonkyoError,
  isPhoto,
  layersOf,
  loadModel,
  methodKinds,
  type Runtime,
  type Subjects,
  subjectsOf,
} from 'konkyo';
import { inThousands } from './numbers.ts';
import type { InputFacts, LayerFacts, MethodFacts, ModelFacts, ModelRequest } from './protocol.ts';

/** A model that is open, and what the page knows of it. */
export interface OpenedModel {
  readonly request: ModelRequest;
  readonly subjects: Subjects;
  readonly facts: ModelFacts;
}

/** Where settings are from, as the report says it. */
const guessed = 'guessed: of the usual ways the one that the model was surest with';

/** More rows and columns than these are no drawing. */
const largestDrawing = 64;

/** @throws what `loadModel` and `subjectsOf` throw, as the command line says it. */
export async function openModel(request: ModelRequest, runtime: Runtime): Promise<OpenedModel> {
  const start = performance.now();
  const { file, beside, settings, isGuessed } = request;
  const external = new Map(beside.map(({ name, bytes }) => [name, bytes] as const));
  const inputSources = isGuessed ? { order: guessed, scale: guessed, mean: guessed, std: guessed } : undefined;
  const loaded = await loadModel(file.bytes, { runtime, external, input: settings, inputSources });
  const subjects = await subjectsOf(loaded, { isAssumed: true });
  const { classifier } = subjects;
  const { input } = subjects;
  const isLive = classifier !== undefined;
  const facts: ModelFacts = {
    name: file.name,
    sha256: loaded.sha256,
    bytes: [file, ...beside].reduce((sum, { bytes }) => sum + bytes.length, 0),
    task: subjects.task,
    takes: input.numbers?.kind ?? 'picture',
    input: inputFacts(input, classifier),
    labels: classifier ? labelsOf(classifier) : [...(input.classes ?? [])],
    areNamed: input.classes !== undefined,
    isLive,
    isForDrawings:
      isLive && !input.numbers && input.channels === 1 && !isPhoto(input) && input.height <= largestDrawing,
    cautions: subjects.cautions,
    notes: loaded.preparation.notes,
    methods: methodFacts(classifier),
    layers: classifier ? layerFacts(classifier) : [],
    seconds: inThousands((performance.now() - start) / 1000),
  };
  return { request, subjects, facts };
}

function inputFacts(input: InputDescription, classifier: Classifier | undefined): InputFacts {
  const { layout, height, width, channels, order, scale, mean, std } = input;
  const assumed = classifier ? assumedSettings(input, classifier.inputSources) : [];
  return { layout, height, width, channels, order, scale, mean, std, assumed };
}

function labelsOf({ input, classCount }: Classifier): string[] {
  return Array.from({ length: classCount }, (_, index) => input.classes?.[index] ?? String(index));
}

function methodFacts(classifier: Classifier | undefined): readonly MethodFacts[] {
  const usual = new Set(classifier ? defaultMethods(classifier).map(({ id }) => id) : []);
  return methodKinds.map(({ id, title, about }) => ({ id, title, about, isUsual: usual.has(id) }));
}

/** Layers whose units are few enough to be named one by one, each once. */
function layerFacts(classifier: Classifier): readonly LayerFacts[] {
  return layersOf(classifier).flatMap(({ value, node, dims }) => {
    const units = dims.length === 2 ? dims[1] : dims[0];
    const isWeighted = ['Conv', 'Gemm', 'MatMul', 'Relu', 'Add', 'Concat'].includes(node.op);
    return units !== undefined && isWeighted && dims.length !== 0
      ? [{ name: node.name || value, operator: node.op, units }]
      : [];
  });
}

/** What is said of an error: konkyo's own with its kind, others as they are. */
export function describeFailure(error: unknown): { readonly message: string; readonly tag?: string } {
  if (isKonkyoError(error)) return { message: error.message, tag: error.tag };
  return { message: error instanceof Error ? error.message : String(error) };
}
