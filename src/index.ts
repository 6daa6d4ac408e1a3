/*
 * konkyo's library, for Node and the browser. What needs Node is in 'konkyo/node', the WebAssembly runtime in 'konkyo/web'.
 */

export {
  type ExplainedImages,
  type ExplainImagesOptions,
  explainImages,
  type FoundImage,
} from './app/explainImages.ts';
export { type ExplainSummary, explainSummary, mapArchive } from './app/explainSummary.ts';
export { type ImageReader, type ImageSource, openImages } from './app/imageSources.ts';
export type { LeftOut } from './app/leftOut.ts';
export type { ReportOutput, WriteReportOptions } from './app/reportOutput.ts';
export { type ReportNames, renderReport, reportFiles, reportView } from './app/reportView.ts';
export { type Trained, type TrainNetworkOptions, trainNetwork } from './app/trainNetwork.ts';
export { writeReport } from './app/writeReport.ts';
export { type ExplainOptions, type Explanation, explain, type MethodMap } from './attribution/explain.ts';
export type { Attribution, Completeness, Explainer, Finding, LayerRelevance } from './attribution/explainer.ts';
export type { ExplanationGraph, TargetSource } from './attribution/explanationGraph.ts';
export { type BackgroundData, blankImages, givenImages } from './attribution/gradient/backgroundData.ts';
export { deconvolution } from './attribution/gradient/deconvolution.ts';
export { deepLift } from './attribution/gradient/deepLift.ts';
export { expectedGradients } from './attribution/gradient/expectedGradients.ts';
export { guidedBackprop } from './attribution/gradient/guidedBackprop.ts';
export { inputXGradient } from './attribution/gradient/inputXGradient.ts';
export { integratedGradients } from './attribution/gradient/integratedGradients.ts';
export { type NoiseSettings, noiseAverage } from './attribution/gradient/noiseAverage.ts';
export type { NoiseStatistic } from './attribution/gradient/noiseStatistics.ts';
export { saliency } from './attribution/gradient/saliency.ts';
export { smoothGrad } from './attribution/gradient/smoothGrad.ts';
export { gradCam } from './attribution/layers/gradCam.ts';
export { guidedGradCam } from './attribution/layers/guidedGradCam.ts';
export { layerActivationXGradient } from './attribution/layers/layerActivationXGradient.ts';
export { layerConductance } from './attribution/layers/layerConductance.ts';
export type { Method, MethodKind, SettableMethod } from './attribution/method.ts';
export type { MethodOption } from './attribution/options.ts';
export { featureAblation } from './attribution/perturbation/featureAblation.ts';
export { kernelShap } from './attribution/perturbation/kernelShap.ts';
export { occlusion } from './attribution/perturbation/occlusion.ts';
export { rise } from './attribution/perturbation/rise.ts';
export type { SegmentImage, SegmentSource } from './attribution/perturbation/segments.ts';
export { relevanceMethod } from './attribution/relevance/lrp.ts';
export { compileRelevance, pixelBounds, relevanceGraph } from './attribution/relevance/relevance.ts';
export { type UnitTarget, unitScores, unitTarget } from './attribution/unitScores.ts';
export type { CompileTarget } from './compile/classTarget.ts';
export {
  type CompiledExplainer,
  type CompileOptions,
  compilableMethods,
  compileExplainer,
} from './compile/compileExplainer.ts';
export type { LabelledImage, LabelledImages } from './datasets/labelledImages.ts';
export type { NpyArray } from './datasets/npyTypes.ts';
export { readNpz, writeNpz } from './datasets/npz.ts';
export {
  type CheckedExplanation,
  type CheckedMap,
  type CheckOptions,
  checkMaps,
  type MapChecks,
} from './faithfulness/checkMaps.ts';
export { checks } from './faithfulness/checks.ts';
export { type Conservation, conservation } from './faithfulness/conservation.ts';
export { rankCorrelation } from './faithfulness/correlation.ts';
export { deletionInsertionWith } from './faithfulness/deletionInsertion.ts';
export type { Curve } from './faithfulness/metrics/removalCurve.ts';
export { randomisedCorrelations } from './faithfulness/parameterRandomisation.ts';
export {
  type CurveSettings,
  type PerturbationCurves,
  perturbationCurves,
} from './faithfulness/perturbationCurves.ts';
export { isKonkyoError, KonkyoError } from './konkyoError.ts';
export { methodKind, methodKinds } from './methods.ts';
export { type Classifier, className, type Preparation } from './model/classifier.ts';
export { type Prediction, runnerUp } from './model/decision.ts';
export type { InputDescription, InputSettings } from './model/inputDescription.ts';
export { findLayer, type Layer, layersOf } from './model/layer.ts';
export { type LoadOptions, loadClassifier } from './model/loadClassifier.ts';
export { withBatchSize } from './model/makeClassifier.ts';
export { sumChannels, toFittedInput, toInput, toPixels } from './model/pixels.ts';
export { type RandomWeights, withRandomWeights } from './model/randomWeights.ts';
export type { Target } from './model/target.ts';
export type { Facts, ValueFacts } from './onnx/facts.ts';
export type { Attribute, Graph, Model, Node, ValueInfo } from './onnx/graph.ts';
export { emptyGraph, GraphBuilder } from './onnx/graphBuilder.ts';
export { prune } from './onnx/prune.ts';
export { externalLocations, readModel } from './onnx/readModel.ts';
export { float32, int64, scalar, type Tensor, tensor } from './onnx/tensor.ts';
export { writeModel, writeModelWithExternalData } from './onnx/writeModel.ts';
export type { Picture } from './pictures/picture.ts';
export { resizeImage } from './pictures/resizeImage.ts';
export type { Progress, WorkOptions } from './progress.ts';
export { explainedImage, type NamedImage } from './report/explanation/explainedView.ts';
export { overlayPicture, reportPictures } from './report/explanation/reportPictures.ts';
export type { ReportView } from './report/explanation/view.ts';
export type { ReportFile } from './report/page/page.ts';
export { provenanceOf } from './report/page/provenanceView.ts';
export { type Probe, probe } from './runtime/probe.ts';
export type { OptimizationLevel, Runtime, Session, SessionOptions, Values } from './runtime/runtime.ts';
export { type BitSet, bitSet } from './studies/booleanRules/bitSet.ts';
export { type DenseHead, findDenseHead } from './studies/booleanRules/denseHead.ts';
export { absorbed, type Dnf, dnfText, simplified } from './studies/booleanRules/dnf.ts';
export {
  type Candidates,
  type Extraction,
  extractRules,
  type RuleSet,
  type RuleSettings,
} from './studies/booleanRules/extractRules.ts';
export { seenImages } from './studies/booleanRules/featureData.ts';
export { type FoundRules, findRules } from './studies/booleanRules/findRules.ts';
export { type FiredRule, firedRules } from './studies/booleanRules/firedRule.ts';
export { implicantCodes, primeImplicants, termOfCode } from './studies/booleanRules/implicants.ts';
export { type ClassFigures, judgeRules, type RuleFigures } from './studies/booleanRules/judgeRules.ts';
export { multilinear, truthTable } from './studies/booleanRules/multilinear.ts';
export { type RefinedRules, refineRules } from './studies/booleanRules/refineRules.ts';
export { readRuleFile, writeRuleFile } from './studies/booleanRules/ruleFile.ts';
export { ruleModel } from './studies/booleanRules/ruleModel.ts';
export { type RulesOptions, type RulesSummary, studyRules } from './studies/booleanRules/study.ts';
export {
  type SufficientSubset,
  sufficientForClass,
  sufficientForUnit,
} from './studies/booleanRules/sufficientSubset.ts';
export { type Literal, literalsOf, type Term, termOf, termText } from './studies/booleanRules/term.ts';
export { isImplicant, type ThresholdUnit } from './studies/booleanRules/thresholdUnit.ts';
export { type Ablation, type Ablator, compileAblator } from './studies/filterPaths/ablation.ts';
export { compileExcess, type Excess, type ExcessRunner } from './studies/filterPaths/excess.ts';
export {
  analyseFilters,
  type FilterAnalysis,
  type FilterSettings,
  filterDefaults,
} from './studies/filterPaths/filterAnalysis.ts';
export {
  type FilterLayer,
  type FilterNetwork,
  filterNetwork,
  withLayers,
} from './studies/filterPaths/filterNetwork.ts';
export { type FilterSummary, filterSummary } from './studies/filterPaths/filterSummary.ts';
export { atMainLayers } from './studies/filterPaths/mainLayers.ts';
export { filtersView } from './studies/filterPaths/page/filtersView.ts';
export { filtersPage } from './studies/filterPaths/page/page.ts';
export { compilePathMaps, type PathMap } from './studies/filterPaths/pathMaps.ts';
export { type Path, pathCount, pathName } from './studies/filterPaths/paths.ts';
export { compileSplitter, type Split, type Splitter } from './studies/filterPaths/split.ts';
export {
  compilePathSearch,
  type PathSearchSettings,
  type StrongestPaths,
} from './studies/filterPaths/strongestPaths.ts';
export { studyFilters } from './studies/filterPaths/study.ts';
export { gini, type Tally, tallyOf } from './studies/filterPaths/tally.ts';
export { type UnitMeans, unitMeans } from './studies/filterPaths/unitMeans.ts';
export { compileWholePass, type WholePass } from './studies/filterPaths/wholePass.ts';
export type { AscentSettings } from './studies/maximization/ascend.ts';
export {
  type Maximization,
  type MaximizedUnit,
  type MaximizeOptions,
  maximize,
} from './studies/maximization/maximize.ts';
export { maximizationPictures, renderMaximization } from './studies/maximization/page/maximizationPage.ts';
export { type MaximizationView, maximizationView } from './studies/maximization/page/maximizationView.ts';
export { type MaximizationOptions, type MaximizationSummary, studyMaximization } from './studies/maximization/study.ts';
export {
  type BoundKind,
  type Box,
  type Certificate,
  type Certifier,
  type CertifierOptions,
  certify,
  compileCertifier,
} from './studies/noncontributing/certificate.ts';
export { type Challenge, type ChallengeOptions, challenge } from './studies/noncontributing/certificateChallenge.ts';
export { type Freedom, freedomOf, type MeasuredFreedom } from './studies/noncontributing/freedom.ts';
export type { LayerMask, MaskChoice } from './studies/noncontributing/layerMasks.ts';
export { noncontributing } from './studies/noncontributing/method.ts';
export {
  compileNoncontributing,
  type NoncontributingMap,
  type NoncontributingPixels,
  type NoncontributingSettings,
} from './studies/noncontributing/noncontributing.ts';
export { fastSchedule, paperSchedule, type SearchSchedule } from './studies/noncontributing/schedules.ts';
export {
  amplitudeArchive,
  type FoundPixels,
  type NoncontributingOptions,
  type NoncontributingSummary,
  studyNoncontributing,
} from './studies/noncontributing/study.ts';
export type { Tolerance } from './studies/noncontributing/tolerance.ts';
export { compileOccluder, type Fill, type Occluded, type Occluder } from './studies/occludedRegions/occluding.ts';
export { type RegionEffects, regionEffects } from './studies/occludedRegions/regionEffects.ts';
export { type RegionGrid, regionGrid } from './studies/occludedRegions/regionGrid.ts';
export { type RegionSetSettings, type RegionSets, regionSets } from './studies/occludedRegions/regionSets.ts';
export { hideRegions, removedCounterparts } from './studies/regionPruning/ablation.ts';
export { type CompactCutSettings, cutToCompactRegions, cutToRandomDiscs } from './studies/regionPruning/compactCut.ts';
export {
  type Cut,
  cutAtRandom,
  cutConstantInputs,
  cutRegions,
  cutWeights,
  type RegionCutSettings,
} from './studies/regionPruning/cuts.ts';
export { type DenseLayer, findDenseLayer } from './studies/regionPruning/denseLayer.ts';
export { type Examination, examine } from './studies/regionPruning/examine.ts';
export { type FeatureMap, placeOf } from './studies/regionPruning/featureMap.ts';
export type { Criterion } from './studies/regionPruning/importance.ts';
export { type InputStatistics, inputStatistics } from './studies/regionPruning/inputStatistics.ts';
export { findRegions, type Neighbourhood, type Region } from './studies/regionPruning/labelling.ts';
export { layerView } from './studies/regionPruning/page/layerView.ts';
export { regionsPage } from './studies/regionPruning/page/page.ts';
export type { RegionsView } from './studies/regionPruning/page/view.ts';
export { compactRounds, controlRounds, magnitudeRounds, oneShot, paperRounds } from './studies/regionPruning/plans.ts';
export type { Pruned, Round, RoundRecord } from './studies/regionPruning/pruneInRounds.ts';
export { makePruner, type Pruner, type PrunerOptions } from './studies/regionPruning/pruner.ts';
export { overPixels, type ReceptiveField, receptiveField } from './studies/regionPruning/receptiveField.ts';
export { masksFile } from './studies/regionPruning/sidecar.ts';
export {
  type FoundRegions,
  type RegionsSettings,
  type RegionsSummary,
  studyRegions,
} from './studies/regionPruning/study.ts';
export {
  type LayerSummary,
  summarizeLayer,
  summarizeUnits,
  type UnitSummary,
} from './studies/regionPruning/unitSummary.ts';
export type { Study, StudyOptions } from './studies/study.ts';
export { type ArchitectureName, architectures } from './training/architectures.ts';
export { readCheckpoint, writeCheckpoint } from './training/checkpointFile.ts';
export { adam, type Optimizer, sgd } from './training/optimizers.ts';
export type { TrainOptions } from './training/plan.ts';
export { recipes } from './training/recipes.ts';
export { constant, cosine, type Schedule, stepDecay, warmUp } from './training/schedules.ts';
export { type TrainingResult, train, trainModel } from './training/train.ts';
export { type Masks, makeTrainer, type Trainer, type TrainerOptions } from './training/trainer.ts';
export { addIntervals, boundTable } from './transforms/bounds/addIntervals.ts';
export { addLinearBound } from './transforms/bounds/addLinearBound.ts';
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
