import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, nodesView } from '../../onnx/graphView.ts';
import type { Activation } from './layout.ts';

/** Operators that put elements elsewhere or leave some out, and change none. */
const rearranging = new Set([
  'Concat',
  'Flatten',
  'Gather',
  'Identity',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Those of them that rearrange all inputs alike; the others have one input that is rearranged, the rest says how. */
const joining = new Set(['Concat']);

/**
 * Adds a value as it would be were there no Sigmoid and no Softmax between it and what is rearranged to give it: of class
 * probabilities, their logits. Whatever else is in the value, box sides beside the class scores, stays as it is.
 * @returns the value's name, and what was stepped over; undefined where there is neither a Sigmoid nor a Softmax.
 */
export function addBeforeActivation(
  builder: GraphBuilder,
  value: string,
): { readonly value: string; readonly activation: Activation } | undefined {
  const view = nodesView([...builder.nodes]);
  let activation: Activation = 'sigmoid';
  const copies = new Map<Node, readonly string[]>();
  const lifted = (name: string): string => {
    const node = view.maker(name);
    if (node?.domain !== '') return name;
    if (node.op === 'Sigmoid' || node.op === 'Softmax') {
      activation = node.op === 'Sigmoid' ? 'sigmoid' : 'softmax';
      return inputOf(node, 0);
    }
    if (!rearranging.has(node.op)) return name;
    const outputs = copies.get(node) ?? copied(node);
    copies.set(node, outputs);
    return outputs[node.outputs.indexOf(name)] ?? name;
  };
  const copied = (node: Node): readonly string[] => {
    const inputs = node.inputs.map((input, i) => (i === 0 || joining.has(node.op) ? lifted(input) : input));
    if (inputs.every((input, i) => input === node.inputs[i])) return node.outputs;
    const outputs = node.outputs.map((output) => (output === '' ? '' : builder.fresh(node.op)));
    builder.append({ ...node, name: outputs[0] ?? '', inputs, outputs });
    return outputs;
  };
  const found = lifted(value);
  return found === value ? undefined : { value: found, activation };
}
