/*
 * konkyo's library, for Node and the browser. What needs Node is in 'konkyo/node', the WebAssembly runtime in 'konkyo/web'.
 */

export { deconvolution } from './attribution/deconvolution.ts';
export { type DeepLiftSettings, deepLift } from './attribution/deepLift.ts';
export { type ExpectedGradientsSettings, expectedGradients } from './attribution/expectedGradients.ts';
export { type ExplainOptions, type Explanation, explain, type MethodMap, runnerUp } from './attribution/explain.ts';
export type { ExplanationGraph, TargetSource } from './attribution/explanationGraph.ts';
export { type FeatureAblationSettings, featureAblation } from './attribution/featureAblation.ts';
export type { Freedom, MeasuredFreedom } from './attribution/freedom.ts';
export { gradCam } from './attribution/gradCam.ts';
export { guidedBackprop } from './attribution/guidedBackprop.ts';
export { guidedGradCam } from './attribution/guidedGradCam.ts';
export { blankImages, givenImages, type ImageDistribution } from './attribution/imageDistribution.ts';
export { inputXGradient } from './attribution/inputXGradient.ts';
export { integratedGradients } from './attribution/integratedGradients.ts';
export { type KernelShapSettings, kernelShap } from './attribution/kernelShap.ts';
export { findLayer, type Layer, layersOf } from './attribution/layer.ts';
export { layerActivationXGradient } from './attribution/layerActivationXGradient.ts';
export { layerConductance } from './attribution/layerConductance.ts';
export { relevanceMethod } from './attribution/lrp.ts';
export type { Attribution, Completeness, Explainer, Method, MethodKind, MethodOption } from './attribution/method.ts';
export { type NoiseSettings, noiseAverage } from './attribution/noiseAverage.ts';
export type { NoiseStatistic } from './attribution/noiseStatistics.ts';
export { type OcclusionSettings, occlusion } from './attribution/occlusion.ts';
export { compileRelevance, pixelBounds, relevanceGraph } from './attribution/relevance.ts';
export { type Conservation, conservation, type LayerRelevance } from './attribution/relevanceByLayer.ts';
export { rise } from './attribution/rise.ts';
export { saliency } from './attribution/saliency.ts';
export type { SegmentImage, SegmentSource } from './attribution/segments.ts';
export { smoothGrad } from './attribution/smoothGrad.ts';
export { type UnitTarget, unitScores, unitTarget } from './attribution/unitScores.ts';
export { type Classifier, className, type Prediction, type Preparation } from './classifier/classifier.ts';
export type { InputDescription, InputSettings } from './classifier/inputDescription.ts';
export { type LoadOptions, loadClassifier } from './classifier/loadClassifier.ts';
export { withBatchSize } from './classifier/makeClassifier.ts';
export { sumChannels, toInput, toPixels } from './classifier/pixels.ts';
export type { Target } from './classifier/target.ts';
export type { CompileTarget } from './compile/classTarget.ts';
export {
  type CompiledExplainer,
  type CompileOptions,
  compilableMethods,
  compileExplainer,
} from './compile/compileExplainer.ts';
export type { DecodedImage } from './datasets/decodedImage.ts';
export type { LabelledImage, LabelledImages } from './datasets/labelledImages.ts';
export type { NpyArray } from './datasets/npyTypes.ts';
export { readNpz, writeNpz } from './datasets/npz.ts';
export { resizeImage } from './datasets/resizeImage.ts';
export {
  type CheckedExplanation,
  type CheckedMap,
  type CheckOptions,
  checkMaps,
  type MapChecks,
} from './evaluation/checkMaps.ts';
export {
  type Curve,
  type CurveSettings,
  type PerturbationCurves,
  perturbationCurves,
} from './evaluation/perturbationCurves.ts';
export { type RandomWeights, withRandomWeights } from './evaluation/randomWeights.ts';
export { rankCorrelation } from './evaluation/rankCorrelation.ts';
export { weightRandomisation } from './evaluation/weightRandomisation.ts';
export { type Ablation, type Ablator, compileAblator } from './filters/ablation.ts';
export { compileExcess, type Excess, type ExcessRunner } from './filters/excess.ts';
export {
  analyseFilters,
  type FilterAnalysis,
  type FilterSettings,
  filterDefaults,
} from './filters/filterAnalysis.ts';
export { type FilterLayer, type FilterNetwork, filterNetwork, withLayers } from './filters/filterNetwork.ts';
export { type FilterSummary, filterSummary } from './filters/filterSummary.ts';
export { compileHider, type Fill, type Hidden, type Hider } from './filters/hiding.ts';
export { atMainLayers } from './filters/mainLayers.ts';
export { compilePathMaps, type PathMap } from './filters/pathMaps.ts';
export { type Path, pathCount, pathName } from './filters/paths.ts';
export { type RegionEffects, regionEffects } from './filters/regionEffects.ts';
export { type RegionGrid, regionGrid } from './filters/regionGrid.ts';
export { type RegionSetSettings, type RegionSets, regionSets } from './filters/regionSets.ts';
export { compileSplitter, type Split, type Splitter } from './filters/split.ts';
export { compilePathSearch, type PathSearchSettings, type StrongestPaths } from './filters/strongestPaths.ts';
export { gini, type Tally, tallyOf } from './filters/tally.ts';
export { type UnitMeans, unitMeans } from './filters/unitMeans.ts';
export { compileWholePass, type WholePass } from './filters/wholePass.ts';
export { isKonkyoError, KonkyoError } from './konkyoError.ts';
export type { AscentSettings } from './maximization/ascend.ts';
export { type Maximization, type MaximizedUnit, type MaximizeOptions, maximize } from './maximization/maximize.ts';
export { methodKind, methodKinds } from './methods.ts';
export {
  type BoundKind,
  type Box,
  type Certificate,
  type Certifier,
  type CertifierOptions,
  certify,
  compileCertifier,
} from './noncontributing/certificate.ts';
export { type Challenge, type ChallengeOptions, challenge } from './noncontributing/certificateChallenge.ts';
export type { LayerMask, MaskChoice } from './noncontributing/layerMasks.ts';
export { noncontributing } from './noncontributing/method.ts';
export {
  compileNoncontributing,
  type NoncontributingMap,
  type NoncontributingPixels,
  type NoncontributingSettings,
} from './noncontributing/noncontributing.ts';
export { fastSchedule, paperSchedule, type SearchSchedule } from './noncontributing/schedules.ts';
export type { Tolerance } from './noncontributing/tolerance.ts';
export type { Facts, ValueFacts } from './onnx/facts.ts';
export type { Attribute, Graph, Model, Node, ValueInfo } from './onnx/graph.ts';
export { emptyGraph, GraphBuilder } from './onnx/graphBuilder.ts';
export { prune } from './onnx/prune.ts';
export { externalLocations, readModel } from './onnx/readModel.ts';
export { float32, int64, scalar, type Tensor, tensor } from './onnx/tensor.ts';
export { writeModel, writeModelWithExternalData } from './onnx/writeModel.ts';
export { hideRegions, removedCounterparts } from './regions/ablation.ts';
export { type CompactCutSettings, cutToCompactRegions, cutToRandomDiscs } from './regions/compactCut.ts';
export {
  type Cut,
  cutAtRandom,
  cutConstantInputs,
  cutRegions,
  cutWeights,
  type RegionCutSettings,
} from './regions/cuts.ts';
export { type DenseLayer, findDenseLayer } from './regions/denseLayer.ts';
export { type Examination, examine } from './regions/examine.ts';
export { type FeatureMap, placeOf } from './regions/featureMap.ts';
export type { Criterion } from './regions/importance.ts';
export { type InputStatistics, inputStatistics } from './regions/inputStatistics.ts';
export { findRegions, type Neighbourhood, type Region } from './regions/labelling.ts';
export { compactRounds, controlRounds, magnitudeRounds, oneShot, paperRounds } from './regions/plans.ts';
export {
  makePruner,
  type Pruned,
  type Pruner,
  type PrunerOptions,
  type Round,
  type RoundRecord,
} from './regions/pruner.ts';
export { overPixels, type ReceptiveField, receptiveField } from './regions/receptiveField.ts';
export { masksFile } from './regions/sidecar.ts';
export { type LayerSummary, summarizeLayer, summarizeUnits, type UnitSummary } from './regions/unitSummary.ts';
export { explainedImage, type NamedImage } from './report/explainedView.ts';
export { filtersView } from './report/filters/filtersView.ts';
export { filtersPage } from './report/filters/page.ts';
export { maximizationPictures, renderMaximization } from './report/maximization/maximizationPage.ts';
export { type MaximizationView, maximizationView } from './report/maximization/maximizationView.ts';
export { provenanceOf } from './report/provenanceView.ts';
export { layerView } from './report/regions/layerView.ts';
export { regionsPage } from './report/regions/page.ts';
export type { RegionsView } from './report/regions/view.ts';
export { renderReport } from './report/renderReport.ts';
export { reportPictures } from './report/reportPictures.ts';
export type { ReportView } from './report/view.ts';
export { type BitSet, bitSet } from './rules/bitSet.ts';
export { type DenseHead, findDenseHead } from './rules/denseHead.ts';
export { absorbed, type Dnf, dnfText, simplified } from './rules/dnf.ts';
export {
  type Candidates,
  type Extraction,
  extractRules,
  type RuleSet,
  type RuleSettings,
} from './rules/extractRules.ts';
export { seenImages } from './rules/featureData.ts';
export { type FoundRules, findRules } from './rules/findRules.ts';
export { type FiredRule, firedRules } from './rules/firedRule.ts';
export { implicantCodes, primeImplicants, termOfCode } from './rules/implicants.ts';
export { type ClassFigures, judgeRules, type RuleFigures } from './rules/judgeRules.ts';
export { multilinear, truthTable } from './rules/multilinear.ts';
export { type RefinedRules, refineRules } from './rules/refineRules.ts';
export { readRuleFile, writeRuleFile } from './rules/ruleFile.ts';
export { ruleModel } from './rules/ruleModel.ts';
export { type SufficientSubset, sufficientForClass, sufficientForUnit } from './rules/sufficientSubset.ts';
export { type Literal, literalsOf, type Term, termOf, termText } from './rules/term.ts';
export { isImplicant, type ThresholdUnit } from './rules/thresholdUnit.ts';
export { type Probe, probe } from './runtime/probe.ts';
export type { OptimizationLevel, Runtime, Session, SessionOptions, Values } from './runtime/runtime.ts';
export { type ArchitectureName, architectures } from './training/architectures.ts';
export { readCheckpoint, writeCheckpoint } from './training/checkpointFile.ts';
export { adam, type Optimizer, sgd } from './training/optimizers.ts';
export { recipes } from './training/recipes.ts';
export { constant, cosine, type Schedule, stepDecay, warmUp } from './training/schedules.ts';
export { type TrainingResult, type TrainOptions, train, trainModel } from './training/train.ts';
export { type Masks, makeTrainer, type Trainer, type TrainerOptions } from './training/trainer.ts';
export { addIntervals } from './transforms/bounds/addIntervals.ts';
export { addLinearBound } from './transforms/bounds/addLinearBound.ts';
export { boundTable } from './transforms/bounds/table.ts';
export { addGradients, type GradientRequest } from './transforms/gradient/gradient.ts';
export {
  type Call,
  elementwise,
  forbidden,
  type GradientTable,
  none,
  type Rule,
  rule,
  unary,
} from './transforms/gradient/rule.ts';
export { gradientTable } from './transforms/gradient/table.ts';
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
