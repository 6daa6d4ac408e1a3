import type { Node } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { addUp } from '../gradient/gradientValues.ts';
import { copyLayer, type LayerCopy, type LayerPart, vanishes } from './copy.ts';
import { productWithHuge, quotient as quotientOf } from './extremes.ts';
import { gradientAnswer, hasNegativeFactor, type Layer, parameter } from './layer.ts';
import { unchanged } from './modifiers.ts';
import type { InputRelevance, RelevancePass, RelevanceRule } from './rule.ts';

/*
 * The relevance rules for linear layers. With z_k the layer computed again on inputs x_k with parameters of part k, a share gives
 *
 *   R_i = factor  sum_k sign_k x_ki  sum_j dz_kj/dx_ki  R_j / (d_j + epsilon sign(d_j)),     d = sum_k sign_k z_k
 *
 * for the outputs j it is about. dz/dx comes from the gradient table, so the operator may be any with a rule there.
 * In the words of other libraries: parts are input and parameter modifiers, sign the output modifier, the quotient the
 * gradient mapper, and the sum of products the reducer.
 */

/** A part of a share's denominator. */
interface SignedPart extends LayerPart {
  readonly sign: 1 | -1;
}

/** Some of the relevance, distributed in proportion to what inputs contribute to a denominator of its own. */
export interface Share {
  readonly factor: number;
  readonly parts: readonly SignedPart[];
  /** Only for outputs of this sign; all by default. */
  readonly outputs?: 'positive' | 'negative';
  /** Where its sign is the same whatever the image is; by default it is looked at for each element. */
  readonly denominator?: 'not negative' | 'not positive';
  /** Whether an output may have nothing to share among: no contribution of the sign that the share is about. */
  readonly mayBeEmpty?: boolean;
}

export interface SharesSettings {
  readonly name: string;
  readonly epsilon: number;
  readonly shares: readonly Share[];
  /** Computed in place of the layer's own operator: a mean in place of a maximum. */
  readonly as?: (node: Node) => Node;
  readonly refuses?: (layer: Layer) => string | undefined;
}

/** A relevance rule that distributes relevance in shares. */
export function sharesRule(settings: SharesSettings): RelevanceRule {
  const { name, shares, as, refuses } = settings;
  const changed = shares.some(({ parts }) =>
    parts.some(({ weights, biases }) => weights !== unchanged || biases !== unchanged),
  );
  return {
    name,
    refuses: (layer) => {
      const answer = gradientAnswer({ ...layer, node: as?.(layer.node) ?? layer.node });
      if (typeof answer === 'string') return answer;
      return refuses?.(layer) ?? (changed ? whyUnchangeable(layer, shares) : undefined);
    },
    pass: (pass) =>
      mergeByInput(
        pass,
        shares.flatMap((share) => passShare(pass, share, settings)),
      ),
  };
}

/** Why the rule cannot change this layer's parameters (they are no constants, say); undefined where it can. */
function whyUnchangeable(layer: Layer, shares: readonly Share[]): string | undefined {
  const { node, data, weights, biases } = layer;
  if (weights === undefined) {
    if (!is(node, 'even sum')) {
      return data.length > 1 ? 'it multiplies values that both depend on the image' : 'it has no weights to change';
    }
    const scales = shares.some(({ parts }) => parts.some((part) => ![0, 1].includes(part.weights.of(1))));
    if (scales) return 'it has no weights that could count more or less';
  } else if (data.length > 1) return 'it has several inputs that depend on the image';
  if (hasNegativeFactor(layer)) return 'its alpha or beta is negative, which turns the signs of contributions';
  const open = [...(weights === undefined ? [] : [weights]), ...biases].find((i) => !parameter(layer, i));
  return open === undefined ? undefined : `its input ${open} is not a float32 constant, so it cannot be changed`;
}

