import { isFloat } from '../onnx/elementType.ts';
import { describeNode, type Graph, type Model, type Node } from '../onnx/graph.ts';
import { inputOf, viewOf } from '../onnx/graphView.ts';
import { nonTensorNames } from '../onnx/nonTensors.ts';
import { is } from '../onnx/operators.ts';
import { prune } from '../onnx/prune.ts';
import { UnsuitableModelError } from './errors.ts';

/** A model whose outputs may be scores, and the class names that were found at its end. */
interface TensorOutputs {
  readonly model: Model;
  readonly classes?: readonly string[];
}

/**
 * The model without what comes after its scores: ZipMap, which makes a dictionary of them, is stepped over (the output
 * keeps its name; the dictionary's keys are the class names), and outputs of labels are left out. So end the files of
 * scikit-learn, Core ML and Azure Custom Vision.
 * @throws UnsuitableModelError where every output is a sequence, an optional or a map of something else.
 */
export function tensorOutputs(model: Model): TensorOutputs {
  const zipped = model.graph.nodes.filter(isZipMap);
  const nodes = model.graph.nodes.map((node) =>
    isZipMap(node) ? { ...node, op: 'Identity', domain: '', attributes: {} } : node,
  );
  const scores = new Set(zipped.flatMap(({ outputs }) => outputs));
  const declared = model.graph.outputs.map((value) =>
    scores.has(value.name) ? { name: value.name, type: 'float32' as const } : value,
  );
  const graph: Graph = {
    ...model.graph,
    nodes,
    outputs: declared,
    valueInfo: model.graph.valueInfo.filter(({ name }) => !scores.has(name)),
  };
  const others = nonTensorNames(graph);
  const tensors = declared.filter(({ name }) => !others.has(name));
  const makers = graph.nodes.filter(({ outputs }) => outputs.some((name) => others.has(name)));
  if (tensors.length === 0 && declared.length > 0) {
    throw new UnsuitableModelError(
      `The model's outputs (${declared.map(({ name }) => name).join(', ')}) are sequences, optionals or maps, made by ${makers.map(describeNode).join(', ')}. Export the model with a tensor of class scores as output.`,
    );
  }
  // Labels of the predicted class are strings or whole numbers; where there are scores they are not what is meant.
  const real = tensors.filter(({ type }) => isFloat(type));
  const outputs = real.length > 0 ? real : tensors;
  const classes = zipped.map(classesOf).find((names) => names !== undefined);
  if (zipped.length === 0 && outputs.length === model.graph.outputs.length) return { model };
  const kept = graph.inputs.map(({ name }) => name);
  return { model: { ...model, graph: prune(graph, outputs, kept) }, ...(classes ? { classes } : {}) };
}

function isZipMap({ op, domain }: Node): boolean {
  return op === 'ZipMap' && domain === 'ai.onnx.ml';
}

function classesOf({ attributes }: Node): readonly string[] | undefined {
  const [names, numbers] = [attributes.classlabels_strings, attributes.classlabels_int64s];
  if (names?.type === 'strings' && names.value.length > 0) return names.value;
  return numbers?.type === 'ints' && numbers.value.length > 0 ? numbers.value.map(String) : undefined;
}

/**
 * The output to explain: the one named, which may be a value inside the model; else the only one that has scores. Where one
 * output is computed from the others by a softmax or sigmoid, it stands for all.
 * @throws UnsuitableModelError when there are several and none is named, or there is none of that name.
 */
export function findOutput(graph: Graph, wanted: string | undefined): string {
  if (wanted !== undefined) {
    checkOutputName(graph, wanted);
    return wanted;
  }
  const found = onlyOutput(graph);
  if (found !== undefined) return found;
  throw new UnsuitableModelError(
    `The model has several outputs: ${outputList(graph)}. Say which holds the class scores with --output NAME.`,
  );
}

/** @throws UnsuitableModelError for a name that is neither an output nor a value inside of the model. */
export function checkOutputName(graph: Graph, name: string): void {
  const isValue = viewOf(graph).maker(name) !== undefined;
  if (isValue || graph.outputs.some((output) => output.name === name)) return;
  throw new UnsuitableModelError(
    `The model has no output "${name}"; it has ${outputList(graph)}. (Values inside of it may be named too.)`,
  );
}

function outputList({ outputs }: Graph): string {
  return outputs.map(({ name }) => name).join(', ');
}

/** The one output with scores, or the one that is computed from all others by a softmax or sigmoid; undefined for several. */
function onlyOutput(graph: Graph): string | undefined {
  const { outputs } = graph;
  const [only, another] = outputs;
  if (only && !another) return only.name;
  const withScores = outputs.filter(({ name, type }) => isFloat(type) && !decidingNode(graph, name));
  const names = withScores.map(({ name }) => name);
  return names.find((name) => {
    const before = valuesBefore(graph, name);
    return names.every((other) => before.includes(other));
  });
}

/** The outputs that explanations may be of where none is named: the one that stands for all, else each that is more than a decision. */
export function explainableOutputs(graph: Graph): readonly string[] {
  const only = onlyOutput(graph);
  if (only !== undefined) return [only];
  const withScores = graph.outputs.filter(({ name }) => !decidingNode(graph, name));
  return (withScores.length > 0 ? withScores : graph.outputs).map(({ name }) => name);
}

/** The values that an output is a rearrangement, softmax or sigmoid of, itself among them. */
function valuesBefore(graph: Graph, output: string): readonly string[] {
  const { maker } = viewOf(graph);
  const values = [output];
  for (let node = maker(output); node && is(node, 'reshape', 'probability'); ) {
    const before = inputOf(node, 0);
    values.push(before);
    node = maker(before);
  }
  return values;
}

/** The node that decides, where an output is a decision and nothing else. */
function decidingNode(graph: Graph, output: string): Node | undefined {
  const { maker } = viewOf(graph);
  let node = maker(output);
  while (node && is(node, 'reshape')) node = maker(inputOf(node, 0));
  return node && is(node, 'decision') ? node : undefined;
}

/** @throws UnsuitableModelError for an output that is a decision without the scores it rests on. */
export function checkHasScores(graph: Graph, output: string): void {
  const node = decidingNode(graph, output);
  if (!node) return;
  const before = inputOf(node, 0);
  throw new UnsuitableModelError(
    `The output "${output}" is what ${node.op} makes of "${before}": the decision alone, which does not change with a pixel until it changes altogether. Name the value before it, which has the scores: --output ${before}`,
  );
}
