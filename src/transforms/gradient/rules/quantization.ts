import { fromStart, intOf } from '../../../onnx/attributes.ts';
import type { ElementType, NumericType } from '../../../onnx/elementType.ts';
import { describeNode } from '../../../onnx/graph.ts';
import { outputOf } from '../../../onnx/graphView.ts';
import { sizeOf, type Tensor, tensor } from '../../../onnx/tensor.ts';
import { UnsupportedOperatorsError } from '../errors.ts';
import { type Call, except, type GradientTable, rule } from '../rule.ts';

/** The smallest and the largest number of the types that models are quantised to. */
const ranges: ReadonlyMap<ElementType, { readonly lowest: Tensor; readonly highest: Tensor }> = new Map([
  ['uint8', { lowest: one('uint8', Uint8Array.of(0)), highest: one('uint8', Uint8Array.of(255)) }],
  ['int8', { lowest: one('int8', Int8Array.of(-128)), highest: one('int8', Int8Array.of(127)) }],
  ['uint16', { lowest: one('uint16', Uint16Array.of(0)), highest: one('uint16', Uint16Array.of(65535)) }],
  ['int16', { lowest: one('int16', Int16Array.of(-32768)), highest: one('int16', Int16Array.of(32767)) }],
]);

function one<T extends NumericType>(type: T, data: Tensor<T>['data']): Tensor<T> {
  return tensor(type, [1], data);
}

/**
 * Straight-through: a pair of QuantizeLinear and DequantizeLinear counts as Clip to the representable range. Rounding is
 * ignored, dy passes strictly between the range's ends. (Quantisers fold a Relu into the lower end, so the ends matter.)
 * The integers between the two carry the gradient of the real numbers they stand for.
 */
export const quantizationRules = {
  QuantizeLinear: {
    ...except(
      rule((call) => [() => call.ops.Where(inRange(call), call.dy, call.builder.scalar(0))]),
      (node, facts) => {
        const { type } = facts(outputOf(node));
        return ranges.has(type) ? undefined : `no rule for ${type}`;
      },
    ),
    quantizes: true,
  },
  // Its range is that of x itself, so nothing is clipped: y counts as x / scale + zero, of a scale that is a constant.
  DynamicQuantizeLinear: {
    ...rule(({ dy, ops, output }) => [() => ops.Div(dy, output(1))]),
    quantizes: true,
    constants: [1, 2],
  },
  // y = (q - zero) scale: dscale = sum(dy y) / scale over what shares the scale
  DequantizeLinear: rule((call) => [() => call.dy, () => scaleGradient(call)]),
} satisfies GradientTable;

function scaleGradient({ node, dy, dims, ops, add, builder, operand, output }: Call): string {
  const [input, scale] = [operand(0), operand(1)];
  const rank = dims(input).length;
  const axis = fromStart(intOf(node, 'axis', 1), rank);
  const single = sizeOf(dims(scale)) === 1;
  if (!single && dims(scale).length > 1) {
    const why = 'no rule for scales of blocks that depend on the input';
    throw new UnsupportedOperatorsError([{ op: node.op, node: describeNode(node), why }]);
  }
  const shared = dims(input).flatMap((_, k) => (single || k !== axis ? [k] : []));
  const product = ops.Mul(dy, output(0));
  const sum = rank === 0 ? product : add('ReduceSum', [product, builder.ints(shared)], { keepdims: 0 });
  return ops.Div(ops.Reshape(sum, add('Shape', [scale])), scale);
}

function inRange(call: Call): string {
  const { facts, ops, builder, operand, output } = call;
  const input = operand(0);
  const range = ranges.get(facts(output(0)).type);
  if (!range) return builder.scalar(1);
  return ops.And(
    ops.Greater(input, dequantized(call, range.lowest)),
    ops.Less(input, dequantized(call, range.highest)),
  );
}

/** One quantised number as real numbers that broadcast to x: one where the scale is one, else one an element. */
function dequantized({ node, dims, add, builder, operand, optional }: Call, value: Tensor): string {
  const [input, scale, zeroPoint] = [operand(0), operand(1), optional(2)];
  const single = dims(scale).length === 0;
  const shape = single ? builder.ints([]) : add('Shape', [input]);
  const filled = add('ConstantOfShape', [shape], { value });
  const parameters = zeroPoint === undefined ? [scale] : [scale, zeroPoint];
  return add('DequantizeLinear', [filled, ...parameters], {
    axis: intOf(node, 'axis', 1),
    block_size: node.attributes.block_size,
  });
}
