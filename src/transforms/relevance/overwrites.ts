import { stringOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';

/** Writes some elements over with others: what `image[:, 0] = ...` becomes. */
export function overwrites(node: Node): boolean {
  const { op, domain } = node;
  const scatters = domain === '' && (op === 'ScatterElements' || op === 'ScatterND');
  return scatters && stringOf(node, 'reduction', 'none') === 'none';
}
