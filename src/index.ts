/*
 * konkyo's library, for Node and the browser. What needs Node is in 'konkyo/node', the WebAssembly runtime in 'konkyo/web'.
 */

export { deconvolution } from './attribution/deconvolution.ts';
export { type DeepLiftSettings, deepLift } from './attribution/deepLift.ts';
export { type ExpectedGradientsSettings, expectedGradients } from './attribution/expectedGradients.ts';
export { type ExplainOptions, type Explanation, explain, type MethodMap, runnerUp } from './attribution/explain.ts';
export { gradCam } from './attribution/gradCam.ts';
export { guidedBackprop } from './attribution/guidedBackprop.ts';
export { guidedGradCam } from './attribution/guidedGradCam.ts';
export { blankImages, givenImages, type ImageDistribution } from './attribution/imageDistribution.ts';
export { inputXGradient } from './attribution/inputXGradient.ts';
export { integratedGradients } from './attribution/integratedGradients.ts';
export { findLayer, type Layer, layersOf } from './attribution/layer.ts';
export { layerActivationXGradient } from './attribution/layerActivationXGradient.ts';
export { layerConductance } from './attribution/layerConductance.ts';
export { relevanceMethod } from './attribution/lrp.ts';
export type { Attribution, Completeness, Explainer, Method, MethodKind, MethodOption } from './attribution/method.ts';
export { type NoiseSettings, noiseAverage } from './attribution/noiseAverage.ts';
export type { NoiseStatistic } from './attribution/noiseStatistics.ts';
export { type OcclusionSettings, occlusion } from './attribution/occlusion.ts';
export { compileRelevance, pixelBounds } from './attribution/relevance.ts';
export { type Conservation, conservation, type LayerRelevance } from './attribution/relevanceByLayer.ts';
export { saliency } from './attribution/saliency.ts';
export { smoothGrad } from './attribution/smoothGrad.ts';
export { type UnitTarget, unitScores, unitTarget } from './attribution/unitScores.ts';
export { type Classifier, className, type Prediction, type Preparation } from './classifier/classifier.ts';
export type { InputDescription, InputSettings } from './classifier/inputDescription.ts';
export { type LoadOptions, loadClassifier } from './classifier/loadClassifier.ts';
export { sumChannels, toInput, toPixels } from './classifier/pixels.ts';
export type { Target } from './classifier/target.ts';
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
export { isKonkyoError, KonkyoError } from './konkyoError.ts';
export { methodKind, methodKinds } from './methods.ts';
export type { Facts, ValueFacts } from './onnx/facts.ts';
export type { Attribute, Graph, Model, Node, ValueInfo } from './onnx/graph.ts';
export { emptyGraph, GraphBuilder } from './onnx/graphBuilder.ts';
export { prune } from './onnx/prune.ts';
export { externalLocations, readModel } from './onnx/readModel.ts';
export { float32, int64, scalar, type Tensor, tensor } from './onnx/tensor.ts';
export { writeModel, writeModelWithExternalData } from './onnx/writeModel.ts';
export { explainedImage, type NamedImage } from './report/explainedView.ts';
export { provenanceOf } from './report/provenanceView.ts';
export { renderReport } from './report/renderReport.ts';
export { reportPictures } from './report/reportPictures.ts';
export type { ReportView } from './report/view.ts';
export { type Probe, probe } from './runtime/probe.ts';
export type { Runtime, Session, SessionOptions, Values } from './runtime/runtime.ts';
export { type ArchitectureName, architectures } from './training/architectures.ts';
export { readCheckpoint, writeCheckpoint } from './training/checkpointFile.ts';
export { adam, type Optimizer, sgd } from './training/optimizers.ts';
export { recipes } from './training/recipes.ts';
export { constant, cosine, type Schedule, stepDecay, warmUp } from './training/schedules.ts';
export { type TrainingResult, type TrainOptions, train, trainModel } from './training/train.ts';
export { type Masks, makeTrainer, type Trainer, type TrainerOptions } from './training/trainer.ts';
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
export type { Bounds } from './transforms/relevance/modifiers.ts';
export { gradient, passOn, proportionalMaxPooling, winnerTakesAll } from './transforms/relevance/moving.ts';
export { signalTakesAll, softmaxTaylor, uniform } from './transforms/relevance/products.ts';
export type { RelevancePass, RelevanceRule } from './transforms/relevance/rule.ts';
export { alphaBeta, epsilon, flat, gamma, norm, wSquared, zBox, zPlus } from './transforms/relevance/rules.ts';
export { type Share, type SharesSettings, sharesRule } from './transforms/relevance/shares.ts';
