import { attributes, floatOf, floatsOf, intOf, intsOf, without } from '../attributes.ts';
import type { Node } from '../graph.ts';
import { inputOf, outputOf } from '../graphView.ts';
import { float32 } from '../tensor.ts';
import type { Rewrite, UpgradeContext } from './step.ts';

/*
 * Operators that ONNX called experimental and dropped in opset 10. Converters from Core ML and Caffe2 wrote them, and
 * ONNX Runtime still runs them below that. They take float32 only.
 */

const scalar = (context: UpgradeContext, value: number, hint: string) => context.constant(float32([], [value]), hint);

/** scale x + bias, one bias a channel. */
export function imageScaler(node: Node, context: UpgradeContext): Rewrite {
  const bias = floatsOf(node, 'bias', []);
  const scaled = context.node('Mul', [inputOf(node, 0), scalar(context, floatOf(node, 'scale', 1), 'scale')]);
  const shift = context.constant(float32([1, bias.length, 1, 1], bias), 'bias');
  return { before: [scaled], node: { ...node, op: 'Add', inputs: [outputOf(scaled), shift], attributes: {} } };
}

/** alpha x + beta. */
export function affine(node: Node, context: UpgradeContext): Rewrite {
  const scaled = context.node('Mul', [inputOf(node, 0), scalar(context, floatOf(node, 'alpha', 1), 'alpha')]);
  const shift = scalar(context, floatOf(node, 'beta', 0), 'beta');
  return { before: [scaled], node: { ...node, op: 'Add', inputs: [outputOf(scaled), shift], attributes: {} } };
}

/** alpha f(beta x): ScaledTanh, ParametricSoftplus. */
export const scaledActivation =
  (op: 'Tanh' | 'Softplus') =>
  (node: Node, context: UpgradeContext): Rewrite => {
    const scaled = context.node('Mul', [inputOf(node, 0), scalar(context, floatOf(node, 'beta', 1), 'beta')]);
    const activated = context.node(op, [outputOf(scaled)]);
    const alpha = scalar(context, floatOf(node, 'alpha', 1), 'alpha');
    return {
      before: [scaled, activated],
      node: { ...node, op: 'Mul', inputs: [outputOf(activated), alpha], attributes: {} },
    };
  };

/** Height and width without a border (left, top, right, bottom), or of a given size (height, width) from left and top. */
export function crop(node: Node, context: UpgradeContext): Rewrite {
  const [left = 0, top = 0, right = 0, bottom = 0] = intsOf(node, 'border', []);
  const [height, width] = intsOf(node, 'scale', []);
  const toEnd = (border: number) => (border === 0 ? Number.POSITIVE_INFINITY : -border);
  const ends = [height === undefined ? toEnd(bottom) : top + height, width === undefined ? toEnd(right) : left + width];
  const ranges = [[top, left], ends, [2, 3]].map(context.ints);
  return { ...node, op: 'Slice', inputs: [inputOf(node, 0), ...ranges], attributes: {} };
}

/** Slice 10 is what DynamicSlice was. */
export function dynamicSlice(node: Node): Rewrite {
  return { ...node, op: 'Slice' };
}

/** MeanVarianceNormalization 9 names its axes; before, the batch was always one, and the variance could be left alone. */
export function normalizedAxes(node: Node, context: UpgradeContext): Rewrite {
  const axes = intOf(node, 'across_channels', 0) === 0 ? [0, 2, 3] : [0, 1, 2, 3];
  const rest = without(node.attributes, 'across_channels', 'normalize_variance');
  if (intOf(node, 'normalize_variance', 1) === 1) {
    return { ...node, attributes: { ...rest, ...attributes({ axes }) } };
  }
  const x = inputOf(node, 0);
  const mean = context.node('ReduceMean', [x, context.ints(axes)]);
  return { before: [mean], node: { ...node, op: 'Sub', inputs: [x, outputOf(mean)], attributes: {} } };
}
