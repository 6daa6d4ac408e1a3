import { attributes, intOf, intsOf, stringOf, without } from '../../onnx/attributes.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { cutTo, isCut, type Placement, placementOf } from '../gradient/placement.ts';
import { kernelExtent, padsOf, remainder, transposedWindowOf, type Window, windowOf } from '../gradient/window.ts';

/*
 * Where a convolution or pooling node leaves to the runtime where its windows lie, ONNX's shape inference and ONNX Runtime's
 * kernels may disagree, and whatever is added to the graph then meets wrong shapes. Also, windows may start behind the
 * input's first element. Such nodes get explicit paddings, and an input that is cut to what the windows cover.
 */

/**
 * The same computation, with the windows of each such node spelled out.
 * @param facts of every value that was in the model: shapes as the runtime gave them.
 */
export function explicitWindows(graph: Graph, facts: Facts): Graph {
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'windows');
  let changed = false;
  for (const node of graph.nodes) {
    const spelledOut = node.domain === '' ? spellOut(builder, node, facts) : undefined;
    changed ||= spelledOut !== undefined;
    builder.append(spelledOut ?? node);
  }
  return changed ? builder.build() : graph;
}

function spellOut(builder: GraphBuilder, node: Node, facts: Facts): Node | undefined {
  const spatial = (name = '') => facts.get(name)?.dims.slice(2);
  const [input, output, weights] = [spatial(node.inputs[0]), spatial(node.outputs[0]), spatial(node.inputs[1])];
  // Sizes that depend on the image are NaN.
  if (!input || !output || [...input, ...output].some(Number.isNaN)) return undefined;
  switch (node.op) {
    case 'MaxPool':
    case 'AveragePool':
    case 'LpPool':
      return explicitPads(builder, node, windowOf(node, input, intsOf(node, 'kernel_shape', [])), input, output);
    case 'Conv':
      return weights && explicitPads(builder, node, windowOf(node, input, weights), input, output);
    case 'ConvTranspose':
      return weights && explicitTransposedPads(node, input, output, weights);
    default:
      return undefined;
  }
}

function explicitPads(
  builder: GraphBuilder,
  node: Node,
  window: Window,
  input: readonly number[],
  output: readonly number[],
): Node | undefined {
  const same = stringOf(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const isClear = same
    ? window.dilations.every((dilation) => dilation === 1) && padsOf(window).every((pad) => pad >= 0)
    : intOf(node, 'ceil_mode', 0) === 0 || remainder(window, input, output).every((rows) => rows <= 0);
  if (isClear) return undefined;
  const { cuts, size, window: padded } = endingWithLast(placementOf(node, window, input, output), output);
  // Indices count the elements of the whole input.
  if (isCut(cuts) && node.outputs[1]) return undefined;
  const [x, ...others] = [inputOf(node, 0), ...node.inputs.slice(1)] as const;
  return {
    ...node,
    inputs: [cutTo(builder, x, cuts, size), ...others],
    attributes: {
      ...without(node.attributes, 'auto_pad'),
      ...attributes({ pads: padsOf(padded) }),
    },
  };
}

/** Without the rows, of padding first, behind the last window: with ceil_mode there would seem to be one more. */
function endingWithLast({ cuts, size, window }: Placement, output: readonly number[]): Placement {
  const beyond = remainder(window, size, output).map((rows) => Math.max(0, rows));
  const cutOff = beyond.map((rows, i) => Math.max(0, rows - (window.padsEnd[i] ?? 0)));
  return {
    cuts: cuts.map(({ begin, end }, i) => ({
      begin,
      end: end + (cutOff[i] ?? 0),
    })),
    size: size.map((length, i) => length - (cutOff[i] ?? 0)),
    window: {
      ...window,
      padsEnd: window.padsEnd.map((pad, i) => Math.max(0, pad - (beyond[i] ?? 0))),
    },
  };
}

/** Paddings in the place of an output size. Rows that no window reaches are output padding, of which there is a limit. */
function explicitTransposedPads(
  node: Node,
  input: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
): Node | undefined {
  const isClear = stringOf(node, 'auto_pad', 'NOTSET') === 'NOTSET' && node.attributes.output_shape === undefined;
  if (isClear) return undefined;
  const { window, unreached } = transposedWindowOf(node, input, output, kernel);
  const most = window.strides.map((stride, i) => Math.max(stride, window.dilations[i] ?? 1));
  const extent = kernelExtent(window);
  const exact = output.every((size, i) => {
    const covered = ((input[i] ?? 1) - 1) * (window.strides[i] ?? 1) + (extent[i] ?? 1) + (unreached[i] ?? 0);
    return size === covered - (window.padsBegin[i] ?? 0) - (window.padsEnd[i] ?? 0);
  });
  if (!exact || unreached.some((rows, i) => rows > 0 && rows >= (most[i] ?? 1))) return undefined;
  return {
    ...node,
    attributes: {
      ...without(node.attributes, 'auto_pad', 'output_shape', 'output_padding'),
      ...attributes({
        pads: padsOf(window),
        output_padding: unreached.some((rows) => rows > 0) ? unreached : undefined,
      }),
    },
  };
}
