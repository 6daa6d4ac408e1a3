import type { Graph } from '../../src/onnx/graph.ts';
import { prune } from '../../src/onnx/prune.ts';
import type { Array64 } from '../slow/array64.ts';
import { at } from '../slow/array64.ts';
import { slowOperators } from '../slow/index.ts';
import { slowNodes, toArray64 } from '../slow/slowGraph.ts';

export type Values = ReadonlyMap<string, Array64>;

/**
 * A graph in float64, slowly, for one input. Given the values at a base point, QuantizeLinear does not round but moves on
 * from there as Clip to the representable range does: what its gradient is taken of.
 * @param single rounds every result to float32: where that makes much of a difference, two right programs may differ.
 */
export function slowGraph(graph: Graph, { single = false } = {}): (feeds: Values, base?: Values) => Values {
  const nodes = slowNodes(prune(graph));
  const initializers = new Map([...graph.initializers].map(([name, t]) => [name, toArray64(t)]));
  return (feeds, base) => {
    const values = new Map([...initializers, ...feeds]);
    for (const { op, inputs, outputs, attributes } of nodes) {
      const given = inputs.map((name) => values.get(name));
      const results =
        op === 'QuantizeLinear' && base
          ? [movedOn(given, inputs, outputs[0]!, Number(attributes.axis ?? 1), base)]
          : slowOperators[op]!(given, attributes, outputs.length);
      outputs.forEach((name, i) => {
        const result = results[i]!;
        if (name !== '') values.set(name, single ? { ...result, data: result.data.map(Math.fround) } : result);
      });
    }
    return values;
  };
}

const ends: Readonly<Record<number, readonly [number, number]>> = { 2: [0, 255], 3: [-128, 127] };

function movedOn(
  [x, scale, zero]: readonly (Array64 | undefined)[],
  inputs: readonly string[],
  output: string,
  axis: number,
  base: Values,
): Array64 {
  const [from, integers] = [base.get(inputs[0]!)!, base.get(output)!];
  const [low, high] = ends[integers.integerType!]!;
  const along = axis < 0 ? axis + x!.dims.length : axis;
  const inner = x!.dims.slice(along + 1).reduce((product, dim) => product * dim, 1);
  const data = x!.data.map((value, i) => {
    const channel = Math.floor(i / inner) % x!.dims[along]!;
    const [step, offset] = [scale!, zero!].map((p) => (p.data.length === 1 ? p.data[0]! : at(p, [channel]))) as [
      number,
      number,
    ];
    const real = from.data[i]! / step + offset;
    return real > low && real < high ? integers.data[i]! + (value - from.data[i]!) / step : integers.data[i]!;
  });
  return { ...integers, data };
}
