/* Is a map true? Single metrics, baselines to beat, data with known truth, and how to add a check. */

export { edgeMap, inputMap, meanImageMap, randomMap } from './faithfulness/baselineMaps.ts';
export { type Check, check } from './faithfulness/check.ts';
export { figuresOf, lampOfMap } from './faithfulness/checks.ts';
export { type Conservation, conservation } from './faithfulness/conservation.ts';
export { rankCorrelation } from './faithfulness/correlation.ts';
export { deletionInsertionWith } from './faithfulness/deletionInsertion.ts';
export type { Evaluation } from './faithfulness/evaluation/evaluation.ts';
export type { EvaluationMetric } from './faithfulness/evaluation/metric.ts';
export { defaultMetrics, evaluationMetric, evaluationMetrics } from './faithfulness/evaluation/metrics.ts';
export type { Figure } from './faithfulness/figure.ts';
export { type KnownTruth, type KnownTruthOptions, knownTruth } from './faithfulness/knownTruth/knownTruth.ts';
export { type Standing, standingsOf } from './faithfulness/knownTruth/standings.ts';
export type { Lamp } from './faithfulness/lamp.ts';
export type { CompletenessGap } from './faithfulness/metrics/completeness.ts';
export { type CompletenessSettings, completeness } from './faithfulness/metrics/completeness.ts';
export { complexity, sparseness, valuesAbove } from './faithfulness/metrics/complexity.ts';
export { type EffectiveComplexitySettings, effectiveComplexity } from './faithfulness/metrics/effectiveComplexity.ts';
export {
  type ExplanationSensitivity,
  explanationSensitivity,
  type SensitivitySettings,
} from './faithfulness/metrics/explanationSensitivity.ts';
export {
  type FaithfulnessCorrelationSettings,
  faithfulnessCorrelation,
} from './faithfulness/metrics/faithfulnessCorrelation.ts';
export {
  type FaithfulnessEstimateSettings,
  faithfulnessEstimate,
} from './faithfulness/metrics/faithfulnessEstimate.ts';
export {
  type ElementMap,
  type InfidelityPerturbation,
  type InfidelitySettings,
  infidelity,
} from './faithfulness/metrics/infidelity.ts';
export { type IrofSettings, irof } from './faithfulness/metrics/irof.ts';
export type { JudgedMap } from './faithfulness/metrics/judgedMap.ts';
export {
  attributionLocalisation,
  localisationAuc,
  type Mask,
  type PointingGameSettings,
  pointingGame,
  type Reading,
  relevanceMassAccuracy,
  relevanceRankAccuracy,
  topKIntersection,
} from './faithfulness/metrics/localisation.ts';
export type { Scorer, Subject } from './faithfulness/metrics/perturbed.ts';
export { type PixelFlippingSettings, pixelFlipping } from './faithfulness/metrics/pixelFlipping.ts';
export {
  type PatchSettings,
  pathOf,
  type RegionPerturbation,
  type RegionPerturbationSettings,
  regionPerturbation,
  selectivity,
} from './faithfulness/metrics/regionPerturbation.ts';
export type { Curve } from './faithfulness/metrics/removalCurve.ts';
export { byConstant, byImage, byMeanColour, type Replacement } from './faithfulness/metrics/replacement.ts';
export { type Road, type RoadSettings, road } from './faithfulness/metrics/road.ts';
export {
  type SensitivityN,
  type SensitivityNSettings,
  sensitivityN,
  stepwiseSensitivity,
} from './faithfulness/metrics/sensitivityN.ts';
export { type SsimSettings, ssim } from './faithfulness/metrics/ssim.ts';
export {
  type ExplainedDecision,
  type Sufficiency,
  type SufficiencySettings,
  sufficiency,
} from './faithfulness/metrics/sufficiency.ts';
export { randomisedCorrelations } from './faithfulness/parameterRandomisation.ts';
export {
  type CurveSettings,
  type PerturbationCurves,
  perturbationCurves,
} from './faithfulness/perturbationCurves.ts';
export { type CellMap, cellMap } from './faithfulness/pixelMap.ts';
export { type RandomWeights, withRandomWeights } from './model/randomWeights.ts';
