import type { Classifier } from '../../model/classifier.ts';
import { derive } from '../../model/makeClassifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { reservedPrefix } from '../../onnx/graphBuilder.ts';
import { viewOf } from '../../onnx/graphView.ts';
import { scoped } from '../../runtime/release.ts';
import { implicantTest } from './booleanNetwork.ts';
import { literalTotal, type Signs, signsOf, termOfSigns } from './conjunctions.ts';
import type { Extraction, RuleImages } from './extractRules.ts';
import { featureTable, seenImages } from './featureData.ts';
import { isConstant, unitScale } from './featureScale.ts';
import type { FeatureTable } from './featureTable.ts';
import { holdingOf } from './holding.ts';
import { holdingAscent } from './holdingAscent.ts';
import type { Admits } from './jointAscent.ts';
import { withWeightsOf } from './refineFeatures.ts';
import { ruleCrossEntropy } from './ruleCrossEntropy.ts';
import { ruleModel } from './ruleModel.ts';
import { literalsOf, type Term, termOf } from './term.ts';
import { type RefineSettings, tuneModel } from './tuneModel.ts';

export interface HoldingRules {
  /** The network with tuned features; its dense layers are as they were. */
  readonly model: Model;
  /** One conjunction a class. */
  readonly terms: readonly Term[];
  /** Shares of the validation images in which exactly one rule holds and is right, with the features as they were and as they are now. */
  readonly before: number;
  readonly after: number;
}

/** Literals in a rule at most: what a reader can take in at once. */
const mostLiterals = 7;
/** What a literal must bring, as a share of the images. */
const price = 0.0002;

/** How features are tuned until rules hold. */
export interface HoldingSettings extends RefineSettings {
  /** How much the network's distance from its rules counts beside the rules' errors: more of it, and they agree more often. Default 3. */
  readonly agreement?: number;
}

/** How much the network's own errors count beside the rules' errors. */
const weightOfNetwork = 1;
/** Literals are chosen, and features tuned to them, so often. */
const rounds = 2;

/**
 * Rules that hold when they are read as logic, and features that are decided enough for it. In turns, literals are chosen so that in as many
 * images as possible exactly one rule holds, the right one, and the features are tuned: undecided features and rules cost, and so do
 * errors of the network itself, so that it goes on deciding as it did. Both learn what the network decided before, not the labels.
 * The dense layers stay as they are, and the rules implicants of them, where they were: a rule that holds makes its class's unit true, whatever
 * the other features are. The weights with which most validation images have exactly one rule, and a right one, are kept.
 */
export async function rulesThatHold(
  classifier: Classifier,
  extraction: Extraction,
  images: RuleImages,
  { agreement = 3, ...settings }: HoldingSettings,
): Promise<HoldingRules> {
  const { head, scales } = extraction;
  const tableOf = async (model: Model, set: RuleImages['training']): Promise<FeatureTable> =>
    scoped(async (keep) => {
      const tuned = await keep(derive(classifier, { model: withWeightsOf(classifier.model, model) }));
      return featureTable(await seenImages(tuned, head, set), scales);
    });
  const learned = { ...images.training, labels: extraction.training.decisions };
  const score = async (model: Model, terms: readonly Term[]) =>
    holdingOf(terms, await tableOf(model, images.validation)).oneRight;
  const isOfHead = headWeights(classifier, extraction);
  const admits = admitsShort(extraction);
  let best: HoldingRules | undefined;
  let model = classifier.model;
  let signs = startOf(extraction);
  for (let round = 0; round < rounds; round++) {
    signs = holdingAscent(await tableOf(model, images.training), signs, { price, admits });
    const terms = signs.map(termOfSigns);
    const tuned = await tuneModel(
      classifier,
      {
        model: ruleModel({ ...classifier, model }, { ...extraction, terms }, classifier.scores.name),
        trainable: (name) => !name.startsWith(reservedPrefix) && !isOfHead(name),
        images: learned,
        loss: ruleCrossEntropy({ network: weightOfNetwork, agreement }),
        score: (candidate) => score(candidate, terms),
      },
      { ...settings, updates: Math.ceil(settings.updates / rounds), seed: (settings.seed ?? 0) + round },
    );
    if (best && tuned.after <= best.after) break;
    model = withWeightsOf(classifier.model, tuned.model);
    best = { model, terms, before: best?.before ?? tuned.before, after: tuned.after };
  }
  if (!best) throw new RangeError('Rules are tuned in one round at least.');
  return best;
}

/** The classes' prime implicants that do best by themselves, or else the rules as they are; of long ones the first literals. */
function startOf({ sets, terms }: Extraction): readonly Signs[] {
  const primes = sets.find(({ from }) => from === 'primes alone')?.terms ?? terms;
  return primes.map((term) => signsOf(termOf(term.variables, literalsOf(term).slice(0, mostLiterals))));
}

/** Short implicants of the dense layers, which stay as they are; where the rules are no implicants, any short conjunction. */
function admitsShort({ scales, network, candidates }: Extraction): Admits {
  const isImplicant: Admits = candidates.kind === 'implicants' ? implicantTest(network) : () => true;
  const varies = (i: number) => !isConstant(scales[i] ?? unitScale);
  return (k, signs) =>
    literalTotal([signs]) <= mostLiterals && signs.every((sign, i) => sign === 0 || varies(i)) && isImplicant(k, signs);
}

/** The weights between the features and the scores. */
function headWeights({ model, scores }: Classifier, { features }: Extraction): (name: string) => boolean {
  const names = new Set(
    viewOf(model.graph)
      .between([features], [scores.name])
      .flatMap(({ inputs }) => inputs),
  );
  return (name) => names.has(name);
}
