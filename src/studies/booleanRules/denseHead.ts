import type { Classifier } from '../../model/classifier.ts';
import { findLayer, nodesOnTheWay } from '../../model/layer.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { type GraphView, inputOf, nodesView, outputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { float32, sizeOf } from '../../onnx/tensor.ts';
import { runOnce } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { RuleModelError } from './errors.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/** The dense layers at a classifier's end, and what they read. */
export interface DenseHead {
  /** The value in the graph that holds the features, one row an image. */
  readonly features: string;
  readonly featureCount: number;
  /** An activation that gives numbers in [0, 1] made the features. */
  readonly inUnitRange: boolean;
  /** In the order of computation; the units of the last give the class scores. */
  readonly layers: readonly DenseLayer[];
}

export interface DenseLayer {
  readonly units: readonly ThresholdUnit[];
  /** What follows the weighted sums. */
  readonly activation: Activation;
}

export type Activation = 'none' | 'sigmoid' | 'relu' | 'tanh';

const activations: Readonly<Record<string, Activation>> = { Relu: 'relu', Sigmoid: 'sigmoid', Tanh: 'tanh' };
/**
 * More features than this make rules that nobody reads, from terms that nobody can list. Nor are they found: over the 784 pixels of a linear
 * model the search ended with rules that were right in 10% of MNIST, after a minute.
 */
export const mostFeatures = 512;

/**
 * The dense layers between the features and the class scores: by default from the last pooling or convolution on, or from
 * the value (or node) named. Weights are read off runs with one feature at a time, whatever operators make them.
 * @throws RuleModelError where the model does not end in dense layers, or they read too many features.
 */
export async function findDenseHead(classifier: Classifier, named?: string): Promise<DenseHead> {
  const path = headPath(classifier);
  const first = path.findIndex(({ node }) => is(node, 'dense'));
  const start = path[first];
  const asked = named === undefined ? start?.input : findLayer(classifier, named).value;
  if (asked === undefined) {
    throw new RuleModelError(
      `The model does not end in dense layers: ${endWords(classifier)} gives the scores, and no Gemm or MatMul with constant weights lies between it and the last pooling or convolution. Rules need units that weigh features.`,
    );
  }
  const from = path.findIndex(({ input }) => input === asked);
  const steps = from < 0 ? [] : withoutRearrangements(path.slice(from));
  const [begin] = steps;
  if (!begin || !steps.some(({ node }) => is(node, 'dense'))) {
    throw new RuleModelError(
      `"${named}" is not followed by dense layers alone up to the scores. Values that are: ${headInputs(path).join(', ') || 'none'}.`,
    );
  }
  const features = begin.input;
  const featureCount = sizeOf(dimsOf(classifier, features));
  if (featureCount > mostFeatures) {
    const later = headInputs(path).filter((name) => sizeOf(dimsOf(classifier, name)) <= mostFeatures);
    throw new RuleModelError(
      `The dense layers read ${featureCount} features ("${features}"), more than ${mostFeatures}: rules over so many would not be readable, and the search for them does not end well. ${later.length > 0 ? `Take a later layer as the features: --features ${later.join(', or ')}.` : isImage(classifier, features) ? 'They are the pixels themselves, as the model is linear; its weights say all of it: explain an image with "konkyo explain MODEL IMAGE --method input-x-gradient".' : 'A network with pooling down to fewer features before its dense layer would help.'}`,
    );
  }
  return {
    features,
    featureCount,
    inUnitRange: isInUnitRange(classifier, features),
    layers: await readLayers(classifier, features, steps),
  };
}

/** Whether a value is the image, rearranged or not. */
function isImage(classifier: Classifier, value: string): boolean {
  const maker = makerOf(classifier);
  let at = value;
  for (let node = maker(at); node && is(node, 'reshape'); node = maker(at)) at = inputOf(node, 0);
  return at === classifier.inputName;
}

/** From the flattened value on: its elements are the same, one row an image. */
function withoutRearrangements(steps: readonly Step[]): readonly Step[] {
  const first = steps.findIndex(({ node }) => !is(node, 'reshape'));
  return first < 0 ? [] : steps.slice(first);
}

/** A node of the head and the value it reads that depends on the image. */
interface Step {
  readonly node: Node;
  readonly input: string;
}

