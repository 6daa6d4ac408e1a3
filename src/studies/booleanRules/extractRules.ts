import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { type BooleanNetwork, booleanNetwork, type Reading } from './booleanNetwork.ts';
import { type Candidates, candidatesOf } from './candidates.ts';
import { choosePrimes } from './choosePrimes.ts';
import { classDnfs } from './classDnfs.ts';
import { termOfSigns } from './conjunctions.ts';
import { type DenseHead, findDenseHead } from './denseHead.ts';
import { RuleModelError } from './errors.ts';
import { featureTable, type SeenImages, seenImages } from './featureData.ts';
import { checkVaries, type FeatureScale, isConstant, scalesFrom, unitScale } from './featureScale.ts';
import type { FeatureTable } from './featureTable.ts';
import type { Primes } from './implicants.ts';
import type { Admits } from './jointAscent.ts';
import { type Selection, type SelectionData, selectRules } from './selectRules.ts';
import type { Term } from './term.ts';

export type { Candidates } from './candidates.ts';

/** One conjunction of features for each class, and what features are. */
export interface RuleSet {
  /** The value in the model's graph that holds the features. */
  readonly features: string;
  readonly scales: readonly FeatureScale[];
  /** One entry for each class. */
  readonly terms: readonly Term[];
}

export interface Extraction extends RuleSet {
  readonly head: DenseHead;
  /** The head read as Boolean functions, as it was used. */
  readonly network: BooleanNetwork;
  readonly reading: Reading;
  /** Which terms could be chosen. */
  readonly candidates: Candidates;
  /** Which of the sets the rules are. */
  readonly from: CandidateSet;
  /** What the choice among all candidates gave, for each price of a literal. */
  readonly selection: Selection;
  /** Each class's function in full, where its terms can be listed: its prime implicants, up to the most literals asked for. */
  readonly dnfs?: readonly Primes[];
  /** What the rules would be out of other candidates, and what they are, from the fewest candidates to the most. */
  readonly sets: readonly ChosenSet[];
  readonly training: SeenImages;
  readonly validation: SeenImages;
}

/** One conjunction a class out of one set of candidates. */
export interface ChosenSet {
  readonly from: CandidateSet;
  readonly terms: readonly Term[];
}

/** From the fewest candidates to the most. */
export const candidateSets = ['primes alone', 'primes', 'implicants', 'any'] as const;

/** Prime implicants chosen one class at a time, as in the paper; all the others for all classes together. */
export type CandidateSet = (typeof candidateSets)[number];

export interface RuleImages {
  readonly training: LabelledImages;
  /** For choices; nothing is fitted to them. */
  readonly validation: LabelledImages;
}

export interface RuleSettings {
  /** Name of the layer whose values are the features. Default: what the first dense layer after the last pooling reads. */
  readonly features?: string;
  /** Prices of a literal to try, ascending. */
  readonly prices?: readonly number[];
  /** Literals in a rule at most (the order k of the paper). Default: as many as there are features. */
  readonly maxLiterals?: number;
  /** Which set of candidates the rules come from. Default: implicants, or any conjunction where not every class has a short one. */
  readonly from?: CandidateSet;
  readonly onStep?: (what: string) => void;
}

/**
 * One conjunction a class from a classifier that ends in dense layers (paper A, and beyond it: several dense layers,
 * features of any range).
 * @throws RuleModelError, RuleDataError, LayerError
 */
export async function extractRules(
  classifier: Classifier,
  images: RuleImages,
  settings: RuleSettings = {},
): Promise<Extraction> {
  const { onStep = () => {} } = settings;
  const head = await findDenseHead(classifier, settings.features);
  onStep('Features of the training images');
  const training = await seenImages(classifier, head, images.training);
  const validation = await seenImages(classifier, head, images.validation);
  onStep('Choosing the rules');
  const scales = head.inUnitRange ? knownScales(training.columns) : scalesFrom(training.columns);
  const tables = { training: featureTable(training, scales), validation: featureTable(validation, scales) };
  const most = settings.maxLiterals ?? head.featureCount;
  const found = candidatesOf(booleanNetwork(head, scales, training), tables.training, scales, most);
  const { network, reading, candidates, start, admits } = found;
  const selection = selectRules(tables, { start, admits, prices: settings.prices });
  const dnfs = candidates.kind === 'implicants' ? classDnfs(network, most) : undefined;
  onStep('What other candidates give');
  const sets: readonly ChosenSet[] = [
    ...(dnfs ? primeSets(dnfs, tables.training) : []),
    { from: candidates.kind, terms: selection.chosen.rules.map(termOfSigns) },
    ...(candidates.kind === 'any' ? [] : [anySet(tables, selection, found.free)]),
  ];
  return {
    features: head.features,
    scales,
    ...chosenOf(sets, settings.from ?? candidates.kind, candidates),
    head,
    network,
    reading,
    candidates,
    selection,
    dnfs,
    sets,
    training,
    validation,
  };
}

function chosenOf(sets: readonly ChosenSet[], from: CandidateSet, candidates: Candidates): ChosenSet {
  const chosen = sets.find((set) => set.from === from);
  if (chosen) return chosen;
  const reason =
    candidates.kind === 'any' ? candidates.reason : 'the functions are of too many features to list their terms';
  throw new RuleModelError(
    `Rules out of ${from} cannot be had here: ${reason}. Choose among ${sets.map((set) => set.from).join(', ')}.`,
  );
}

/** Features in [0, 1] are taken as they are, those apart that never change. */
function knownScales(columns: readonly Float32Array[]): FeatureScale[] {
  const scales = columns.map((column) =>
    column.every((value) => value === column[0]) ? { low: column[0] ?? 0, high: column[0] ?? 0 } : unitScale,
  );
  checkVaries(scales.filter(isConstant).length, scales.length);
  return scales;
}

function primeSets(dnfs: readonly Primes[], training: FeatureTable): ChosenSet[] {
  const { each, together } = choosePrimes(dnfs, training);
  return [
    { from: 'primes alone', terms: each },
    { from: 'primes', terms: together },
  ];
}

/** At the price by which the implicants were chosen. */
function anySet(tables: SelectionData, { chosen }: Selection, admits: Admits): ChosenSet {
  const { rules } = selectRules(tables, { start: chosen.rules, admits, prices: [chosen.price] }).chosen;
  return { from: 'any', terms: rules.map(termOfSigns) };
}
