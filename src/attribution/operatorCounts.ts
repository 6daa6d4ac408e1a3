import type { Node } from '../onnx/graph.ts';
import { qualifiedOp } from '../onnx/graph.ts';

/** Nodes by operator, in words: `3 Relu, 1 MaxPool`. */
export function operatorCounts(nodes: readonly Node[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(qualifiedOp(node), (counts.get(qualifiedOp(node)) ?? 0) + 1);
  return [...counts].map(([op, count]) => `${count} ${op}`).join(', ');
}
