import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import {
  type BooleanNetwork,
  booleanNetwork,
  centred,
  classTables,
  implicantTest,
  type Reading,
} from './booleanNetwork.ts';
import { type Signs, termOfSigns } from './conjunctions.ts';
import { type DenseHead, findDenseHead } from './denseHead.ts';
import { featureTable, type SeenImages, seenImages } from './featureData.ts';
import { checkVaries, type FeatureScale, isConstant, scalesFrom, unitScale } from './featureScale.ts';
import type { FeatureTable } from './featureTable.ts';
import { primeImplicants } from './implicants.ts';
import type { Admits } from './jointAscent.ts';
import { type Selection, selectRules } from './selectRules.ts';
import { literalCount, type Term } from './term.ts';

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
  readonly selection: Selection;
  readonly training: SeenImages;
  readonly validation: SeenImages;
}

export type Candidates =
  | { readonly kind: 'implicants' }
  /** Any term that does well on the images, as implicants would not be readable, or do not exist. */
  | { readonly kind: 'any'; readonly reason: string };

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
  const found = candidatesOf(booleanNetwork(head, scales, training), tables.training, scales);
  const { network, reading, candidates, start, admits } = found;
  const selection = selectRules(tables, {
    start,
    admits,
    prices: settings.prices,
  });
  return {
    features: head.features,
    scales,
    terms: selection.chosen.rules.map(termOfSigns),
    head,
    network,
    reading,
    candidates,
    selection,
    training,
    validation,
  };
}

/** Features in [0, 1] are taken as they are, those apart that never change. */
function knownScales(columns: readonly Float32Array[]): FeatureScale[] {
  const scales = columns.map((column) =>
    column.every((value) => value === column[0]) ? { low: column[0] ?? 0, high: column[0] ?? 0 } : unitScale,
  );
  checkVaries(scales.filter(isConstant).length, scales.length);
  return scales;
}

/** Longer implicants than this are no rules for a reader. */
const mostReadable = 24;

interface Found {
  readonly network: BooleanNetwork;
  readonly reading: Reading;
  readonly candidates: Candidates;
  readonly start: readonly Signs[];
  readonly admits: Admits;
}

/**
 * The implicants of the classes' functions, read raw or else centred, where every class has a readable one; else any term. Which
 * reading of the threshold: softmax does not say; raw did better on both networks of paper A.
 */
function candidatesOf(raw: BooleanNetwork, table: FeatureTable, scales: readonly FeatureScale[]): Found {
  const varying: Admits = (_, signs) => signs.every((sign, i) => sign === 0 || !isConstant(scales[i] ?? unitScale));
  const readings = [
    { reading: 'raw' as const, network: raw },
    { reading: 'centred' as const, network: centred(raw) },
  ];
  const reasons: string[] = [];
  for (const { reading, network } of readings) {
    const start = implicantStart(network, table, scales);
    if (typeof start === 'string') {
      reasons.push(`read ${reading}, ${start}`);
      continue;
    }
    const isImplicant = implicantTest(network);
    const admits: Admits = (k, signs) => varying(k, signs) && isImplicant(k, signs);
    return { network, reading, candidates: { kind: 'implicants' }, start, admits };
  }
  const empty = (raw.at(-1) ?? []).map(() => new Int8Array(scales.length));
  const candidates: Candidates = { kind: 'any', reason: reasons.join('; ') };
  return { network: raw, reading: 'raw', candidates, start: empty, admits: varying };
}

/** For each class an implicant with a literal for every feature that varies; or why there is none that could become readable. */
function implicantStart(
  network: BooleanNetwork,
  table: FeatureTable,
  scales: readonly FeatureScale[],
): readonly Signs[] | string {
  const [layer = []] = network;
  const varies = (i: number) => !isConstant(scales[i] ?? unitScale);
  if (network.length > 1) return composedStart(network, table, varies);
  for (const [k, unit] of layer.entries()) {
    const [shortest] = primeImplicants(unit, { limit: 1 }).terms;
    if (!shortest) return `the unit of class ${k} is never on`;
    if (literalCount(shortest) > mostReadable) {
      return `the shortest implicant of class ${k} has ${literalCount(shortest)} literals`;
    }
  }
  return layer.map(({ weights }) => Int8Array.from(weights, (weight, i) => (varies(i) ? Math.sign(weight) : 0)));
}

/** Of each class's function over a few features, the vertex where it is true that is nearest to the class's images. */
function composedStart(
  network: BooleanNetwork,
  table: FeatureTable,
  varies: (feature: number) => boolean,
): readonly Signs[] | string {
  const n = table.columns.length;
  const tables = classTables(network);
  if (!tables) return `the composed functions of ${n} features are too many to table`;
  const starts: Signs[] = [];
  for (const [k, truth] of tables.entries()) {
    const means = table.columns.map((column) => classMean(column, table.labels, k));
    let best = -1;
    let nearest = Number.NEGATIVE_INFINITY;
    truth.forEach((value, vertex) => {
      const nearness = value === 0 ? Number.NEGATIVE_INFINITY : nearnessOf(vertex, means);
      if (nearness > nearest) {
        nearest = nearness;
        best = vertex;
      }
    });
    if (best < 0) return `the composed function of class ${k} is never true`;
    starts.push(Int8Array.from({ length: n }, (_, i) => (varies(i) ? ((best >> i) & 1 ? 1 : -1) : 0)));
  }
  return starts;
}

function nearnessOf(vertex: number, means: readonly number[]): number {
  return means.reduce((sum, mean, i) => sum + ((vertex >> i) & 1 ? mean : 1 - mean), 0);
}

function classMean(column: Float32Array, labels: Int32Array, k: number): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < column.length; row++) {
    if (labels[row] !== k) continue;
    sum += column[row] ?? 0;
    count += 1;
  }
  return count === 0 ? 0.5 : sum / count;
}
