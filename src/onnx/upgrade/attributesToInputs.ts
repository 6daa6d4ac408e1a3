import { floatOf, floatsOf, intOf, intsOf, without } from '../attributes.ts';
import type { Node } from '../graph.ts';
import { inputOf, optionalInputOf } from '../graphView.ts';
import { float32, int64 } from '../tensor.ts';
import { type Rewrite, scalarLike, trimmed, type UpgradeContext } from './step.ts';

/*
 * Attributes that became inputs.
 */

/** Squeeze 13, ReduceSum 13, the other reductions 18. No axes, or an empty list, still means all. */
export function axesToInput(node: Node, context: UpgradeContext): Rewrite {
  const axes = intsOf(node, 'axes', []);
  const attributes = without(node.attributes, 'axes');
  if (axes.length === 0) return { ...node, attributes };
  return { ...node, inputs: [inputOf(node, 0), context.ints(axes)], attributes };
}

/** Unsqueeze 13: the axes must be there, even if there are none. */
export function unsqueezeAxesToInput(node: Node, context: UpgradeContext): Rewrite {
  const axes = context.ints(intsOf(node, 'axes', []));
  return { ...node, inputs: [inputOf(node, 0), axes], attributes: without(node.attributes, 'axes') };
}

/** Slice 10. */
export function sliceRangesToInputs(node: Node, context: UpgradeContext): Rewrite {
  const ranges = ['starts', 'ends'].map((name) => context.ints(intsOf(node, name, [])));
  const axes = intsOf(node, 'axes');
  return {
    ...node,
    inputs: [inputOf(node, 0), ...ranges, ...(axes ? [context.ints(axes)] : [])],
    attributes: without(node.attributes, 'starts', 'ends', 'axes'),
  };
}

/** Split 13. */
export function splitSizesToInput(node: Node, context: UpgradeContext): Rewrite {
  const sizes = intsOf(node, 'split');
  if (!sizes) return node;
  return { ...node, inputs: [inputOf(node, 0), context.ints(sizes)], attributes: without(node.attributes, 'split') };
}

/** TopK 10. */
export function countToInput(node: Node, context: UpgradeContext): Rewrite {
  const count = context.ints([intOf(node, 'k', 1)]);
  return { ...node, inputs: [inputOf(node, 0), count], attributes: without(node.attributes, 'k') };
}

/** Upsample 9. */
export function scalesToInput(node: Node, context: UpgradeContext): Rewrite {
  const scales = floatsOf(node, 'scales', []);
  const input = context.constant(float32([scales.length], scales), 'scales');
  return { ...node, inputs: [inputOf(node, 0), input], attributes: without(node.attributes, 'scales') };
}

/** Clip 11: a bound that is left out is the type's own, as before. */
export function clipBoundsToInputs(node: Node, context: UpgradeContext): Rewrite {
  const x = inputOf(node, 0);
  const bounds = ['min', 'max'].map((name) => {
    const bound = floatOf(node, name);
    return bound === undefined ? { name: '', before: [] } : scalarLike(context, bound, x, name);
  });
  return {
    before: bounds.flatMap(({ before }) => before),
    node: {
      ...node,
      inputs: trimmed([x, ...bounds.map(({ name }) => name)]),
      attributes: without(node.attributes, 'min', 'max'),
    },
  };
}

/** Pad 11. */
export function padsToInputs(node: Node, context: UpgradeContext): Rewrite {
  const x = inputOf(node, 0);
  const filling = floatOf(node, 'value', 0);
  const value = filling === 0 ? { name: '', before: [] } : scalarLike(context, filling, x, 'value');
  return {
    before: value.before,
    node: {
      ...node,
      inputs: trimmed([x, context.ints(intsOf(node, 'pads', [])), value.name]),
      attributes: without(node.attributes, 'pads', 'value'),
    },
  };
}

/** DFT 20: the axis, whose default also moved from 1 to the last but one. */
export function dftAxisToInput(node: Node, context: UpgradeContext): Rewrite {
  const axis = context.constant(int64([intOf(node, 'axis', 1)], []), 'axis');
  return {
    ...node,
    // The length may be left out, and stays so.
    inputs: [inputOf(node, 0), optionalInputOf(node, 1) ?? '', axis],
    attributes: without(node.attributes, 'axis'),
  };
}
