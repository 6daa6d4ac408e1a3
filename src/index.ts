/*
 * konkyo's library, for Node and the browser: load a model, explain images, check the maps, write the report, run a study.
 * What needs Node is in 'konkyo/node', the WebAssembly runtime in 'konkyo/web'. For those who build on the parts: 'konkyo/graph',
 * 'konkyo/relevance', 'konkyo/faithfulness', 'konkyo/training' and 'konkyo/studies'.
 */

export { type BulkOptions, type BulkSummary, bulk } from './app/bulk.ts';
export { contrastMethod, defaultMethods, isPhoto, type MethodChoice } from './app/defaultMethods.ts';
export { type EvaluatedMethods, type EvaluateOptions, evaluate } from './app/evaluate.ts';
export { type EvaluationSummary, evaluationFiles, evaluationSummary } from './app/evaluationFiles.ts';
export type { ExplainedImages, ExplainedStep, ExplainImagesOptions, FoundImage, Unasked } from './app/explained.ts';
export { explainImages } from './app/explainImages.ts';
export { type ExplainSummary, explainedOf, explainSummary, mapArchive } from './app/explainSummary.ts';
export { type ImageReader, type ImageSource, openImages } from './app/imageSources.ts';
export { knownTruthFiles } from './app/knownTruthFiles.ts';
export type { LeftOut } from './app/leftOut.ts';
export {
  type AssumedSetting,
  assumedSettings,
  type PreprocessingTrial,
  type TriedPreprocessing,
  tryPreprocessing,
} from './app/preprocessingTrial.ts';
export type { ReportOutput, WriteReportOptions } from './app/reportOutput.ts';
export { type ReportNames, renderReport, reportFiles, reportView } from './app/reportView.ts';
export { savedArchive, savedImages } from './app/savedArrays.ts';
export type { Explainable, ImageSubject, Subject, Subjects } from './app/subjects.ts';
export { type SubjectOptions, subjectsOf } from './app/subjectsOf.ts';
export { type Trained, type TrainNetworkOptions, trainNetwork } from './app/trainNetwork.ts';
export { type AtlasOptions, type WrittenAtlas, writeAtlas } from './app/writeAtlas.ts';
export { writeReport } from './app/writeReport.ts';
export { type ExplainOptions, type Explanation, explain, type MethodMap } from './attribution/explain.ts';
export type { Attribution, Completeness, Explainer, Finding, LayerRelevance } from './attribution/explainer.ts';
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
export { isEvidence, type Method, type MethodKind, type SettableMethod } from './attribution/method.ts';
export type { MethodOption } from './attribution/options.ts';
export { featureAblation } from './attribution/perturbation/featureAblation.ts';
export { kernelShap } from './attribution/perturbation/kernelShap.ts';
export { occlusion } from './attribution/perturbation/occlusion.ts';
export { rise } from './attribution/perturbation/rise.ts';
export type { SegmentImage, SegmentSource } from './attribution/perturbation/segments.ts';
export { type UnitTarget, unitScores, unitTarget } from './attribution/unitScores.ts';
export type { Atlas, AtlasClass } from './bulk/atlas/atlas.ts';
export type { AtlasCluster, AtlasImage, OffObject } from './bulk/atlas/cluster.ts';
export type { MaskReader } from './bulk/atlas/objectEvidence.ts';
export type { BulkTarget } from './bulk/explainShard.ts';
export type { BulkIdentity } from './bulk/identity.ts';
export type { ShardShare } from './bulk/runShards.ts';
export { type BulkStore, openStore, type StoreHead } from './bulk/store.ts';
export type { ArrayData, MapForm, StoreArray, StoreForm } from './bulk/storeArrays.ts';
export type { StoreFiles } from './bulk/storeFiles.ts';
export type { CompileTarget } from './compile/classTarget.ts';
export {
  type CompiledExplainer,
  type CompileOptions,
  compilableMethods,
  compileExplainer,
} from './compile/compileExplainer.ts';
export type { ImageStream, StreamedImage } from './datasets/imageStream.ts';
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
export { type CellMap, cellMap } from './faithfulness/pixelMap.ts';
export { isKonkyoError, KonkyoError } from './konkyoError.ts';
export { type Language, languageOf, languages } from './language/language.ts';
export { type Words, wordsIn } from './language/words.ts';
export { methodKind, methodKinds } from './methods.ts';
export {
  type Classifier,
  className,
  givesProbabilities,
  type Preparation,
  probabilityIfLogits,
} from './model/classifier.ts';
export { type Prediction, runnerUp } from './model/decision.ts';
export { fromImageData, imageAt } from './model/fromImageData.ts';
export type { HeldInputs } from './model/heldInputs.ts';
export type { InputDescription, InputSettings } from './model/inputDescription.ts';
export { findLayer, type Layer, layersOf } from './model/layer.ts';
export { type LoadOptions, loadClassifier } from './model/loadClassifier.ts';
export { type LoadedModel, type LoadModelOptions, loadModel } from './model/loadModel.ts';
export { withBatchSize } from './model/makeClassifier.ts';
export type { Feature, NumberDescription, NumberKind } from './model/numberDescription.ts';
export type { ModelOutput } from './model/outputShapes.ts';
export { sumChannels, toFittedInput, toInput, toPixels } from './model/pixels.ts';
export { labelReading } from './model/reading/label.ts';
export { type ReadClassesOptions, readClasses } from './model/reading/readClasses.ts';
export { type Reading, readAs } from './model/reading/reading.ts';
export { type RegionMask, regionReading } from './model/reading/region.ts';
export { sliceReading } from './model/reading/slice.ts';
export { valueReading } from './model/reading/value.ts';
export { type Target, targetWords } from './model/target.ts';
export type { TaskDecision } from './model/task/decision.ts';
export { type FoundTask, findTask } from './model/task/findTask.ts';
export { type PixelClasses, pixelClasses } from './model/task/pixelClasses.ts';
export type { Task } from './model/task/task.ts';
export { concatRows, float32, type Tensor } from './onnx/tensor.ts';
export type { Picture } from './pictures/picture.ts';
export { resizeImage } from './pictures/resizeImage.ts';
export {
  type GridMap,
  type HeatmapOptions,
  heatmap,
  type OverlayOptions,
  overlay,
  type RgbaPicture,
} from './pictures/rgba.ts';
export { type Superpixels, superpixels } from './pictures/superpixels.ts';
export { InterruptedWorkError, type Progress, type WorkOptions } from './progress.ts';
export type { NamedImage } from './report/explanation/explainedView.ts';
export { hiddenView, type ImageHiding } from './report/explanation/hiddenView.ts';
export { overlayPicture, reportPictures } from './report/explanation/reportPictures.ts';
export type { ReportView } from './report/explanation/view.ts';
export type { ReportFile } from './report/page/page.ts';
export type { Runtime, RuntimeLimits, Session } from './runtime/runtime.ts';
export { type RulesOptions, type RulesSummary, studyRules } from './studies/booleanRules/study.ts';
export type { FilterSettings } from './studies/filterPaths/filterAnalysis.ts';
export type { FilterSummary } from './studies/filterPaths/filterSummary.ts';
export { studyFilters } from './studies/filterPaths/study.ts';
export { type MaximizationOptions, type MaximizationSummary, studyMaximization } from './studies/maximization/study.ts';
export { freedomOf } from './studies/noncontributing/freedom.ts';
export { noncontributing } from './studies/noncontributing/method.ts';
export {
  amplitudeArchive,
  type FoundPixels,
  type NoncontributingOptions,
  type NoncontributingSummary,
  studyNoncontributing,
} from './studies/noncontributing/study.ts';
export {
  type FoundRegions,
  type RegionsSettings,
  type RegionsSummary,
  studyRegions,
} from './studies/regionPruning/study.ts';
export type { Study, StudyOptions } from './studies/study.ts';
export type { FoundUnitRegions, UnitRegion, UnitRegionsSettings } from './studies/unitRegions/findUnitRegions.ts';
export { studyUnitRegions, type UnitRegionsOptions, type UnitRegionsResult } from './studies/unitRegions/study.ts';
export type { Lack } from './transforms/optimize/adapt.ts';
export { version } from './version.ts';
