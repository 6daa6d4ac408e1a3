import { literalTotal, ruleAccuracy, type Signs } from './conjunctions.ts';
import { type FeatureTable, literalLogs, sampleRows } from './featureTable.ts';
import { type Admits, jointAscent, objective } from './jointAscent.ts';
import { relaxedRules } from './relaxedRules.ts';

export interface SelectionData {
  /** What rules are fitted to. */
  readonly training: FeatureTable;
  /** What the price of a literal is chosen by. */
  readonly validation: FeatureTable;
}

interface SelectionSettings {
  readonly admits: Admits;
  /** For each class the conjunction to begin with: admitted, literals in plenty. */
  readonly start: readonly Signs[];
  /** Prices of a literal that are tried, ascending, as shares of images. */
  readonly prices?: readonly number[];
  /** So much validation accuracy may be given up for shorter rules. Default 0.001. */
  readonly tolerance?: number;
}

/** One point of the trade-off between accuracy and length. */
interface TradeOff {
  /** What a literal costs: the share of the images that it has to win. */
  readonly price: number;
  readonly rules: readonly Signs[];
  readonly literals: number;
  /** On the training and the validation images. */
  readonly training: number;
  readonly validation: number;
}

export interface Selection {
  readonly chosen: TradeOff;
  /** One entry a price, the prices rising. */
  readonly curve: readonly TradeOff[];
}

const defaultPrices = [0, 0.00005, 0.0001, 0.0002, 0.0004, 0.001, 0.003, 0.01];
/** Rows for the relaxed start and the search; the whole data has the last word. */
const relaxedRows = 3_000;
const searchRows = 10_000;
const fewSearchRows = 3_000;
/** More features than this have too many pairs of literals to try them all. */
const mostForPairs = 24;
/** With more features than this the search sees fewer rows, and its result is not polished on all of them. */
const mostForAllRows = 64;
/** Sharpness and literal price of the relaxed problems the search starts from. */
const relaxations = [
  { sharpness: 0.3, price: 0 },
  { sharpness: 0.5, price: 0 },
  { sharpness: 0.5, price: 0.002 },
  { sharpness: 1, price: 0.001 },
];

const relaxationOfMany = { sharpness: 0.3, price: 0.005 };

/**
 * One conjunction a class, chosen for all classes together: several relaxed starts, a search on part of the training data for
 * the best of them, then the path of solutions over rising prices of a literal, each polished on all of it. The
 * one with fewest literals among those whose validation accuracy is within the tolerance of the best is chosen.
 */
export function selectRules(data: SelectionData, settings: SelectionSettings): Selection {
  const { admits, start, prices = defaultPrices, tolerance = 0.001 } = settings;
  const all = literalLogs(data.training);
  const many = data.training.columns.length > mostForAllRows;
  const some = literalLogs(sampleRows(data.training, many ? fewSearchRows : searchRows));
  const few = literalLogs(sampleRows(data.training, relaxedRows));
  const held = literalLogs(data.validation);
  const depth = data.training.columns.length <= mostForPairs ? 2 : 1;
  const search = (from: readonly Signs[], price: number) => jointAscent(some, from, { price, depth, admits });
  const polish = (from: readonly Signs[], price: number) =>
    many ? from : jointAscent(all, from, { price, depth: 1, admits });
  const value = (rules: readonly Signs[], price: number) => objective(ruleAccuracy(some, rules), rules, price);
  const begun = (many ? [relaxationOfMany] : relaxations).map((relaxation) => {
    const relaxed = relaxedRules(few, start, { ...relaxation, steps: 120 });
    return relaxed.map((signs, k) => completed(signs, start[k] ?? signs, (candidate) => admits(k, candidate)));
  });
  const [first = 0] = prices;
  let path = (many ? begun : [start, ...begun])
    .map((from) => search(from, first))
    .reduce((a, b) => (value(b, first) > value(a, first) ? b : a));
  const curve = prices.map((price): TradeOff => {
    path = search(path, price);
    const rules = polish(path, price);
    const [training, validation] = [ruleAccuracy(all, rules), ruleAccuracy(held, rules)];
    return { price, rules, literals: literalTotal(rules), training, validation };
  });
  return { chosen: shortestWithin(curve, tolerance), curve };
}

/** With literals of the start added, in its order, until it is admitted. */
function completed(signs: Signs, start: Signs, admitted: (signs: Signs) => boolean): Signs {
  const result = Int8Array.from(signs);
  for (let i = 0; i < start.length && !admitted(result); i++) result[i] = start[i] ?? 0;
  return admitted(result) ? result : start;
}

function shortestWithin(curve: readonly TradeOff[], tolerance: number): TradeOff {
  const best = Math.max(...curve.map(({ validation }) => validation));
  const near = curve.filter(({ validation }) => validation >= best - tolerance);
  const [first] = near.sort((a, b) => a.literals - b.literals || b.validation - a.validation);
  if (!first) throw new RangeError('A selection needs at least one price.');
  return first;
}
