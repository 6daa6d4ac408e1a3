import { without } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';
import type { Call } from './rule.ts';

/**
 * Where the gradient of an activation's output y comes back from a max pool of y, every element of it that is not 0 stands
 * where a window's maximum is, and what the activation's derivative is there follows from the pooled output alone. So
 * dy f'(y), with dy = scatter(d), is scatter(d f'(pool(y))): the same numbers, computed on a fraction of the elements.
 * @param derivative f' as a function of the output's name.
 * @returns the gradient with respect to the activation's input; undefined where dy does not come from a max pool of y.
 */
export function throughMaxPool(call: Call, derivative: (y: string) => string): string | undefined {
  const { builder, y } = call;
  const scattered = unpooled(call) ?? scatteredByIndices(call);
  const pool = builder.nodes.find(
    ({ op, outputs }) => op === 'MaxPool' && scattered !== undefined && outputs[1] === scattered.indices,
  );
  if (!scattered || !pool || pool.inputs[0] !== y[0]) return undefined;
  const pooled = outputOf(firstAlike(builder, pool));
  return scattered.again(call.ops.Mul(scattered.gradient, derivative(pooled)));
}

/** The first node with the same output: where indices are not counted row by row, the rule adds a pool that does so. */
function firstAlike(builder: GraphBuilder, pool: Node): Node {
  const windows = ({ attributes }: Node) => JSON.stringify(without(attributes, 'storage_order'));
  const alike = (node: Node) =>
    node.op === 'MaxPool' && node.domain === '' && node.inputs[0] === pool.inputs[0] && windows(node) === windows(pool);
  return builder.nodes.find(alike) ?? pool;
}

/** A gradient put where the maxima are. */
interface Scattered {
  /** Of the pooled output. */
  readonly gradient: string;
  readonly indices: string;
  /** The same with another gradient. */
  readonly again: (gradient: string) => string;
}

function unpooled({ builder, dy, add }: Call): Scattered | undefined {
  const unpool = madeBy(builder, dy, 'MaxUnpool');
  if (!unpool) return undefined;
  const [gradient, indices, shape] = [inputOf(unpool, 0), inputOf(unpool, 1), inputOf(unpool, 2)];
  return { gradient, indices, again: (other) => add('MaxUnpool', [other, indices, shape], unpool.attributes) };
}

function scatteredByIndices({ builder, dy, ops, add }: Call): Scattered | undefined {
  const reshape = madeBy(builder, dy, 'Reshape');
  const scatter = madeBy(builder, reshape?.inputs[0], 'ScatterElements');
  const [zeros, flatIndices, flatGradient] = scatter?.inputs ?? [];
  const gradient = madeBy(builder, flatGradient, 'Reshape')?.inputs[0];
  const indices = madeBy(builder, flatIndices, 'Reshape')?.inputs[0];
  if (!reshape || !scatter || !zeros || !flatIndices || gradient === undefined || indices === undefined)
    return undefined;
  return {
    gradient,
    indices,
    again(other) {
      const flat = ops.Reshape(other, builder.ints([-1]));
      const scattered = add('ScatterElements', [zeros, flatIndices, flat], scatter.attributes);
      return ops.Reshape(scattered, inputOf(reshape, 1));
    },
  };
}

function madeBy(builder: GraphBuilder, name: string | undefined, op: string): Node | undefined {
  return builder.nodes.findLast((node) => node.op === op && node.domain === '' && node.outputs[0] === name);
}
