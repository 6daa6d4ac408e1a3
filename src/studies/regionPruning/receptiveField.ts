import type { Classifier } from '../../model/classifier.ts';
import { nodesOnTheWay } from '../../model/layer.ts';
import { intsOf } from '../../onnx/attributes.ts';
import { describeNode, type Node } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { toNumbers } from '../../onnx/tensor.ts';
import { windowOf } from '../../transforms/gradient/window.ts';
import type { DenseLayer } from './denseLayer.ts';
import { DenseLayerError } from './errors.ts';
import { placeOf } from './featureMap.ts';

/** Pixels `first` to `last`, seen by position p of a value: first = p jump + start, last = first + size - 1. */
interface Span {
  readonly jump: number;
  readonly start: number;
  readonly size: number;
}

/** One span an axis: y, x. */
type Field = readonly [Span, Span];

const pixel: Span = { jump: 1, start: 0, size: 1 };
/** For each position of the layer's map, the pixels it depends on: a rectangle, its last row and column included. */
export type ReceptiveField = (y: number, x: number) => Rectangle;

interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * Which pixels each position of a feature map sees, from the windows of the convolutions and poolings before it.
 * @throws DenseLayerError for operators between pixels and map that do not say where they look.
 */
export function receptiveField(classifier: Classifier, { mapValue }: Pick<DenseLayer, 'mapValue'>): ReceptiveField {
  const { inputName, input } = classifier;
  const fields = new Map<string, Field>([[inputName, [pixel, pixel]]]);
  for (const node of nodesOnTheWay(classifier)) {
    if (fields.has(mapValue)) break;
    const field = fieldAfter(classifier, fields, node);
    for (const output of node.outputs) fields.set(output, field);
  }
  const [ySpan, xSpan] = fields.get(mapValue) ?? [pixel, pixel];
  const clip = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  return (y, x) => {
    const top = y * ySpan.jump + ySpan.start;
    const left = x * xSpan.jump + xSpan.start;
    return {
      top: clip(top, input.height),
      left: clip(left, input.width),
      bottom: clip(top + ySpan.size - 1, input.height),
      right: clip(left + xSpan.size - 1, input.width),
    };
  };
}

/**
 * Lays inputs of a layer over the image: each adds what `amount` says to every pixel that it sees.
 * @returns [height * width]
 */
export function overPixels(
  inputs: Int32Array,
  { map }: Pick<DenseLayer, 'map'>,
  field: ReceptiveField,
  { height, width }: { readonly height: number; readonly width: number },
  amount: (input: number) => number = () => 1,
): Float32Array {
  const sums = new Float32Array(height * width);
  for (const input of inputs) {
    const place = placeOf(map, input);
    const { top, left, bottom, right } = field(place.y, place.x);
    const added = amount(input);
    for (let y = top; y <= bottom; y++) {
      for (let pixel = y * width + left; pixel <= y * width + right; pixel++) sums[pixel] = (sums[pixel] ?? 0) + added;
    }
  }
  return sums;
}

function fieldAfter(classifier: Classifier, fields: ReadonlyMap<string, Field>, node: Node): Field {
  const { facts, input } = classifier;
  const field = union(
    node.inputs.flatMap((name) => {
      const known = fields.get(name);
      return known ? [known] : [];
    }),
    node,
  );
  const spatial = (position: number) => (facts.get(inputOf(node, position))?.dims ?? []).slice(2);
  if (is(node, 'whole image')) return [whole(input.height), whole(input.width)];
  if (is(node, 'same position')) return field;
  if (node.op === 'Pad') {
    const constant = facts.get(inputOf(node, 1))?.constant;
    const [, , top = 0, left = 0] = constant ? toNumbers(constant) : [];
    return [shifted(field[0], top), shifted(field[1], left)];
  }
  if (!is(node, 'window')) {
    throw new DenseLayerError(
      `${describeNode(node)} stands between the pixels and the dense layer, and konkyo cannot say which pixels it looks at. Name another layer with --layer.`,
    );
  }
  const kernel = node.op === 'Conv' ? spatial(1) : intsOf(node, 'kernel_shape', []);
  const window = windowOf(node, spatial(0), kernel);
  const through = (span: Span, axis: 0 | 1): Span => ({
    jump: span.jump * (window.strides[axis] ?? 1),
    start: span.start - (window.padsBegin[axis] ?? 0) * span.jump,
    size: span.size + ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) * span.jump,
  });
  return [through(field[0], 0), through(field[1], 1)];
}

function whole(size: number): Span {
  return { jump: 0, start: 0, size };
}

function shifted(span: Span, padding: number): Span {
  return { ...span, start: span.start - padding * span.jump };
}

/** What several values at the same position see together. */
function union(fields: readonly Field[], node: Node): Field {
  const [first, ...rest] = fields;
  if (!first) return [pixel, pixel];
  return rest.reduce<Field>((sum, field) => [joined(sum[0], field[0], node), joined(sum[1], field[1], node)], first);
}

function joined(a: Span, b: Span, node: Node): Span {
  // A value of one position that is broadcast (a gate over the whole image) sees what it sees at every position.
  if (a.jump !== b.jump && a.jump !== 0 && b.jump !== 0) {
    throw new DenseLayerError(
      `${describeNode(node)} puts maps of different scales together, and konkyo cannot say which pixels its positions look at. Name another layer with --layer.`,
    );
  }
  if (a.jump !== b.jump) return a.jump === 0 ? a : b;
  const start = Math.min(a.start, b.start);
  return { jump: a.jump, start, size: Math.max(a.start + a.size, b.start + b.size) - start };
}