function passShare(pass: RelevancePass, share: Share, { epsilon, as }: SharesSettings): InputRelevance[] {
  const { layer, call, absorb } = pass;
  const { ops, builder } = call;
  const own = ofOutputs(pass, share);
  const scaled = (value: string) => (share.factor === 1 ? value : ops.Mul(value, builder.scalar(share.factor)));
  if (own.without !== undefined) absorb('emptyParts', own.without);

  const copies = share.parts
    .filter((part) => !vanishes(part, layer))
    .map((part) => ({ copy: copyLayer(pass, part, as?.(layer.node)), sign: part.sign }));
  const [first, ...rest] = copies;
  if (!first) {
    absorb('emptyParts', scaled(own.relevance));
    return [];
  }
  const signed = (value: string, sign: 1 | -1) => (sign === 1 ? value : ops.Neg(value));
  const denominator = rest.reduce(
    (sum, { copy, sign }) => (sign === 1 ? ops.Add(sum, copy.output) : ops.Sub(sum, copy.output)),
    signed(first.copy.output, first.sign),
  );
  const shift = stabilizerOf(pass, denominator, epsilon, share.denominator);
  const shared = quotientOf(call, own.relevance, ops.Add(denominator, shift), epsilon);
  const quotient = scaled(shared.value);
  absorbLosses(pass, share, { denominator, shift, quotient });
  if (shared.stays !== undefined) absorb('stabilizers', scaled(shared.stays));
  return copies.flatMap(({ copy, sign }) => {
    const dy = signed(quotient, sign);
    const { node, context, biases } = layer;
    const product = (factor: string, value: string, position = 0) =>
      context.mayBeHuge(inputOf(node, position)) ? productWithHuge(call, factor, value) : ops.Mul(value, factor);
    for (const [i, bias] of biasesInOutput(pass, copy).entries())
      absorb('biases', product(overSpace(pass, dy), bias, biases[i]));
    return [...copy.gradients(dy)].map(([input, gradient]) => ({
      input,
      value: product(gradient, copy.inputOf(input), input),
    }));
  });
}

/** R epsilon / (d + epsilon): a little everywhere, and all where d = 0, which is told apart where the rule has empty parts. */
function absorbLosses(
  pass: RelevancePass,
  share: Share,
  { denominator, shift, quotient }: { denominator: string; shift: string; quotient: string },
): void {
  const { ops, builder } = pass.call;
  if (share.mayBeEmpty !== true) {
    const each = share.denominator === undefined ? quotient : overSpace(pass, quotient);
    pass.absorb('stabilizers', ops.Mul(each, shift));
    return;
  }
  const zero = builder.scalar(0);
  const lost = ops.Mul(quotient, shift);
  const isEmpty = ops.Equal(denominator, zero);
  pass.absorb('emptyParts', ops.Where(isEmpty, lost, zero));
  pass.absorb('stabilizers', ops.Where(isEmpty, zero, lost));
}

/** Summed over the positions of a convolution, which all have the same bias: less to multiply. */
function overSpace({ layer, call }: RelevancePass, value: string): string {
  if (!is(layer.node, 'convolution')) return value;
  const spatial = call.dims(call.output(0)).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  return call.add('ReduceSum', [value, call.builder.ints(spatial)], { keepdims: 1 });
}

/** The relevance a share is about; `without` is that of outputs of 0, which no share is about: said once for a rule. */
function ofOutputs({ call, relevance }: RelevancePass, { outputs }: Share): { relevance: string; without?: string } {
  if (outputs === undefined) return { relevance };
  const { ops, builder } = call;
  const y = call.output(0);
  const zero = builder.scalar(0);
  if (outputs === 'positive') return { relevance: ops.Where(ops.Greater(y, zero), relevance, zero) };
  const without = ops.Where(ops.Equal(y, zero), relevance, zero);
  return { relevance: ops.Where(ops.Less(y, zero), relevance, zero), without };
}

/** epsilon with the sign of the denominator, + at 0. */
function stabilizerOf(
  { call }: RelevancePass,
  denominator: string,
  epsilon: number,
  sign: Share['denominator'],
): string {
  const { ops, builder } = call;
  const [above, below] = [builder.scalar(epsilon), builder.scalar(-epsilon)];
  if (sign !== undefined) return sign === 'not negative' ? above : below;
  return ops.Where(ops.Less(denominator, builder.scalar(0)), below, above);
}

/** Biases as the output has them: a convolution's lies along the channels, Gemm's is multiplied with beta. */
function biasesInOutput({ layer, call }: RelevancePass, { biases, part }: LayerCopy): string[] {
  const { ops, builder, dims, output } = call;
  if (part.biases.name === '0') return [];
  const { op, attributes, inputs } = layer.node;
  return biases.map((bias, i) => {
    if (op === 'Conv' || op === 'ConvTranspose') {
      return ops.Reshape(
        bias,
        builder.ints([
          -1,
          ...dims(output(0))
            .slice(2)
            .map(() => 1),
        ]),
      );
    }
    if (op === 'Gemm' && attributes.beta?.type === 'float') return ops.Mul(bias, builder.scalar(attributes.beta.value));
    return op === 'Sub' && inputs[1] !== undefined && layer.biases[i] === 1 ? ops.Neg(bias) : bias;
  });
}

function mergeByInput({ call }: RelevancePass, parts: readonly InputRelevance[]): InputRelevance[] {
  const byInput = new Map<number, string[]>();
  for (const { input, value } of parts) byInput.set(input, [...(byInput.get(input) ?? []), value]);
  return [...byInput].map(([input, values]) => ({ input, value: addUp(call.builder, values) }));
}
