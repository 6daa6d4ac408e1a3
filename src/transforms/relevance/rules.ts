import { ArgumentError } from '../../argumentError.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { type Bounds, pixelBound, stopsBounds } from './bounds.ts';
import {
  input,
  negative,
  negativeInput,
  one,
  onesInput,
  plus,
  positive,
  positiveInput,
  squared,
  unchanged,
  zero,
} from './modifiers.ts';
import type { RelevanceRule } from './rule.ts';
import { type Share, sharesRule } from './shares.ts';

/*
 * z_ij = x_i w_ij is what input i contributes to output j; w+ = max(w, 0), w- = min(w, 0), likewise for x and the bias b.
 * Divisions are stabilised: / d stands for / (d + epsilon sign(d)), sign(0) = 1. Biases stand in denominators and their
 * part of the relevance stays in the layer.
 */

/** Keeps divisions finite, where the rule has no epsilon of its own. */
export const stabilizer = 1e-6;

const itself: Share['parts'][number] = { sign: 1, input, weights: unchanged, biases: unchanged };

/** R_i = sum_j z_ij / (sum_i z_ij + b_j) R_j, stabilised by epsilon. Bach et al. 2015, eq. 58. */
export function epsilon(size = stabilizer): RelevanceRule {
  atLeast0('epsilon', 'epsilon', size);
  return sharesRule({ name: 'epsilon', epsilon: size, shares: [{ factor: 1, parts: [itself] }] });
}

/** The same for what has no trained weights: sums and means. */
export function norm(): RelevanceRule {
  return sharesRule({ name: 'norm', epsilon: stabilizer, shares: [{ factor: 1, parts: [itself] }] });
}

/** x+ w+ and x- w- are the positive contributions, x+ w- and x- w+ the negative ones; the bias counts with the first. */
const positiveContributions: Share['parts'] = [
  { sign: 1, input: positiveInput, weights: positive, biases: positive },
  { sign: 1, input: negativeInput, weights: negative, biases: zero },
];
const negativeContributions: Share['parts'] = [
  { sign: 1, input: positiveInput, weights: negative, biases: negative },
  { sign: 1, input: negativeInput, weights: positive, biases: zero },
];

/**
 * R_i = sum_j (alpha z_ij+ / (sum_i z_ij+ + b_j+) - beta z_ij- / (sum_i z_ij- + b_j-)) R_j with z+, z- the positive and
 * negative contributions. Bach et al. 2015, eq. 60.
 * @throws ArgumentError unless alpha - beta = 1 and beta >= 0.
 */
export function alphaBeta(alpha = 2, beta = 1): RelevanceRule {
  if (!(beta >= 0) || Math.abs(alpha - beta - 1) > 1e-9) {
    throw new ArgumentError(
      `The alpha-beta rule needs alpha - beta = 1 and beta of 0 or more, so that relevance is kept; alpha ${alpha} and beta ${beta} are not so.`,
    );
  }
  const mayBeEmpty = beta > 0;
  const shares: Share[] = [{ factor: alpha, parts: positiveContributions, denominator: 'not negative', mayBeEmpty }];
  if (beta > 0) shares.push({ factor: -beta, parts: negativeContributions, denominator: 'not positive', mayBeEmpty });
  return sharesRule({ name: `alpha${alpha}-beta${beta}`, epsilon: stabilizer, shares });
}

/**
 * R_i = sum_j z_ij+ / (sum_i z_ij+ + b_j+) R_j: only what speaks for an output gets relevance. Montavon et al. 2017, extended
 * to negative inputs as alpha-beta with alpha 1 and beta 0.
 */
export function zPlus(): RelevanceRule {
  return { ...alphaBeta(1, 0), name: 'z+' };
}

/**
 * Contributions of the output's own sign count 1 + gamma times: where y_j > 0,
 * R_i = sum_j (z_ij + gamma z_ij+) / (sum_i (z_ij + gamma z_ij+) + b_j + gamma b_j+) R_j, and with z- where y_j < 0.
 * Montavon et al. 2019; for negative inputs too Andeol et al. 2021.
 */
export function gamma(size = 0.25): RelevanceRule {
  atLeast0('gamma', 'gamma', size);
  const [morePositive, moreNegative] = [plus(size, positive), plus(size, negative)];
  return sharesRule({
    name: 'gamma',
    epsilon: stabilizer,
    shares: [
      {
        factor: 1,
        outputs: 'positive',
        parts: [
          { sign: 1, input: positiveInput, weights: morePositive, biases: morePositive },
          { sign: 1, input: negativeInput, weights: moreNegative, biases: zero },
        ],
      },
      {
        factor: 1,
        outputs: 'negative',
        parts: [
          { sign: 1, input: positiveInput, weights: moreNegative, biases: moreNegative },
          { sign: 1, input: negativeInput, weights: morePositive, biases: zero },
        ],
      },
    ],
  });
}

/** R_i = sum_j w_ij^2 / (sum_i w_ij^2 + b_j^2) R_j: for unbounded inputs. Montavon et al. 2017. */
export function wSquared(): RelevanceRule {
  const part = { sign: 1, input: onesInput, weights: squared, biases: squared } as const;
  const share: Share = { factor: 1, parts: [part], denominator: 'not negative' };
  return sharesRule({ name: 'w-squared', epsilon: stabilizer, shares: [share] });
}

/** Evenly over all inputs of an output, whatever its weights are. Lapuschkin et al. 2019. */
export function flat(): RelevanceRule {
  const part = { sign: 1, input: onesInput, weights: one, biases: zero } as const;
  const share: Share = { factor: 1, parts: [part] };
  return sharesRule({ name: 'flat', epsilon: stabilizer, shares: [share] });
}

/**
 * For layers at the pixels, which lie between l and h:
 * R_i = sum_j (x_i w_ij - l_i w_ij+ - h_i w_ij-) / sum_i (x_i w_ij - l_i w_ij+ - h_i w_ij-) R_j. Montavon et al. 2017, the
 * z-B rule. The biases of the three parts cancel. Between the pixels and the layer there may be what is affine in one pixel,
 * clipping, rounding, means and rearrangement; the bounds are carried through it.
 */
export function zBox(bounds: Bounds): RelevanceRule {
  return sharesRule({
    name: 'z-box',
    epsilon: stabilizer,
    shares: [
      {
        factor: 1,
        parts: [
          itself,
          { sign: -1, input: pixelBound('low', bounds), weights: positive, biases: positive },
          { sign: -1, input: pixelBound('high', bounds), weights: negative, biases: negative },
        ],
      },
    ],
    refuses: ({ node, data, context }) => {
      if (data.length !== 1) return 'it has several inputs, and there are bounds for one';
      const between = stopsBounds(inputOf(node, data[0] ?? 0), context);
      return between === undefined ? undefined : `it needs pixels, but ${between} lies between them and this layer`;
    },
  });
}

function atLeast0(rule: string, setting: string, value: number): void {
  if (!(value >= 0) || !Number.isFinite(value)) {
    throw new ArgumentError(`The ${rule} rule's ${setting} is ${value}, but must be 0 or more.`);
  }
}
