import { imageShapeOf } from '../attribution/gradient/sampledGradient.ts';
import type { Method } from '../attribution/method.ts';
import { KonkyoError } from '../konkyoError.ts';
import { methodKinds } from '../methods.ts';
import { type Classifier, className } from '../model/classifier.ts';
import { type Model, type ValueInfo, valueNames } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { type CompileTarget, targetSource } from './classTarget.ts';
import { explainerKeys } from './metadata.ts';

/** What the file explains, and what its metadata says. */
export interface CompileOptions {
  /** Default 'input'. */
  readonly target?: CompileTarget;
  /** konkyo's version, for the file's metadata. */
  readonly version: string;
}

/** An explanation as a model of its own. */
export interface CompiledExplainer {
  readonly model: Model;
  readonly inputs: { readonly image: string; readonly class?: string };
  readonly outputs: { readonly attribution: string; readonly scores: string };
}

/**
 * A method's explanation of a classifier as an ONNX model that needs nothing but a runtime. Inputs: the classifier's image
 * input [batch, ...], float32, and `class`, int64 [batch], unless the target is fixed. Outputs: `attribution`
 * [batch, ...], and `scores` [batch, K], the explained class scores. Where the classifier's batch cannot be freed, batch
 * is 1. Names that the classifier has already get a number.
 * @throws NotCompilableError for a method that is no graph; InvalidTargetError, UnsupportedOperatorsError and what else the
 * method throws when it is compiled.
 */
export async function compileExplainer(
  classifier: Classifier,
  method: Method,
  { target = 'input', version }: CompileOptions,
): Promise<CompiledExplainer> {
  if (!method.graph) throw new NotCompilableError(whyNot(method));
  const { model, inputName, preparation, scores } = classifier;
  const batch = preparation.batched ? 'batch' : 1;
  const free = freeNames(classifier);
  const names = { class: free('class'), attribution: free('attribution'), scores: free('scores') };
  const source = targetSource(classifier, target, names.class, batch);
  const explanation = await method.graph(classifier, source);

  const builder = new GraphBuilder(explanation.graph, 'output');
  const output = (name: string, value: string, dims: ValueInfo['dims']): ValueInfo => {
    builder.append({ op: 'Identity', domain: '', name, inputs: [value], outputs: [name], attributes: {} });
    return { name, type: 'float32', dims };
  };
  const outputs = [
    output(names.attribution, explanation.map, [batch, ...explanation.mapDims]),
    output(names.scores, explanation.scores, [batch, scores.width]),
  ];
  const image: ValueInfo = { name: inputName, type: 'float32', dims: [batch, ...imageShapeOf(classifier)] };
  const graph = prune(builder.build(outputs), outputs, [inputName, names.class]);
  const metadata = metadataOf(classifier, method, target, version, explanation.layer);
  return {
    model: {
      ...model,
      producer: 'konkyo',
      metadata: new Map([...model.metadata, ...metadata]),
      graph: { ...graph, inputs: [image, ...source.inputs] },
    },
    inputs: { image: inputName, ...(target === 'input' ? { class: names.class } : {}) },
    outputs: { attribution: names.attribution, scores: names.scores },
  };
}

/** Ids of the methods that can be compiled. */
export function compilableMethods(): string[] {
  return methodKinds.filter((kind) => kind.create({}).graph).map(({ id }) => id);
}

function whyNot({ id }: Method): string {
  return `${id} cannot be compiled: it is no single graph but runs the model again and again on images made from the one explained, and puts the scores together afterwards. These can: ${compilableMethods().join(', ')}.`;
}

function freeNames({ model }: Classifier): (wanted: string) => string {
  const taken = valueNames(model.graph);
  return (wanted) => {
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
    return name;
  };
}

function metadataOf(
  classifier: Classifier,
  method: Method,
  target: CompileTarget,
  version: string,
  layer: string | undefined,
): [string, string][] {
  const { input, sha256, scores, output, preparation } = classifier;
  const limited: [string, string][] =
    preparation.optimization === 'all' ? [] : [[explainerKeys.optimization, preparation.optimization]];
  return [
    [explainerKeys.method, method.id],
    [explainerKeys.options, JSON.stringify(method.settingsFor?.(classifier) ?? method.settings)],
    [explainerKeys.target, targetWords(classifier, target)],
    [explainerKeys.values, `${layer === undefined ? 'of the image' : `of the layer ${layer}`}, in ${method.unit}`],
    [
      explainerKeys.scores,
      scores.before === undefined ? `the output ${output}` : `${output} before its ${scores.before}`,
    ],
    [explainerKeys.input, JSON.stringify(input)],
    ...limited,
    [explainerKeys.model, sha256],
    [explainerKeys.version, version],
  ];
}

function targetWords(classifier: Classifier, target: CompileTarget): string {
  if (target === 'input') return 'the class given, -1 for the predicted one';
  if (target === 'predicted') return 'the predicted class';
  if (typeof target === 'number' && classifier.scores.tolerance !== undefined) return className(classifier, target);
  if (typeof target === 'number') return `class ${className(classifier, target)}`;
  return `class ${className(classifier, target.for)} against ${className(classifier, target.against)}`;
}

/** A method that is more than one graph. */
export class NotCompilableError extends KonkyoError {
  readonly tag = 'not-compilable';
}
