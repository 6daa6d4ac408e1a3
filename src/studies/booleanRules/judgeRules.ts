import { type BooleanNetwork, classTables, weightedSums } from './booleanNetwork.ts';
import { composedDnfs, dnfLogProducts } from './composedDnf.ts';
import { largest, logProducts, shareOfEqual, signsOf } from './conjunctions.ts';
import type { Dnf } from './dnf.ts';
import type { ChosenSet, Extraction, RuleSet } from './extractRules.ts';
import { featureTable, type SeenImages } from './featureData.ts';
import { type FeatureTable, literalLogs, sampleRows } from './featureTable.ts';
import { type Holding, holdingOf } from './holding.ts';
import { multilinear } from './multilinear.ts';
import { type Superfluous, superfluous } from './superfluous.ts';
import { literalCount, type Term } from './term.ts';
import { worstCase } from './thresholdUnit.ts';
import { type UnitAgreement, unitAgreement } from './unitAgreement.ts';

/** How far the rules are true, on images that had no part in choosing them. Shares from 0 to 1. */
export interface RuleFigures {
  readonly images: number;
  /** Shares of the images whose label is met. */
  readonly networkAccuracy: number;
  readonly ruleAccuracy: number;
  /** Of the images for which rules and network decide alike. */
  readonly fidelity: number;
  /** All of the classes' Boolean functions as multilinear extensions, the largest decides; for up to 12 features. */
  readonly booleanAccuracy?: number;
  readonly literals: number;
  /** Whether rules hold when they are read as logic. */
  readonly holding: Holding;
  /** The same for what other sets of candidates gave; see `Extraction.sets`. */
  readonly sets: readonly SetFigures[];
  readonly classes: readonly ClassFigures[];
  /** How near to 0 or 1 the values of all features are. */
  readonly sharpness: Sharpness;
  /** For networks with hidden dense layers: agreement with the network's decisions, step by step. */
  readonly steps: readonly FidelityStep[];
}

export interface ClassFigures extends Superfluous {
  readonly term: Term;
  /** Of the images given this class, the share with this label; undefined where none are. */
  readonly precision?: number;
  /** Of the images with this label, the share given this class; undefined where there are none. */
  readonly recall?: number;
  /** Of all images, the share for which "this class or not" is right. */
  readonly accuracy: number;
  /** Against the unit (or the composed function) it stands for, over the corners of the 0/1 cube. */
  readonly unit: UnitAgreement;
  /** Whether the function is true wherever the term holds; undefined where that was not proved or refuted. */
  readonly implicant?: boolean;
}

export interface SetFigures extends ChosenSet {
  readonly ruleAccuracy: number;
  readonly fidelity: number;
  readonly literals: number;
  readonly holding: Holding;
}

interface Sharpness {
  /** Mean distance to the nearer of 0 and 1: 0 for Boolean features, 0.25 for evenly spread ones. */
  readonly distance: number;
  /** Share of the values within 0.1 of 0 or 1. */
  readonly near: number;
}

interface FidelityStep {
  readonly what: string;
  readonly fidelity: number;
  readonly accuracy: number;
}

/** Beyond this the multilinear extension takes too long for ten thousand images. */
const mostMultilinear = 12;

/** How often rules are right on images, and how often they agree with the network. */
export function judgeRules(extraction: Extraction, images: SeenImages): RuleFigures {
  const { network, terms, scales } = extraction;
  const table = featureTable(images, scales);
  const decided = ruleDecisions(extraction, table);
  const tables = terms[0] && terms[0].variables <= mostMultilinear ? classTables(network) : undefined;
  return {
    images: images.count,
    networkAccuracy: shareOfEqual(images.decisions, images.labels),
    ruleAccuracy: shareOfEqual(decided, images.labels),
    fidelity: shareOfEqual(decided, images.decisions),
    booleanAccuracy: tables && multilinearAccuracy(tables, table),
    literals: literalsIn(terms),
    holding: holdingOf(terms, table),
    sets: extraction.sets.map((set) => setFigures(set, table, images)),
    classes: terms.map((term, k) => ({
      term,
      ...oneAgainstRest(decided, images.labels, k),
      unit: unitAgreement(network, k, term),
      ...implicantOf(network, k, term),
      ...superfluous(network, k, term),
    })),
    sharpness: sharpnessOf(table),
    steps: network.length > 1 ? stepsOf(extraction, table, images, decided) : [],
  };
}

