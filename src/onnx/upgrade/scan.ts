import { attributes, graphOf, intOf, intsOf } from '../attributes.ts';
import { UpgradeError } from '../errors.ts';
import type { Graph, Node } from '../graph.ts';
import { optionalInputOf } from '../graphView.ts';
import type { Rewrite, UpgradeContext } from './step.ts';

/**
 * Scan 9 has no batch: Scan 8 ran over the second dimension of its inputs for each row of the first. So one Scan runs
 * over the rows, and in it one over the sequence.
 */
export function scanEachRow(node: Node, context: UpgradeContext): Rewrite {
  const body = graphOf(node, 'body');
  if (!body) throw new UpgradeError('This Scan has no body: the model is damaged.', node);
  if (optionalInputOf(node, 0) !== undefined) {
    throw new UpgradeError(
      'This Scan of opset 8 has sequences of different lengths (its input sequence_lens), which no later opset has. Export the model with opset 9 or more.',
      node,
    );
  }
  const values = node.inputs.slice(1);
  const inputs = values.map((_, i) => ({ name: context.fresh('row'), type: body.inputs[i]?.type }));
  const outputs = node.outputs.map((_, i) => ({
    name: context.fresh('row'),
    type: body.outputs[i]?.type,
    dims: undefined,
  }));
  const overSequence: Node = {
    ...node,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    attributes: {
      body: { type: 'graph', value: body },
      ...attributes({
        num_scan_inputs: intOf(node, 'num_scan_inputs', 0),
        scan_input_directions: intsOf(node, 'directions'),
      }),
    },
  };
  const rows: Graph = { name: 'rows', inputs, outputs, nodes: [overSequence], initializers: new Map(), valueInfo: [] };
  return {
    ...node,
    inputs: values,
    attributes: {
      body: { type: 'graph', value: rows },
      ...attributes({ num_scan_inputs: values.length }),
    },
  };
}
