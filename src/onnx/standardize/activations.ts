import { float, floatOf } from '../attributes.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';

/** x, plus the bias where there is one. */
function biased({ operand, optional, ops }: Foreign): string {
  const bias = optional(1);
  return bias === undefined ? operand(0) : ops.Add(operand(0), bias);
}

const gelu =
  (approximate: 'none' | 'tanh'): Rewriting =>
  (foreign) => [foreign.add('Gelu', [biased(foreign)], { approximate })];

/** x sigmoid(alpha x) */
const quickGelu: Rewriting = ({ node, operand, ops, builder }) => [
  ops.Mul(operand(0), ops.Sigmoid(ops.Mul(operand(0), builder.scalar(floatOf(node, 'alpha', 1.702))))),
];

/** Activations of ONNX Runtime's own domain, and the sums it fuses with them. */
export const activationRewritings: Rewritings = {
  'com.microsoft::Gelu': gelu('none'),
  'com.microsoft::BiasGelu': gelu('none'),
  'com.microsoft::FastGelu': gelu('tanh'),
  'com.microsoft::QuickGelu': quickGelu,
  'com.microsoft::BiasAdd': ({ operand, ops }) => [ops.Add(ops.Add(operand(0), operand(1)), operand(2))],
};

/** The names of an activation's parameters, in the order that fused operators list them in. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  Relu: [],
  Sigmoid: [],
  Tanh: [],
  Softplus: [],
  Softsign: [],
  LeakyRelu: ['alpha'],
  Elu: ['alpha'],
  ThresholdedRelu: ['alpha'],
  HardSigmoid: ['alpha', 'beta'],
};

/** An activation that another operator does on its result; undefined for one that is not known. */
export function activated(
  { add, builder }: Foreign,
  value: string,
  activation: string,
  given: readonly (number | undefined)[],
): string | undefined {
  if (activation === '') return value;
  const [low = 0, high = 0] = given;
  if (activation === 'Clip') return add('Clip', [value, builder.scalar(low), builder.scalar(high)]);
  const names = Object.hasOwn(parameters, activation) ? parameters[activation] : undefined;
  if (!names) return undefined;
  const entries = names.flatMap((name, i) => {
    const parameter = given[i];
    return parameter === undefined ? [] : [[name, float(parameter)] as const];
  });
  return add(activation, [value], Object.fromEntries(entries));
}
