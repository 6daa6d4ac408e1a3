import type { Facts } from '../onnx/facts.ts';
import type { Graph, Node } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { groupsOf, padsOf, windowOf } from '../transforms/gradient/window.ts';

/*
 * A convolution whose kernel is nearly as large as its input has few output positions, and is cheapest as a dense layer:
 * a row of weights for each filter and position, the kernel at that position and zeros around it. Trained so, the 27x27
 * kernel of A1 takes a tenth of the time, and the kernel's gradient follows by itself (docs/training.md).
 */

/** So much larger than the kernel's matrix may the dense one be; beyond it the zeros cost more than they save. */
const largestGrowth = 2;

/** The graph with such convolutions as dense layers. Results differ by rounding alone. */
export function denseConvolutions(graph: Graph, facts: Facts): Graph {
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'dense');
  for (const node of graph.nodes) {
    const shape = node.op === 'Conv' && node.domain === '' ? shapeOf(node, facts) : undefined;
    if (shape && sizeOf(shape.input) <= largestGrowth * sizeOf(shape.kernel)) appendDense(builder, node, shape);
    else builder.append(node);
  }
  return builder.build();
}

/** Spatial dimensions; stride 1, no padding, no groups. */
interface Shape {
  readonly channels: number;
  readonly filters: number;
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly output: readonly number[];
}

function shapeOf(node: Node, facts: Facts): Shape | undefined {
  const dims = (name: string | undefined) => facts.get(name ?? '')?.dims ?? [];
  const [, channels = 0, ...input] = dims(node.inputs[0]);
  const [filters = 0, , ...kernel] = dims(node.inputs[1]);
  const [, , ...output] = dims(node.outputs[0]);
  const window = windowOf(node, input, output, kernel);
  const stepsByOne = [...window.strides, ...window.dilations].every((step) => step === 1);
  if (!stepsByOne || padsOf(window).some((pad) => pad !== 0) || groupsOf(node) !== 1) return undefined;
  return { channels, filters, input, kernel, output };
}

function appendDense(builder: GraphBuilder, node: Node, shape: Shape): void {
  const { channels, filters, input, kernel, output } = shape;
  const [x = '', weights = '', bias = ''] = node.inputs;
  const { ops } = builder;
  const value = builder.from({ node: node.name, rule: 'dense' }, () => {
    const placed = positions(output).map((at) => {
      const after = at.map((start, axis) => (input[axis] ?? 0) - (kernel[axis] ?? 0) - start);
      return ops.Unsqueeze(
        builder.add('Pad', [weights, builder.ints([0, 0, ...at, 0, 0, ...after])]),
        builder.ints([1]),
      );
    });
    const length = channels * sizeOf(input);
    const matrix = ops.Reshape(builder.add('Concat', placed, { axis: 1 }), builder.ints([-1, length]));
    const sums = builder.add('Gemm', [builder.add('Flatten', [x]), matrix], { transB: 1 });
    const shaped = ops.Reshape(sums, builder.ints([-1, filters, ...output]));
    return bias === '' ? shaped : ops.Add(shaped, ops.Reshape(bias, builder.ints([filters, ...output.map(() => 1)])));
  });
  builder.append({
    op: 'Identity',
    domain: '',
    name: node.name,
    inputs: [value],
    outputs: node.outputs,
    attributes: {},
  });
}

/** All index tuples of a shape, row by row. */
function positions(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (tuples, dim) => tuples.flatMap((tuple) => Array.from({ length: dim }, (_, i) => [...tuple, i])),
    [[]],
  );
}
