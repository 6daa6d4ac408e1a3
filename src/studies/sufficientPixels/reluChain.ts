import type { Classifier } from '../../model/classifier.ts';
import { factsBy } from '../../onnx/facts.ts';
import { describeNode, type Node, qualifiedOp } from '../../onnx/graph.ts';
import { inputOf, nodesView, outputOf, viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { float32, sizeOf } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { boundTable } from '../../transforms/bounds/addIntervals.ts';
import { NoReluChainError } from './errors.ts';

/** z = W y + b */
export interface AffineLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row i is what input i adds to each output: [inputs, outputs]. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** A network as matrices: an affine layer, and then, as often as there is another, ReLU and an affine layer. */
export interface ReluChain {
  readonly layers: readonly AffineLayer[];
  /** The values in the model that the layers' outputs are; the last are the scores. */
  readonly values: readonly string[];
}

/** So large, and a power of two, that a weight times it is exact and the bias beside it is rounded away. */
const large = 2 ** 60;

/** Numbers in one matrix: 400 MB. */
const mostWeights = 5e7;

/**
 * The network between pixels and scores as matrices. What lies between two ReLUs is affine whatever its operators, so it is
 * read off runs on unit vectors: exactly where it is one operator and a bias, else to float32.
 * @throws NoReluChainError naming what is neither affine nor ReLU, or does not lie one after the other.
 */
export async function reluChainOf(classifier: Classifier): Promise<ReluChain> {
  const { scores, inputName } = classifier;
  const layers: AffineLayer[] = [];
  const values: string[] = [];
  for (let value: string | undefined = scores.name; value !== undefined; ) {
    const segment = affineSegment(classifier, value);
    layers.unshift(await matrixOf(classifier, segment.from, value, segment.nodes));
    values.unshift(value);
    value = segment.relu && inputOf(segment.relu, 0);
    if (value === inputName)
      throw new NoReluChainError('The network’s first operator is ReLU: no layer to begin with.');
  }
  return { layers, values };
}

/** Back from a value over affine operators to the one ReLU, or the image, that they all read. */
function affineSegment({ model, facts, inputName }: Classifier, value: string) {
  const reached = viewOf(model.graph).downstream([inputName], (node) => (is(node, 'shape') ? [] : node.outputs));
  const isData = (name: string) => reached.values.has(name);
  const path = nodesView(reached.nodes).upstream([value]);
  const makers = new Map(path.map((node) => [outputOf(node), node]));
  const nodes = new Set<Node>();
  const sources = new Set<string>();
  const open = [value];
  for (const name of open) {
    const node = makers.get(name);
    if (!node || qualifiedOp(node) === 'Relu') {
      sources.add(name);
      continue;
    }
    if (nodes.has(node)) continue;
    const answer = boundTable[qualifiedOp(node)];
    const why = answer?.kind === 'affine' ? answer.refuses?.(node, factsBy(facts), isData) : 'neither affine nor ReLU';
    if (why !== undefined) {
      throw new NoReluChainError(
        `${describeNode(node)}: ${why}. Cases can be told apart only in networks of affine operators and ReLUs; use the bounds alone.`,
      );
    }
    nodes.add(node);
    open.push(...node.inputs.filter(isData));
  }
  const [from = '', ...others] = sources;
  if (others.length > 0) {
    throw new NoReluChainError(
      `"${value}" is made of several ReLUs’ values ("${from}" and "${others[0]}"): its layers do not lie one after the other. Use the bounds alone.`,
    );
  }
  return { from, relu: makers.get(from), nodes: path.filter((node) => nodes.has(node)) };
}

async function matrixOf(
  { model, facts, runtime, batchSize }: Classifier,
  from: string,
  to: string,
  nodes: readonly Node[],
): Promise<AffineLayer> {
  const dimsOf = (name: string) => factsBy(facts)(name).dims.slice(1);
  const [inputs, outputs] = [sizeOf(dimsOf(from)), sizeOf(dimsOf(to))];
  if (inputs * Math.max(inputs, outputs) > mostWeights) {
    throw new NoReluChainError(
      `The layer that makes "${to}" has ${outputs} outputs of ${inputs} inputs, more than a matrix in memory. Use the bounds alone.`,
    );
  }
  const unit = new Float32Array((inputs + 1) * inputs);
  for (let i = 0; i < inputs; i++) unit[i * (inputs + 1)] = large;
  const constants = model.graph.nodes.filter((node) => !nodes.includes(node));
  const graph = {
    ...model.graph,
    inputs: [{ name: from, type: 'float32' as const, dims: ['images', ...dimsOf(from)] }],
    nodes: [
      ...nodesView(constants).upstream(nodes.flatMap((node) => node.inputs.filter((name) => name !== from))),
      ...nodes,
    ],
    valueInfo: [],
  };
  return scoped(async (keep) => {
    const running = await keep(program(runtime, { ...model, graph }, { outputs: [to], batchSize }));
    const rows = (await running.runRows({ [from]: float32([inputs + 1, ...dimsOf(from)], unit) }))[to];
    const data = Float64Array.from(rows?.data ?? []);
    // The last row is of no input at all.
    const bias = data.slice(inputs * outputs);
    const weights = data.subarray(0, inputs * outputs).map((value) => value / large);
    return { inputs, outputs, weights, bias };
  });
}
