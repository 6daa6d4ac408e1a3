import { intOf } from '../../onnx/attributes.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { sumTo } from '../gradient/gradientValues.ts';
import { isFunctionOf, isGate } from './context.ts';
import { copyLayer } from './copy.ts';
import { quotient, unmasked } from './extremes.ts';
import { gradientAnswer, type Layer } from './layer.ts';
import { input, unchanged } from './modifiers.ts';
import type { RelevanceRule } from './rule.ts';
import { stabilizer } from './rules.ts';

/*
 * Relevance rules for what is not linear in the pixels although it is no activation: products of two values, quotients, softmax.
 */

/**
 * For a product of k values, bilinear in each: R_x = 1/k x (dy/dx)' (R_y / y), stabilised. Each factor gets an equal part.
 * Achtibat et al. 2024 (AttnLRP), proposition 3.3: for matrix products the division is by 2 y + epsilon sign(y).
 */
export function uniform(epsilon = stabilizer): RelevanceRule {
  return {
    name: 'uniform',
    refuses: (layer) => {
      const answer = gradientAnswer(layer);
      if (typeof answer === 'string') return answer;
      return layer.data.length > 1 ? undefined : 'it multiplies no two values that depend on the image';
    },
    pass: (pass) => {
      const { layer, call, relevance, absorb } = pass;
      const { ops, builder } = call;
      const copy = copyLayer(pass, { input, weights: unchanged, biases: unchanged });
      const factors = builder.scalar(layer.data.length);
      const zero = builder.scalar(0);
      const denominator = ops.Mul(copy.output, factors);
      const shift = ops.Where(ops.Less(denominator, zero), builder.scalar(-epsilon), builder.scalar(epsilon));
      const { value, stays } = quotient(call, relevance, ops.Add(denominator, shift), epsilon);
      absorb('stabilizers', ops.Mul(value, shift));
      if (stays !== undefined) absorb('stabilizers', stays);
      return [...copy.gradients(value)].map(([position, gradient]) => ({
        input: position,
        value: ops.Mul(copy.inputOf(position), gradient),
      }));
    },
  };
}

/**
 * Softmax y by its Taylor expansion at the input: R_i = x_i (R_i - y_i sum_j R_j). Achtibat et al. 2024, proposition 3.1. The
 * expansion has a bias, so relevance is not kept. What is masked, x_i = -infinity, has y_i = 0, and x_i y_i goes to 0: R_i = 0.
 */
export function softmaxTaylor(): RelevanceRule {
  return {
    name: 'softmax Taylor',
    refuses: ({ node }) => (node.op === 'Softmax' ? undefined : 'it is for Softmax only'),
    pass: ({ layer, call, relevance }) => {
      const { ops, add, builder, operand, output } = call;
      const axis = builder.ints([intOf(layer.node, 'axis', -1)]);
      const sum = add('ReduceSum', [relevance, axis], { keepdims: 1 });
      const input = operand(0);
      const value = ops.Mul(input, ops.Sub(relevance, ops.Mul(output(0), sum)));
      const masked = layer.context.mayBeHuge(inputOf(layer.node, 0));
      return [{ input: 0, value: masked ? unmasked(call, value, input) : value }];
    },
  };
}

/**
 * Of a signal times a gate, or a signal divided by a norm, the signal gets all: the other only scales. Arras et al. 2017 for
 * gates; for LayerNorm the identity rule of Achtibat et al. 2024, proposition 3.4: the deviation is taken as a constant.
 */
export function signalTakesAll(): RelevanceRule {
  return {
    name: 'signal takes all',
    conserves: () => true,
    refuses: (layer) => (signalOf(layer) === undefined ? 'it has no factor that is a gate' : undefined),
    pass: ({ layer, call, relevance }) => {
      const signal = signalOf(layer) ?? 0;
      const { dims, builder, operand, output } = call;
      const value = sumTo(builder, relevance, dims(output(0)), dims(operand(signal)));
      return [{ input: signal, value }];
    },
  };
}

/**
 * The position of the factor that carries the information: the one that the other is a function of (x sigmoid(x)), or the
 * one that is no gate, or a quotient's numerator. Undefined where no factor is only a scale.
 */
export function signalOf({ node, data, context }: Layer): number | undefined {
  const [first, second] = data;
  if (node.domain !== '' || first === undefined || second === undefined) return undefined;
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  if (node.op === 'Div') return 0;
  if (node.op !== 'Mul' || a === b) return undefined;
  if (isFunctionOf(b, a, context)) return 0;
  if (isFunctionOf(a, b, context)) return 1;
  const [gateA, gateB] = [isGate(a, context), isGate(b, context)];
  if (gateA === gateB) return undefined;
  return gateA ? 1 : 0;
}
