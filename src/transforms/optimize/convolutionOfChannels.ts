import { intOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';
import { isTensorOf, rows, toNumbers } from '../../onnx/tensor.ts';
import { madeBy, type Rewrite, type Surroundings } from './rewrite.ts';

/**
 * Some channels of a convolution, where nothing reads the whole of it: convolved on their own, with the part of the kernel
 * that is theirs. It is what the gradient of a concatenation before a convolution comes to.
 *
 * Faster, as nothing is copied, and ONNX Runtime stays in its blocked image layout, which a slice would have to leave. The
 * products are the same; of fewer channels they may be added up in another order.
 */
export const convolutionOfChannels: Rewrite = (node, graph) => {
  const channels = channelsOf(node, graph);
  const convolution = channels && madeBy(graph, node.inputs[0], 'Conv');
  if (!convolution || convolution.inputs.length > 2 || intOf(convolution, 'group', 1) !== 1) return undefined;
  const kernel = graph.initializer(inputOf(convolution, 1));
  const isAlone = graph.readers(outputOf(convolution)).every((reader) => channelsOf(reader, graph));
  if (!kernel || !isTensorOf(kernel, 'float32') || !isAlone) return undefined;
  const part = graph.constant(rows(kernel, channels.from, Math.min(channels.to, kernel.dims[0] ?? 0)), 'part');
  return [{ ...convolution, name: node.name, inputs: [inputOf(convolution, 0), part], outputs: node.outputs }];
};

/** The channels that a slice takes; undefined for other nodes. */
function channelsOf({ op, domain, inputs }: Node, graph: Surroundings): { from: number; to: number } | undefined {
  if (op !== 'Slice' || domain !== '' || inputs.length !== 4) return undefined;
  const [from = [], to = [], axes = []] = inputs.slice(1).map((name) => {
    const constant = graph.initializer(name);
    return constant && toNumbers(constant);
  });
  const [begin = -1, end = -1] = [from[0], to[0]];
  return axes.length === 1 && axes[0] === 1 && begin >= 0 && end > begin ? { from: begin, to: end } : undefined;
}
