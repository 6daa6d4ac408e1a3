import type { Classifier } from '../../model/classifier.ts';
import { LayerError } from '../../model/errors.ts';
import { findLayer, type Layer, layersOf, nodesOnTheWay } from '../../model/layer.ts';
import { intOf, intsOf } from '../../onnx/attributes.ts';
import { shapeOnlyNames } from '../../onnx/facts.ts';
import type { Node } from '../../onnx/graph.ts';
import { reads } from '../../onnx/graph.ts';
import { inputOf, nodesView, outputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { sizeOf, toNumbers } from '../../onnx/tensor.ts';
import { isSignalLayer, type Positions, positionsOf } from './positions.ts';

/** A layer, how its numbers lie over the image, and why it is this one. */
export interface ChosenLayer extends Layer {
  /** Absent where it has no positions. */
  readonly positions?: Positions;
  /** Why it was chosen, where nobody named it. */
  readonly notes?: readonly string[];
}

/**
 * The layer named; else the last one that still has positions: the last convolution whose output becomes the feature map that
 * the scores are made of, or that map where it is put together of several, or the last grid of tokens that a transformer mixes.
 * @throws LayerError where the model has no such layer.
 */
export function chosenLayer(classifier: Classifier, name: string | undefined): ChosenLayer {
  if (name !== undefined) {
    const layer = findLayer(classifier, name);
    const positions = positionsOf(layer, classifier.input, layoutsOf(classifier).get(layer.value));
    return { ...layer, positions };
  }
  const way = wayOf(classifier);
  const chosen = lastTokens(way) ?? lastFeatureMap(way);
  if (chosen) return chosen;
  throw new LayerError(
    'The model has no convolution, and no other layer with positions, to look at: name a layer (--layer NAME).',
  );
}

/** Layers that have positions, last first, for messages. */
export function layersWithPositions(classifier: Classifier): string[] {
  const layouts = layoutsOf(classifier);
  return layersOf(classifier)
    .filter((layer) => layouts.has(layer.value) && positionsOf(layer, classifier.input, layouts.get(layer.value)))
    .map(({ value }) => value)
    .reverse();
}

interface Step extends Layer {
  /** A layout where it is a map of features over the image. */
  readonly layout?: 'NCHW' | 'NHWC';
  readonly positions?: Positions;
  /** Everything that the scores know of the image has come through it. */
  readonly onTrunk: boolean;
  readonly at: number;
}

interface Way {
  readonly classifier: Classifier;
  readonly nodes: readonly Node[];
  readonly steps: readonly Step[];
}

function wayOf(classifier: Classifier): Way {
  const nodes = nodesOnTheWay(classifier);
  const layouts = layoutsOf(classifier);
  const trunk = trunkOf(nodes, classifier);
  const steps = layersOf(classifier).map((layer) => {
    const layout = layouts.get(layer.value);
    const positions = positionsOf(layer, classifier.input, layout ?? 'NHWC');
    return {
      ...layer,
      layout,
      positions,
      onTrunk: trunk.has(layer.value),
      at: nodes.indexOf(layer.node),
    };
  });
  return { classifier, nodes, steps };
}

const isConvolution = (node: Node) => is(node, 'convolution');
const keepsPositions = (node: Node) => is(node, 'elementwise', 'selection', 'sum', 'keeps positions');

/** Values [a, b, c] an image, or [a, b] a signal, that are maps of features: what convolutions give, and what keeps their rows and columns. */
function layoutsOf(classifier: Classifier): ReadonlyMap<string, 'NCHW' | 'NHWC'> {
  const layouts = new Map<string, 'NCHW' | 'NHWC'>();
  for (const { value, node, dims } of layersOf(classifier)) {
    if ((dims.length !== 3 && !isSignalLayer(dims, classifier.input)) || node.domain !== '') continue;
    const before = reads(node).flatMap((name) => layouts.get(name) ?? []);
    const [layout] = before;
    const perm = intsOf(node, 'perm')?.join();
    if (isConvolution(node)) layouts.set(value, 'NCHW');
    else if (layout === 'NCHW' && node.op === 'Transpose' && perm === '0,2,3,1') layouts.set(value, 'NHWC');
    else if (layout === 'NHWC' && node.op === 'Transpose' && perm === '0,3,1,2') layouts.set(value, 'NCHW');
    else if (layout && before.every((other) => other === layout)) {
      const channelAxis = layout === 'NCHW' ? 1 : 3;
      const axis = intOf(node, 'axis', 0);
      const joined = node.op === 'Concat' && (axis < 0 ? axis + dims.length + 1 : axis) === channelAxis;
      if (joined || keepsPositions(node)) layouts.set(value, layout);
    }
  }
  return layouts;
}

/** The values without which nothing of the pixels would reach the scores. */
function trunkOf(nodes: readonly Node[], { inputName, model }: Classifier): ReadonlySet<string> {
  // What follows from the image's size says nothing of its pixels.
  const ofShapes = shapeOnlyNames(model.graph);
  const lastUse = new Map<string, number>();
  for (const [i, node] of nodes.entries()) for (const name of reads(node)) lastUse.set(name, i);
  const trunk = new Set<string>();
  let open = new Set([inputName]);
  for (const [i, node] of nodes.entries()) {
    open = new Set([...open, ...node.outputs].filter((name) => (lastUse.get(name) ?? -1) > i && !ofShapes.has(name)));
    const [only = ''] = open;
    if (open.size === 1) trunk.add(only);
  }
  return trunk;
}

function lastFeatureMap({ classifier, nodes, steps }: Way): ChosenLayer | undefined {
  const maps = steps.filter(({ layout, positions }) => layout && positions);
  const convolutions = maps.filter(({ node }) => isConvolution(node));
  const feature = maps.findLast(({ onTrunk }) => onTrunk);
  // Of several ends, each of which the scores read by itself, the last; a map of one channel, or of gates, is no such end.
  const end = convolutions.findLast(
    ({ at, dims, value }) => at > (feature?.at ?? -1) && (dims[0] ?? 0) > 1 && !isGate(nodes, value),
  );
  const last = end ?? convolutions.findLast(({ at }) => at <= (feature?.at ?? nodes.length));
  if (!last) return undefined;
  const whole = end !== undefined || feature === undefined || becomes(classifier, nodes, last, feature);
  return whole
    ? withNote(last, 'the last convolution with positions')
    : withNote(beforePooling(steps, feature), 'the last map of features, put together of several');
}

/** Whether a value is read as a gate alone: a factor between 0 and 1. */
function isGate(nodes: readonly Node[], value: string): boolean {
  const view = nodesView(nodes);
  const readers = view.readers(value);
  const factors = readers.flatMap((node) => view.readers(outputOf(node)));
  return (
    readers.every((node) => is(node, 'gate')) &&
    factors.length > 0 &&
    factors.every(({ op }) => op === 'Mul' || op === 'MatMul')
  );
}

function withNote(step: Step, what: string): ChosenLayer {
  const { height = 0, width = 0 } = step.positions ?? {};
  const note = `No layer was named: ${step.value} is ${what}, ${height} x ${width}.`;
  return { ...step, notes: [note] };
}

/** Whether a convolution's output becomes the feature map as a whole: not a part of its channels, and not what gates others. */
function becomes({ facts }: Classifier, nodes: readonly Node[], { value, dims }: Step, feature: Step): boolean {
  const derived = new Map<string, Node | undefined>([[value, undefined]]);
  for (const node of nodes) {
    const [output = ''] = node.outputs;
    const after = facts.get(output)?.dims.slice(1) ?? [];
    if (!keepsPositions(node) && node.op !== 'Transpose') continue;
    const from = node.inputs.filter((name) => derived.has(name));
    const factors =
      node.op === 'Mul' || node.op === 'Div' ? node.inputs.filter((name) => !facts.get(name)?.constant) : [];
    const counts = from.some((name) => {
      const maker = derived.get(name);
      const isGate = (maker && is(maker, 'gate')) || facts.get(name)?.dims.slice(1).join() !== after.join();
      return factors.length < 2 || !isGate;
    });
    if (counts && after.length === dims.length) derived.set(output, node);
  }
  // A map of other channels, made of one channel say, is not what the scores are made of.
  const channels = feature.layout === 'NHWC' ? feature.dims[2] : feature.dims[0];
  return derived.has(feature.value) && channels === dims[0];
}

/** The feature map before poolings that follow it on the trunk: it has more positions. */
function beforePooling(steps: readonly Step[], feature: Step): Step {
  const [input] = feature.node.inputs;
  const before = steps.find(({ value }) => value === input);
  const isPooling = /Pool$|^Dropout$|^Identity$|^Transpose$/.test(feature.node.op);
  return isPooling && before?.positions && before.layout ? beforePooling(steps, before) : feature;
}

/** The last tokens in a grid that are mixed afterwards: later ones may reach the scores only by their class token. */
function lastTokens({ classifier, nodes, steps }: Way): ChosenLayer | undefined {
  const convolutions = steps.filter(({ node, positions }) => positions && isConvolution(node));
  const lastConvolution = convolutions.at(-1)?.at ?? -1;
  const weighed = nodes.filter(
    (node, i) => i > lastConvolution && node.op === 'MatMul' && isOfTokens(classifier, nodes, node),
  ).length;
  if (weighed === 0 || weighed < convolutions.length) return undefined;
  const lastMixing = nodes.findLastIndex((node) => mixesTokens(classifier, node));
  const { height, width } = classifier.input;
  const tokens = steps.findLast(
    ({ layout, positions, onTrunk, at }) =>
      (!layout || layout === 'NHWC') &&
      positions &&
      positions.height * width === positions.width * height &&
      onTrunk &&
      at < lastMixing &&
      at > lastConvolution,
  );
  if (!tokens) return undefined;
  const first = tokens.positions?.first ?? 0;
  const extra = first === 0 ? '' : ` (${first} of its tokens, the class token among them, left out)`;
  return withNote(tokens, `the last grid of tokens that later steps mix${extra}`);
}

/** A matrix product with constant weights for each token; not for each channel of a map whose positions are in one row. */
function isOfTokens({ facts }: Classifier, nodes: readonly Node[], node: Node): boolean {
  const input = inputOf(node, 0);
  const dims = facts.get(input)?.dims ?? [];
  const before = nodes.find(({ op, outputs }) => op === 'Reshape' && outputs.includes(input));
  const map = before ? (facts.get(inputOf(before, 0))?.dims ?? []) : [];
  const [, channels, height = 0, width = 0] = map;
  const isRowOfPositions = dims.length === 3 && dims[1] === channels && dims[2] === height * width;
  const hasTokens = (facts.get(outputOf(node))?.dims.length ?? 0) > 2;
  return facts.get(inputOf(node, 1))?.constant !== undefined && hasTokens && !isRowOfPositions;
}

function mixesTokens({ facts, model }: Classifier, node: Node): boolean {
  const [input = '', second = ''] = node.inputs;
  const rank = facts.get(input)?.dims.length ?? 0;
  const after = facts.get(outputOf(node))?.dims ?? [];
  if (rank < 3) return false;
  if (node.op === 'MatMul' || node.op === 'Einsum') return !facts.get(second)?.constant && second !== '';
  if (node.op === 'Attention') return true;
  if (/Pool$/.test(node.op)) return true;
  if (node.op === 'Transpose') return intsOf(node, 'perm')?.at(-1) !== rank - 1;
  if (node.op === 'Reshape' || node.op === 'Flatten')
    return after.length === 2 && sizeOf(after) === sizeOf(facts.get(input)?.dims ?? []);
  if (!/^Reduce/.test(node.op)) return false;
  const constant = facts.get(second)?.constant ?? model.graph.initializers.get(second);
  const axes = intsOf(node, 'axes') ?? (constant ? toNumbers(constant) : []);
  return axes.some((axis) => (axis < 0 ? axis + rank : axis) < rank - 1);
}
