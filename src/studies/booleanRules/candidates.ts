import { type BooleanNetwork, centred, classTables, implicantTest, type Reading } from './booleanNetwork.ts';
import { classDnfs } from './classDnfs.ts';
import { literalTotal, type Signs, signsOf } from './conjunctions.ts';
import { type FeatureScale, isConstant, unitScale } from './featureScale.ts';
import type { FeatureTable } from './featureTable.ts';
import { primeImplicants } from './implicants.ts';
import type { Admits } from './jointAscent.ts';
import { literalCount } from './term.ts';

export type Candidates =
  | { readonly kind: 'implicants' }
  /** Any term that does well on the images, as implicants would not be readable, or do not exist. */
  | { readonly kind: 'any'; readonly reason: string };

/** Longer implicants than this are no rules for a reader. */
const mostReadable = 24;

interface Found {
  readonly network: BooleanNetwork;
  readonly reading: Reading;
  readonly candidates: Candidates;
  readonly start: readonly Signs[];
  readonly admits: Admits;
  /** Any conjunction, of features that vary. */
  readonly free: Admits;
}

/**
 * The implicants of the classes' functions, read raw or else centred, where every class has a readable one; else any term. Which
 * reading of the threshold: softmax does not say; raw did better on both networks of paper A.
 * @param most literals in a term.
 */
export function candidatesOf(
  raw: BooleanNetwork,
  table: FeatureTable,
  scales: readonly FeatureScale[],
  most: number,
): Found {
  const free: Admits = (_, signs) =>
    literalTotal([signs]) <= most && signs.every((sign, i) => sign === 0 || !isConstant(scales[i] ?? unitScale));
  const readings = [
    { reading: 'raw' as const, network: raw },
    { reading: 'centred' as const, network: centred(raw) },
  ];
  const reasons: string[] = [];
  for (const { reading, network } of readings) {
    const start = implicantStart(network, table, scales, most);
    if (typeof start === 'string') {
      reasons.push(`read ${reading}, ${start}`);
      continue;
    }
    const isImplicant = implicantTest(network);
    const admits: Admits = (k, signs) => free(k, signs) && isImplicant(k, signs);
    return { network, reading, candidates: { kind: 'implicants' }, start, admits, free };
  }
  const empty = (raw.at(-1) ?? []).map(() => new Int8Array(scales.length));
  const candidates: Candidates = { kind: 'any', reason: reasons.join('; ') };
  return { network: raw, reading: 'raw', candidates, start: empty, admits: free, free };
}

/**
 * For each class an implicant with a literal for every feature that varies, where that is not too long; or why there is none that
 * could become readable.
 */
function implicantStart(
  network: BooleanNetwork,
  table: FeatureTable,
  scales: readonly FeatureScale[],
  most: number,
): readonly Signs[] | string {
  const [layer = []] = network;
  const varies = (i: number) => !isConstant(scales[i] ?? unitScale);
  if (most < scales.length) return shortStart(network, most);
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

/** Each class's shortest implicant. */
function shortStart(network: BooleanNetwork, most: number): readonly Signs[] | string {
  const dnfs = classDnfs(network, most);
  if (!dnfs) return 'the composed functions are of too many features to list their short terms';
  const lacking = dnfs.findIndex(({ terms }) => terms.length === 0);
  if (lacking >= 0) return `class ${lacking} has no implicant with at most ${most} literals`;
  return dnfs.flatMap(({ terms: [shortest] }) => (shortest ? [signsOf(shortest)] : []));
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
