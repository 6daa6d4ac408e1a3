import { attributes, floatOf, intOf, without } from '../attributes.ts';
import { UpgradeError } from '../errors.ts';
import type { Node } from '../graph.ts';
import { inputOf, outputOf } from '../graphView.ts';
import { float32 } from '../tensor.ts';
import type { Rewrite, UpgradeContext } from './step.ts';

/**
 * BatchNormalization 9 knows no statistics of single positions (`spatial` 0) any more: each position becomes a channel.
 */
export function positionsToChannels(node: Node, context: UpgradeContext): Rewrite {
  const plain = { ...node, attributes: without(node.attributes, 'spatial') };
  if (intOf(node, 'spatial', 1) === 1) return plain;
  const x = inputOf(node, 0);
  const shape = context.node('Shape', [x]);
  const flat = context.node('Flatten', [x], { axis: 1 });
  const vectors = node.inputs.slice(1).map((name) => context.node('Reshape', [name, context.ints([-1])]));
  const result = context.fresh(node.op);
  return {
    before: [shape, flat, ...vectors],
    node: {
      ...plain,
      inputs: [outputOf(flat), ...vectors.map((vector) => outputOf(vector))],
      outputs: [result, ...node.outputs.slice(1)],
    },
    after: [context.node('Reshape', [result, outputOf(shape)], {}, outputOf(node))],
  };
}

/** BatchNormalization 14: more than one output meant training, which an attribute says since then. */
export function trainingByAttribute(node: Node, context: UpgradeContext): Rewrite {
  const [y = '', mean = '', variance = '', ...saved] = node.outputs;
  if ([mean, variance, ...saved].every((name) => name === '')) return { ...node, outputs: [y] };
  const read = saved.find(context.isRead);
  if (read !== undefined) {
    throw new UpgradeError(
      `The model reads "${read}", a statistic of a training batch that BatchNormalization gives only before opset 14. Export the model for inference.`,
      node,
    );
  }
  return {
    ...node,
    outputs: [y, mean || context.fresh('mean'), variance || context.fresh('variance')],
    attributes: { ...node.attributes, ...attributes({ training_mode: 1 }) },
  };
}

/** Dropout 12: the ratio became an input. Only training uses it; it is kept for those who want to know it. */
export function dropoutRatioToInput(node: Node, context: UpgradeContext): Rewrite {
  const [, mask] = node.outputs;
  if (mask && context.isRead(mask)) {
    throw new UpgradeError(
      `The model reads "${mask}", the mask of a Dropout, which has a defined value in inference only since opset 12. Export the model for inference.`,
      node,
    );
  }
  const ratio = context.constant(float32([], [floatOf(node, 'ratio', 0.5)]), 'ratio');
  return {
    ...node,
    inputs: [inputOf(node, 0), ratio],
    outputs: [outputOf(node)],
    attributes: without(node.attributes, 'ratio'),
  };
}

/** GroupNormalization 21: scale and bias have one element a channel, no longer one a group. */
export function groupsToChannels(node: Node, context: UpgradeContext): Rewrite {
  const groups = intOf(node, 'num_groups', 1);
  const x = inputOf(node, 0);
  const channels = context.facts(x)?.dims[1];
  const target = channels === undefined ? shapeOfGroups(x, groups, context) : [];
  const sizes = target.at(-1);
  const name = sizes ? outputOf(sizes) : context.ints([groups, (channels ?? groups) / groups]);
  const spread = node.inputs.slice(1).map((parameter) => {
    const column = context.node('Reshape', [parameter, context.ints([-1, 1])]);
    const wide = context.node('Expand', [outputOf(column), name]);
    return [column, wide, context.node('Reshape', [outputOf(wide), context.ints([-1])])];
  });
  const parameters = spread.map((nodes) => outputOf(nodes.at(-1) ?? node));
  return { before: [...target, ...spread.flat()], node: { ...node, inputs: [x, ...parameters] } };
}

/** Nodes, the last of which gives [groups, channels of a group] of a value whose channels are not known. */
function shapeOfGroups(x: string, groups: number, context: UpgradeContext): readonly Node[] {
  const channels = context.node('Shape', [x], { start: 1, end: 2 });
  const ofGroup = context.node('Div', [outputOf(channels), context.ints([groups])]);
  return [channels, ofGroup, context.node('Concat', [context.ints([groups]), outputOf(ofGroup)], { axis: 0 })];
}
