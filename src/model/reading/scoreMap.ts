import { intOf } from '../../onnx/attributes.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph } from '../../onnx/graph.ts';
import { inputOf, viewOf } from '../../onnx/graphView.ts';

/** The value with the scores of an output of several axes, and the step that makes probabilities of them. */
interface ScoreMap {
  readonly name: string;
  readonly before?: 'Softmax' | 'LogSoftmax' | 'Sigmoid';
  /** The axis, counted from 0 with the batch, over which a softmax goes. */
  readonly axis?: number;
}

/**
 * Steps back from an output of any shape over a last Softmax, LogSoftmax or Sigmoid, and what copies a value, to the scores of the
 * same shape; the output itself where there is none.
 */
export function scoreMap(graph: Graph, output: string, facts: Facts): ScoreMap {
  const view = viewOf(graph);
  for (let name = output; ; ) {
    const node = view.maker(name);
    if (node?.domain !== '') return { name: output };
    switch (node.op) {
      case 'Identity':
        name = inputOf(node, 0);
        continue;
      case 'Sigmoid':
        return { name: inputOf(node, 0), before: node.op };
      case 'Softmax':
      case 'LogSoftmax': {
        const axis = intOf(node, 'axis', -1);
        const rank = facts.get(output)?.dims.length ?? 0;
        return { name: inputOf(node, 0), before: node.op, axis: axis < 0 ? axis + rank : axis };
      }
      default:
        return { name: output };
    }
  }
}