/** The class whose product of literals is largest, for each image. */
export function ruleDecisions({ terms }: Pick<RuleSet, 'terms'>, table: FeatureTable): Int32Array {
  const logs = literalLogs(table);
  return largest(terms.map((term) => logProducts(logs, signsOf(term))));
}

function multilinearAccuracy(tables: readonly Uint8Array[], table: FeatureTable): number {
  const { columns, labels, count } = sampleRows(table, 10_000);
  const values = tables.map((truth) => {
    const column = new Float32Array(count);
    const x = new Float64Array(columns.length);
    for (let row = 0; row < count; row++) {
      for (let i = 0; i < x.length; i++) x[i] = columns[i]?.[row] ?? 0;
      column[row] = multilinear(truth, x);
    }
    return column;
  });
  return shareOfEqual(largest(values), labels);
}

function oneAgainstRest(decided: Int32Array, labels: Int32Array, k: number) {
  let [given, labelled, both] = [0, 0, 0];
  for (let row = 0; row < decided.length; row++) {
    if (decided[row] === k) given++;
    if (labels[row] === k) labelled++;
    if (decided[row] === k && labels[row] === k) both++;
  }
  return {
    ...(given > 0 ? { precision: both / given } : {}),
    ...(labelled > 0 ? { recall: both / labelled } : {}),
    accuracy: 1 - (given + labelled - 2 * both) / decided.length,
  };
}

function implicantOf(network: BooleanNetwork, k: number, term: Term): { readonly implicant?: boolean } {
  const [layer, hidden] = network;
  const unit = layer?.[k];
  return hidden || !unit ? {} : { implicant: worstCase(unit, term) >= 0 };
}

function setFigures(set: ChosenSet, table: FeatureTable, { decisions, labels }: SeenImages): SetFigures {
  const decided = ruleDecisions(set, table);
  return {
    ...set,
    ruleAccuracy: shareOfEqual(decided, labels),
    fidelity: shareOfEqual(decided, decisions),
    literals: literalsIn(set.terms),
    holding: holdingOf(set.terms, table),
  };
}

function literalsIn(terms: readonly Term[]): number {
  return terms.reduce((sum, term) => sum + literalCount(term), 0);
}

function sharpnessOf({ columns }: FeatureTable): Sharpness {
  let [distance, near, count] = [0, 0, 0];
  for (const column of columns) {
    for (const value of column) {
      const away = Math.min(value, 1 - value);
      distance += away;
      if (away <= 0.1) near++;
    }
    count += column.length;
  }
  return { distance: distance / count, near: near / count };
}

/** From the network to its rules: hidden units rounded, then the features as well, then DNFs, then one conjunction a class. */
function stepsOf(
  { network, training, scales }: Extraction,
  table: FeatureTable,
  { decisions, labels }: SeenImages,
  decided: Int32Array,
): FidelityStep[] {
  const step = (what: string, classes: Int32Array): FidelityStep => ({
    what,
    fidelity: shareOfEqual(classes, decisions),
    accuracy: shareOfEqual(classes, labels),
  });
  const dnfs = composedDnfs(network, featureTable(training, scales));
  const rounded = table.columns.map((column) => column.map((value) => (value >= 0.5 ? 1 : 0)));
  return [
    step('the network', decisions),
    step('hidden units rounded to 0 or 1', roundedDecisions(network, table.columns)),
    step('features rounded as well', roundedDecisions(network, rounded)),
    ...(dnfs
      ? [
          step(
            `composed functions as DNFs, simplified on the training images (${dnfLiterals(dnfs)} literals)`,
            largest(dnfs.map((dnf) => dnfLogProducts(dnf, table))),
          ),
        ]
      : []),
    step('one conjunction a class', decided),
  ];
}

function dnfLiterals(dnfs: readonly Dnf[]): number {
  return literalsIn(dnfs.flat());
}

function roundedDecisions(network: BooleanNetwork, features: readonly Float32Array[]): Int32Array {
  const sums = network
    .slice(0, -1)
    .reduce(
      (columns, layer) => layer.map((unit) => weightedSums(columns, unit).map((sum) => (sum >= 0 ? 1 : 0))),
      features,
    );
  return largest((network.at(-1) ?? []).map((unit) => weightedSums(sums, unit)));
}
