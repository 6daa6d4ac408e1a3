import { floatOf } from '../../onnx/attributes.ts';
import { isFloat } from '../../onnx/elementType.ts';
import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf, outputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { zeros } from '../../onnx/tensor.ts';
import { zerosLike } from '../../transforms/gradient/gradientValues.ts';
import type { RelevanceContext } from '../../transforms/relevance/context.ts';
import { dataInputs } from '../../transforms/relevance/permutation.ts';
import { hasSlope, valueAtZero } from './fixedGates.ts';

/**
 * Adds c of y = A x + c: what a node adds that does not come from the image, as it broadcasts to the node's output.
 * @returns undefined where it adds nothing.
 */
export function addConstant(builder: GraphBuilder, node: Node, context: RelevanceContext): string | undefined {
  const { domain, op, inputs } = node;
  const data = dataInputs(node, context);
  if (domain !== '' || data.length === 0) return undefined;
  const { ops } = builder;
  const rank = context.facts(outputOf(node)).dims.length;
  const others = inputs.filter((name, i) => name !== '' && !data.includes(i) && isFloat(context.facts(name).type));
  const bias = optionalInputOf(node, 2);
  if (is(node, 'convolution')) return bias === undefined ? undefined : alongChannels(builder, bias, rank);
  if (op === 'Gemm') {
    const beta = floatOf(node, 'beta', 1);
    return bias === undefined || beta === 1 ? bias : ops.Mul(bias, builder.scalar(beta));
  }
  if (op === 'Add' || op === 'Sum') return others.length < 2 ? others[0] : ops.Sum(...others);
  if (op === 'Sub') return data.length === 2 ? undefined : data[0] === 0 ? ops.Neg(inputOf(node, 1)) : inputs[0];
  if (op === 'BatchNormalization') return onZeros(builder, node, data, (name) => channelZeros(builder, name, context));
  if (hasSlope(node, context)) return valueAtZero(builder, node);
  if (is(node, 'beside') && others.length > 0) return onZeros(builder, node, data, (name) => zerosLike(builder, name));
  return undefined;
}

/** [C] -> [C, 1, ...], which broadcasts to the channels of [N, C, ...]. */
function alongChannels(builder: GraphBuilder, values: string, rank: number): string {
  const spatial = Array.from({ length: rank - 2 }, () => 1);
  return builder.ops.Reshape(values, builder.ints([-1, ...spatial]));
}

function channelZeros(builder: GraphBuilder, name: string, { facts }: RelevanceContext): string {
  const dims = facts(name).dims.map((size, axis) => (axis === 1 ? size : 1));
  return builder.constant(zeros('float32', dims), 'zeros');
}

/** The node once more, with zeros for what depends on the image. */
function onZeros(
  builder: GraphBuilder,
  node: Node,
  data: readonly number[],
  zerosFor: (name: string) => string,
): string {
  const { proto: _, ...plain } = node;
  const output = builder.fresh(`${node.op} on 0`);
  const inputs = node.inputs.map((name, i) => (data.includes(i) ? zerosFor(name) : name));
  builder.append({ ...plain, name: output, inputs, outputs: [output] });
  return output;
}
