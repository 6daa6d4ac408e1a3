import type { Graph } from '../../../src/onnx/graph.ts';
import type { Array64 } from '../../slow/array64.ts';
import { sizeOf } from '../../slow/array64.ts';
import { evaluateSlow, type SlowNode } from '../../slow/evaluate.ts';
import { slowNodes, toArray64 } from '../../slow/slowGraph.ts';

/*
 * The slow witness: interval arithmetic in float64. What an affine node does to an interval is found by trying every unit
 * vector on the slow operator: no rule about magnitudes of weights is used.
 */

export interface SlowInterval {
  readonly low: Array64;
  readonly high: Array64;
}

const nonlinear = new Set(['Relu', 'LeakyRelu', 'Sigmoid', 'Tanh', 'Clip', 'MaxPool']);

export const constantsOf = (graph: Graph): Map<string, Array64> =>
  new Map([...graph.initializers].map(([name, t]) => [name, toArray64(t)]));

const filled = (like: Array64, value: (i: number) => number): Array64 => ({
  dims: like.dims,
  data: Float64Array.from(like.data, (_, i) => value(i)),
});

/** The interval of every value for one image [1, ...] and its radius. */
export function slowIntervals(graph: Graph, box: SlowInterval): Map<string, SlowInterval> {
  const constants = constantsOf(graph);
  const known = new Map([['x', box]]);
  for (const node of slowNodes(graph)) {
    const [output = ''] = node.outputs;
    if (nonlinear.has(node.op)) {
      const { low, high } = known.get(node.inputs[0] ?? '')!;
      const at = (value: Array64) => evaluateSlow([node], constants, new Map([[node.inputs[0]!, value]])).get(output)!;
      known.set(output, { low: at(low), high: at(high) });
    } else known.set(output, affineInterval([node], output, constants, known));
  }
  return known;
}

/** The interval of `output`, which the nodes make of values with known intervals by affine operations. */
function affineInterval(
  nodes: readonly SlowNode[],
  output: string,
  constants: ReadonlyMap<string, Array64>,
  known: ReadonlyMap<string, SlowInterval>,
): SlowInterval {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const inputs = [...new Set(nodes.flatMap((node) => node.inputs))].filter(
    (name) => known.has(name) && !made.has(name),
  );
  const zeros = new Map(inputs.map((name) => [name, filled(known.get(name)!.low, () => 0)]));
  const evaluate = (feeds: ReadonlyMap<string, Array64>) => evaluateSlow(nodes, constants, feeds).get(output)!;
  const constant = evaluate(zeros);
  const [low, high] = [constant.data.slice(), constant.data.slice()];
  for (const name of inputs) {
    const interval = known.get(name)!;
    for (let e = 0; e < sizeOf(interval.low.dims); e++) {
      const unit = filled(interval.low, (i) => (i === e ? 1 : 0));
      const column = evaluate(new Map([...zeros, [name, unit]])).data;
      for (const [i, value] of column.entries()) {
        const coefficient = value - constant.data[i]!;
        const [a, b] = [coefficient * interval.low.data[e]!, coefficient * interval.high.data[e]!];
        low[i]! += Math.min(a, b);
        high[i]! += Math.max(a, b);
      }
    }
  }
  return { low: { dims: constant.dims, data: low }, high: { dims: constant.dims, data: high } };
}

/** The lower end of functions of the scores, [r, scores], with all affine nodes at the graph's end taken together. */
export function slowLower(graph: Graph, box: SlowInterval, functions: Array64): number[] {
  const nodes = slowNodes(graph);
  const last = nodes.findLastIndex(({ op }) => nonlinear.has(op));
  const known = slowIntervals(graph, box);
  const end = last < 0 ? 'x' : nodes[last]!.outputs[0]!;
  const tail: SlowNode[] = [
    ...nodes.slice(last + 1),
    { op: 'MatMul', inputs: ['scores', 'functions'], outputs: ['bounded'], attributes: {} },
  ];
  const [r = 0, width = 0] = functions.dims;
  const transposed = Float64Array.from(functions.data, (_, i) => functions.data[(i % r) * width + Math.floor(i / r)]!);
  const constants = new Map([...constantsOf(graph), ['functions', { dims: [width, r], data: transposed }]]);
  return [...affineInterval(tail, 'bounded', constants, new Map([[end, known.get(end)!]])).low.data];
}
