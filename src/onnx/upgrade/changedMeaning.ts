import { attributes, intOf, stringOf } from '../attributes.ts';
import type { Node } from '../graph.ts';
import { inputOf, optionalInputOf, outputOf } from '../graphView.ts';
import type { Rewrite, UpgradeContext } from './step.ts';

/*
 * The same operator and attributes, but another meaning or another default.
 */

/**
 * Softmax, LogSoftmax and Hardmax 13. Before, the dimensions from `axis` (default 1) on were taken as one; since then
 * `axis` (default -1) is a single dimension. Where all but one of them have size 1, that one says the same.
 * Dimension 0 is not looked at: it may be the batch, and 1 only in the probe.
 */
export function flattenedToSingleAxis(node: Node, context: UpgradeContext): Rewrite {
  const x = inputOf(node, 0);
  const given = intOf(node, 'axis', 1);
  const dims = context.facts(x)?.dims;
  const axis = dims && given < 0 ? given + dims.length : given;
  const single = dims && singleAxis(dims, axis);
  if (single !== undefined) return { ...node, attributes: { ...node.attributes, ...attributes({ axis: single }) } };

  const shape = context.node('Shape', [x]);
  const flat = context.node('Flatten', [x], { axis });
  const result = context.fresh(node.op);
  return {
    before: [shape, flat],
    node: {
      ...node,
      inputs: [outputOf(flat)],
      outputs: [result],
      attributes: { ...node.attributes, ...attributes({ axis: -1 }) },
    },
    after: [context.node('Reshape', [result, outputOf(shape)], {}, outputOf(node))],
  };
}

function singleAxis(dims: readonly number[], axis: number): number | undefined {
  if (axis === dims.length - 1) return axis;
  if (axis < 1 || axis >= dims.length) return undefined;
  const wide = dims.flatMap((size, i) => (i >= axis && size !== 1 ? [i] : []));
  return wide.length > 1 ? undefined : (wide[0] ?? axis);
}

/** Split 18: equal parts have to be counted. */
export function countEqualParts(node: Node): Rewrite {
  if (optionalInputOf(node, 1) !== undefined) return node;
  return { ...node, attributes: { ...node.attributes, ...attributes({ num_outputs: node.outputs.length }) } };
}

/** RoiAlign 16: regions were not shifted by half a pixel, which is no longer the default. */
export function unshiftedRegions(node: Node): Rewrite {
  const mode = attributes({ coordinate_transformation_mode: 'output_half_pixel' });
  return { ...node, attributes: { ...node.attributes, ...mode } };
}

/** GridSample 20: other names for the modes. */
export function renameSampling(node: Node): Rewrite {
  const names: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };
  const mode = stringOf(node, 'mode', 'bilinear');
  return { ...node, attributes: { ...node.attributes, ...attributes({ mode: names[mode] ?? mode }) } };
}

/** Scatter was renamed in opset 11. */
export function renameScatter(node: Node): Rewrite {
  return { ...node, op: 'ScatterElements' };
}
