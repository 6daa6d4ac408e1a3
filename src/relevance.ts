/* Layer-wise relevance propagation: rules, composites that place them, and methods made of one's own. */

export { relevanceMethod } from './attribution/relevance/lrp.ts';
export { compileRelevance, pixelBounds, relevanceGraph } from './attribution/relevance/relevance.ts';
export type { Bounds } from './transforms/relevance/bounds.ts';
export {
  type Composite,
  type CompositeEntry,
  isActivation,
  isConvolution,
  isDense,
  isFirst,
  isProduct,
  isRearrangement,
  isSelection,
  isSum,
  type LayerPredicate,
  operator,
} from './transforms/relevance/composite.ts';
export {
  attnLrp,
  deepTaylor,
  epsilonAlpha2Beta1,
  epsilonGammaBox,
  epsilonPlus,
  epsilonPlusFlat,
  structuralEntries,
} from './transforms/relevance/composites.ts';
export type { Layer as RelevanceLayer } from './transforms/relevance/layer.ts';
export { gradient, passOn, proportionalMaxPooling, winnerTakesAll } from './transforms/relevance/moving.ts';
export { signalTakesAll, softmaxTaylor, uniform } from './transforms/relevance/products.ts';
export type { RelevancePass, RelevanceRule } from './transforms/relevance/rule.ts';
export { alphaBeta, epsilon, flat, gamma, norm, wSquared, zBox, zPlus } from './transforms/relevance/rules.ts';
export { type Share, type SharesSettings, sharesRule } from './transforms/relevance/shares.ts';
