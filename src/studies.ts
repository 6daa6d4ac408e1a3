/* The parts of the studies: Boolean rules, filter paths, occluded regions, non-contributing pixels, region pruning, maximization. */

export { explainedImage } from './report/explanation/explainedView.ts';
export { provenanceOf } from './report/page/provenanceView.ts';
export { type BitSet, bitSet } from './studies/booleanRules/bitSet.ts';
export { classDnfs } from './studies/booleanRules/classDnfs.ts';
export { type DenseHead, findDenseHead } from './studies/booleanRules/denseHead.ts';
export { absorbed, type Dnf, dnfText, simplified } from './studies/booleanRules/dnf.ts';
export {
  type CandidateSet,
  type Candidates,
  type ChosenSet,
  type Extraction,
  extractRules,
  type RuleSet,
  type RuleSettings,
} from './studies/booleanRules/extractRules.ts';
export { seenImages } from './studies/booleanRules/featureData.ts';
export { type FoundRules, findRules } from './studies/booleanRules/findRules.ts';
export { type FiredRule, firedRules } from './studies/booleanRules/firedRule.ts';
export { type GradedRules, gradedRules } from './studies/booleanRules/gradedRules.ts';
export { type Holding, holdingOf } from './studies/booleanRules/holding.ts';
export { implicantCodes, type Primes, primeImplicants, termOfCode } from './studies/booleanRules/implicants.ts';
export { type ClassFigures, judgeRules, type RuleFigures, type SetFigures } from './studies/booleanRules/judgeRules.ts';
export { multilinear, truthTable } from './studies/booleanRules/multilinear.ts';
export { type RefinedRules, refineRules } from './studies/booleanRules/refineRules.ts';
export { readRuleFile, writeRuleFile } from './studies/booleanRules/ruleFile.ts';
export { ruleModel } from './studies/booleanRules/ruleModel.ts';
export { type HoldingRules, type HoldingSettings, rulesThatHold } from './studies/booleanRules/rulesThatHold.ts';
export {
  type SufficientSubset,
  sufficientForClass,
  sufficientForUnit,
} from './studies/booleanRules/sufficientSubset.ts';
export { type Literal, literalsOf, type Term, termOf, termText } from './studies/booleanRules/term.ts';
export { isImplicant, type ThresholdUnit } from './studies/booleanRules/thresholdUnit.ts';
export { type Ablation, type Ablator, compileAblator } from './studies/filterPaths/ablation.ts';
export { compileExcess, type Excess, type ExcessRunner } from './studies/filterPaths/excess.ts';
export { analyseFilters, type FilterAnalysis, filterDefaults } from './studies/filterPaths/filterAnalysis.ts';
export {
  type FilterLayer,
  type FilterNetwork,
  filterNetwork,
  withLayers,
} from './studies/filterPaths/filterNetwork.ts';
export { filterSummary } from './studies/filterPaths/filterSummary.ts';
export { integratedExcess } from './studies/filterPaths/integratedExcess.ts';
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
export type { ChosenNumbers } from './studies/noncontributing/certificateCheck.ts';
export { certifiedFile } from './studies/noncontributing/certifiedFile.ts';
export {
  type CertifiedSquare,
  type CertifiedSquares,
  certifySquares,
  type Square,
  type SquareOptions,
} from './studies/noncontributing/certifiedSquares.ts';
export { pixelDeviations } from './studies/noncontributing/certifiedWeights.ts';
export { type ChangeKind, changeKinds } from './studies/noncontributing/changes/change.ts';
export type { Cost } from './studies/noncontributing/cost.ts';
export {
  type AttackedFreedom,
  type Freedom,
  freedomOf,
  type KeptUnder,
  type MeasuredFreedom,
} from './studies/noncontributing/freedom.ts';
export type { LayerMask, MaskChoice } from './studies/noncontributing/layerMasks.ts';
export {
  compileNoncontributing,
  type NoncontributingMap,
  type NoncontributingPixels,
  type NoncontributingSettings,
} from './studies/noncontributing/noncontributing.ts';
export type { ProvedImage } from './studies/noncontributing/proofs.ts';
export { fastSchedule, paperSchedule, type SearchSchedule } from './studies/noncontributing/schedules.ts';
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
  type LayerSummary,
  summarizeLayer,
  summarizeUnits,
  type UnitSummary,
} from './studies/regionPruning/unitSummary.ts';
export type { Proof } from './studies/sufficientPixels/cases.ts';
export { certificateOf } from './studies/sufficientPixels/certificate.ts';
export type { Choices } from './studies/sufficientPixels/chainBound.ts';
export type { RivalProof } from './studies/sufficientPixels/freePixels.ts';
export type { Order } from './studies/sufficientPixels/order.ts';
export {
  type SufficientOptions,
  type SufficientPixels,
  sufficientPixels,
} from './studies/sufficientPixels/sufficient.ts';
export { findUnitRegions, type UnitRegion } from './studies/unitRegions/findUnitRegions.ts';
export { findLinearUnits, type LinearUnits } from './studies/unitRegions/linearUnits.ts';
export { bestCells, explainedBy, smallestRegion } from './studies/unitRegions/smallestRegion.ts';
export { summarizeUnitRegions, type UnitRegionsSummary } from './studies/unitRegions/summary.ts';
export { CertificateError, UnverifiableModelError } from './verifier/errors.ts';
export { type VerifiedCertificate, verifyCertificate } from './verifier/verify.ts';
