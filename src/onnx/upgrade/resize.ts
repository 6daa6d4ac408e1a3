import { attributes, stringOf } from '../attributes.ts';
import type { Node } from '../graph.ts';
import { inputOf, outputOf } from '../graphView.ts';
import { float32, toNumbers } from '../tensor.ts';
import { type Rewrite, trimmed, type UpgradeContext } from './step.ts';

/** Upsample was replaced by Resize in opset 10. */
export function upsampleToResize(node: Node): Rewrite {
  return { ...node, op: 'Resize' };
}

/**
 * Resize 11 says how coordinates are found: before, position x of the result was x / scale in the original, and
 * nearest rounded it down when enlarging and up when reducing (ONNX's own test of the operator and ONNX Runtime agree).
 */
export function sayCoordinates(node: Node, context: UpgradeContext): Rewrite {
  const [x, scales] = [inputOf(node, 0), inputOf(node, 1)];
  const resize = (nearest_mode?: string) => ({
    mode: stringOf(node, 'mode', 'nearest'),
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode,
  });
  const said = (rounding?: string): Node => ({
    ...node,
    inputs: [x, '', scales],
    attributes: attributes(resize(rounding)),
  });
  if (stringOf(node, 'mode', 'nearest') !== 'nearest') return said();

  const constant = context.facts(scales)?.constant;
  const known = constant && toNumbers(constant);
  if (known?.every((scale) => scale >= 1)) return said('floor');
  if (known?.every((scale) => scale <= 1)) return said('ceil');
  // Axes are independent: reduce first, then enlarge.
  const one = context.constant(float32([1], [1]), 'one');
  const down = context.node('Min', [scales, one]);
  const up = context.node('Max', [scales, one]);
  const reduced = context.node('Resize', [x, '', outputOf(down)], resize('ceil'));
  return {
    before: [down, up, reduced],
    node: { ...node, inputs: [outputOf(reduced), '', outputOf(up)], attributes: attributes(resize('floor')) },
  };
}

/**
 * Resize 13: an empty tensor no longer stands for an input that is left out, and `tf_half_pixel_for_nn` is gone:
 * floor((x + 1/2) / scale) is the coordinate of `half_pixel`, (x + 1/2) / scale - 1/2, rounded to the nearest, halves up.
 * Other roundings of it have no new form; ONNX Runtime still takes them.
 */
export function leaveOutEmpty(node: Node, context: UpgradeContext): Rewrite {
  const isEmpty = (name: string) => context.facts(name)?.constant?.data.length === 0;
  const inputs = trimmed(node.inputs.map((name, i) => ((i === 1 || i === 2) && isEmpty(name) ? '' : name)));
  const floored =
    stringOf(node, 'coordinate_transformation_mode') === 'tf_half_pixel_for_nn' &&
    stringOf(node, 'nearest_mode') === 'floor';
  if (!floored) return { ...node, inputs };
  const rounding = attributes({ coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' });
  return { ...node, inputs, attributes: { ...node.attributes, ...rounding } };
}
