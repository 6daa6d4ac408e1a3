import { type Array64, type SlowAttributes, SlowOperatorError } from './array64.ts';
import { slowOperators } from './index.ts';

/** A node of a graph; an empty input name is an absent input, an empty output name one that nobody reads. */
export interface SlowNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: SlowAttributes;
}

/**
 * Evaluates nodes given in topological order and returns every value by name, initializers and feeds included.
 * Throws a SlowOperatorError that names the node where an operator or a value is missing.
 */
export function evaluateSlow(
  nodes: readonly SlowNode[],
  initializers: ReadonlyMap<string, Array64>,
  feeds: ReadonlyMap<string, Array64>,
): ReadonlyMap<string, Array64> {
  const values = new Map([...initializers, ...feeds]);
  for (const node of nodes) {
    const where = `node ${node.op} -> ${node.outputs.join(', ')}`;
    const operator = slowOperators[node.op];
    if (operator === undefined) throw new SlowOperatorError(`${where}: the slow version has no such operator`);
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (value === undefined && name !== '') throw new SlowOperatorError(`${where}: no value "${name}"`);
      return value;
    });
    const outputs = operator(inputs, node.attributes, node.outputs.length);
    node.outputs.forEach((name, position) => {
      const output = outputs[position];
      if (output === undefined) throw new SlowOperatorError(`${where}: no output ${position}`);
      if (name !== '') values.set(name, output);
    });
  }
  return values;
}