/** The nodes before the scores that weigh, shift, activate or rearrange one value, back to the first that does something else. */
function headPath(classifier: Classifier): Step[] {
  const maker = makerOf(classifier);
  const steps: Step[] = [];
  for (let value = classifier.scores.name, node = maker(value); node; node = maker(value)) {
    const isAffine = is(node, 'dense', 'arithmetic') || node.op === 'BatchNormalization';
    const known = is(node, 'reshape') || isAffine || node.op in activations;
    const inputs = node.inputs.filter((name) => name !== '' && !isConstant(classifier, name));
    const [input] = inputs;
    // A batch dimension taken from the image's shape is a second input, and does not change the numbers.
    if (node.domain !== '' || !known || input === undefined || (inputs.length > 1 && node.op !== 'Reshape')) break;
    steps.push({ node, input });
    value = input;
  }
  return steps.reverse();
}

/** The node that makes a value, where it lies between the pixels and the scores. */
function makerOf(classifier: Classifier): GraphView['maker'] {
  return nodesView(nodesOnTheWay(classifier)).maker;
}

function isConstant({ facts, model }: Classifier, name: string): boolean {
  return model.graph.initializers.has(name) || facts.get(name)?.constant !== undefined;
}

function dimsOf({ facts }: Classifier, value: string): readonly number[] {
  return facts.get(value)?.dims.slice(1) ?? [];
}

/** Values that dense layers read, first to last. */
function headInputs(path: readonly Step[]): string[] {
  return path.flatMap(({ node, input }) => (is(node, 'dense') ? [input] : []));
}

function endWords(classifier: Classifier): string {
  return makerOf(classifier)(classifier.scores.name)?.op ?? 'nothing';
}

function isInUnitRange(classifier: Classifier, features: string): boolean {
  const maker = makerOf(classifier);
  let node = maker(features);
  while (node && is(node, 'reshape', 'max pooling', 'mean pooling')) node = maker(inputOf(node, 0));
  return node?.op === 'Sigmoid' || node?.op === 'HardSigmoid';
}

/** One layer for each activation, and the last without one. */
async function readLayers(classifier: Classifier, features: string, steps: readonly Step[]): Promise<DenseLayer[]> {
  const layers: DenseLayer[] = [];
  let from = features;
  for (const { node, input } of steps) {
    const activation = activations[node.op];
    if (activation === undefined || input === features) continue;
    layers.push({ units: await readUnits(classifier, from, input), activation });
    from = outputOf(node);
  }
  const units = await readUnits(classifier, from, classifier.scores.name);
  return [...layers, { units: bothClasses(units), activation: 'none' }];
}

/** A single logit z decides between two classes: -z speaks for the first, z for the second. */
function bothClasses(units: readonly ThresholdUnit[]): readonly ThresholdUnit[] {
  const [only, second] = units;
  if (!only || second) return units;
  return [{ weights: Float64Array.from(only.weights, (weight) => -weight), bias: -only.bias }, only];
}

/** The weighted sums between two values: their biases from a row of zeros, their weights from rows with a single 1. */
async function readUnits(classifier: Classifier, from: string, to: string): Promise<ThresholdUnit[]> {
  const { model, runtime } = classifier;
  const dims = dimsOf(classifier, from);
  const n = sizeOf(dims);
  const data = new Float32Array((n + 1) * n);
  for (let i = 0; i < n; i++) data[(i + 1) * n + i] = 1;
  const sums = { ...model, graph: startingAt(model.graph, from, dims) };
  const found = await runOnce(runtime, sums, { outputs: [to] }, { [from]: float32([n + 1, ...dims], data) });
  const values = floatOutputOf(found, to).data;
  const units = values.length / (n + 1);
  return Array.from({ length: units }, (_, k) => {
    const bias = values[k] ?? 0;
    return { bias, weights: Float64Array.from({ length: n }, (_, i) => (values[(i + 1) * units + k] ?? 0) - bias) };
  });
}

/** A graph with a value, one row an image, as its only input. */
function startingAt(graph: Graph, from: string, dims: readonly number[]): Graph {
  const nodes = graph.nodes.filter(({ outputs }) => !outputs.includes(from));
  const inputs = [{ name: from, type: 'float32' as const, dims: ['N', ...dims] }];
  return { ...graph, nodes, inputs, valueInfo: [] };
}
