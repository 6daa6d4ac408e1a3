import { scoresPrefix } from '../../onnx/graphBuilder.ts';
import { byWeight, toItsPixel } from './atPixels.ts';
import type { Bounds } from './bounds.ts';
import {
  type Composite,
  type CompositeEntry,
  isActivation,
  isConvolution,
  isDense,
  isFirst,
  isMeanOfPixels,
  isOfOnePixel,
  isProduct,
  isRearrangement,
  isSelection,
  isSum,
  operator,
} from './composite.ts';
import { gradient, passOn, winnerTakesAll } from './moving.ts';
import { signalOf, signalTakesAll, softmaxTaylor, uniform } from './products.ts';
import type { RelevanceRule } from './rule.ts';
import { alphaBeta, epsilon, flat, gamma, norm, zBox, zPlus } from './rules.ts';

/**
 * Rules for everything without trained weights, for user composites to end with: what is done to pixels before the first
 * trained layer goes back to each pixel, elements go where they came from, maxima to their winners, activations pass, sums and means by what each term contributes, products to the factor that is no gate.
 */
export const structuralEntries: readonly CompositeEntry[] = [
  { where: isOfOnePixel, rule: toItsPixel() },
  { where: isMeanOfPixels, rule: byWeight() },
  { where: isRearrangement, rule: gradient() },
  { where: isSelection, rule: winnerTakesAll() },
  { where: (layer) => isActivation(layer) || isScaling(layer), rule: passOn() },
  { where: isSum, rule: norm() },
  // Of models whose probabilities are averaged: to each by its share, and the shares sum to 1.
  { where: (layer) => isLogSum(layer) && layer.node.name.startsWith(scoresPrefix), rule: gradient() },
  { where: operator('LRN'), rule: passOn() },
  { where: (layer) => signalOf(layer) !== undefined, rule: signalTakesAll() },
  { where: isProduct, rule: uniform() },
];

const isLogSum = operator('ReduceLogSumExp');
const scales = operator('Mul', 'Div');
const isScaling: CompositeEntry['where'] = (layer) => scales(layer) && layer.data.length === 1;

function composite(name: string, trained: readonly CompositeEntry[]): Composite {
  return { name, entries: [...trained, ...structuralEntries] };
}

const convolutionsAndDense = (convolution: RelevanceRule, dense: RelevanceRule): CompositeEntry[] => [
  { where: isConvolution, rule: convolution },
  { where: isDense, rule: dense },
];

/** z+ for convolutions, epsilon for dense layers: zennit's EpsilonPlus. */
export function epsilonPlus(settings: { readonly epsilon?: number } = {}): Composite {
  return composite('lrp-epsilon-plus', convolutionsAndDense(zPlus(), epsilon(settings.epsilon)));
}

/** The same with the flat rule for the first layer: zennit's EpsilonPlusFlat. */
export function epsilonPlusFlat(settings: { readonly epsilon?: number } = {}): Composite {
  return composite('lrp-epsilon-plus-flat', [
    { where: isFirst, rule: flat() },
    ...convolutionsAndDense(zPlus(), epsilon(settings.epsilon)),
  ]);
}

/** alpha 2, beta 1 for convolutions, epsilon for dense layers: zennit's EpsilonAlpha2Beta1. */
export function epsilonAlpha2Beta1(settings: { readonly epsilon?: number } = {}): Composite {
  return composite('lrp-epsilon-alpha2-beta1', convolutionsAndDense(alphaBeta(2, 1), epsilon(settings.epsilon)));
}

/**
 * gamma for convolutions, epsilon for dense layers, z-box for the convolution at the pixels: zennit's EpsilonGammaBox.
 * @param bounds what values the model's input can have.
 */
export function epsilonGammaBox(
  bounds: Bounds,
  settings: { readonly epsilon?: number; readonly gamma?: number } = {},
): Composite {
  return composite('lrp-epsilon-gamma-box', [
    { where: (layer) => isFirst(layer) && isConvolution(layer), rule: zBox(bounds) },
    ...convolutionsAndDense(gamma(settings.gamma), epsilon(settings.epsilon)),
  ]);
}

/** Deep Taylor decomposition, Montavon et al. 2017: z+ inside, z-box at the pixels. */
export function deepTaylor(bounds: Bounds): Composite {
  return composite('deep-taylor', [{ where: isFirst, rule: zBox(bounds) }, ...convolutionsAndDense(zPlus(), zPlus())]);
}

/**
 * AttnLRP, Achtibat et al. 2024: epsilon for layers with weights (gamma, as the authors advise for images, if it is not 0),
 * softmax by its Taylor expansion, products in equal parts, normalisation by the identity rule.
 */
export function attnLrp(settings: { readonly epsilon?: number; readonly gamma?: number } = {}): Composite {
  const linear = settings.gamma ? gamma(settings.gamma) : epsilon(settings.epsilon);
  return composite('attn-lrp', [
    ...convolutionsAndDense(linear, linear),
    { where: operator('Softmax'), rule: softmaxTaylor() },
  ]);
}
