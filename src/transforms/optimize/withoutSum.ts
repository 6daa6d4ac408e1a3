import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';

/** Sums as additions of two, in the order that ONNX Runtime adds them in. */
export function withoutSum(builder: GraphBuilder, nodes: readonly Node[]): void {
  for (const node of nodes) {
    if (node.op !== 'Sum' || node.domain !== '') {
      builder.append(node);
      continue;
    }
    const [first, ...others] = node.inputs;
    const sum = others.reduce((total, next) => builder.ops.Add(total, next), first ?? inputOf(node, 0));
    builder.rename(sum, outputOf(node));
  }
}
