import type { Node } from '../../onnx/graph.ts';
import { type GraphView, inputOf, optionalInputOf } from '../../onnx/graphView.ts';
import { madeBy } from './rewrite.ts';

type Makers = Pick<GraphView, 'maker'>;

/** Nodes that put the gradient of a max pooling's output where the maxima are. */
export interface PutBack {
  /** The gradient of the pooled output. */
  readonly gradient: string;
  readonly indices: string;
  readonly shape: string;
  /** The nodes that put it there, from `gradient` on, in order. */
  readonly nodes: readonly Node[];
}

/** What a max pooling's gradient rule adds, found by the value that it ends in; undefined for other values. */
export function putBackOf(value: string, graph: Makers): PutBack | undefined {
  return unpooling(value, graph) ?? scattering(value, graph);
}

function unpooling(value: string, graph: Makers): PutBack | undefined {
  const unpool = madeBy(graph, value, 'MaxUnpool');
  const shape = unpool && optionalInputOf(unpool, 2);
  if (!shape) return undefined;
  return { gradient: inputOf(unpool, 0), indices: inputOf(unpool, 1), shape, nodes: [unpool] };
}

function scattering(value: string, graph: Makers): PutBack | undefined {
  const reshape = madeBy(graph, value, 'Reshape');
  const scatter = madeBy(graph, reshape?.inputs[0], 'ScatterElements');
  const [zeros, indices, gradient] = (scatter?.inputs ?? []).map((name) => madeBy(graph, name, 'Reshape'));
  if (!reshape || !scatter || !zeros || !indices || !gradient) return undefined;
  if (madeBy(graph, zeros.inputs[0], 'ConstantOfShape')?.attributes.value !== undefined) return undefined;
  return {
    gradient: inputOf(gradient, 0),
    indices: inputOf(indices, 0),
    shape: inputOf(reshape, 1),
    nodes: [gradient, scatter, reshape],
  };
}
