import { type Column, type Columns, type Logits, type Squashing, summed } from './columns.ts';

/** An element of a row of logits, or the row's softmax there: what a sigmoid makes p, or 1 - p, of. */
export interface Member {
  readonly of: Squashing;
  readonly element: number;
  /** 1 - p in place of p. */
  readonly negated: boolean;
  /** How much it counts in a mean; all shares of a probability sum to 1. */
  readonly share: number;
}

/** Every number is the same for all images. */
interface ConstantHead {
  readonly kind: 'constant';
  readonly value: number;
}

/** The mean, with these shares, of softmaxes of rows of logits, each class times a constant. */
export interface SoftmaxHead {
  readonly kind: 'softmax';
  readonly members: readonly { readonly logits: Logits; readonly share: number }[];
  readonly classFactors?: readonly number[];
  readonly width: number;
  /** Whether the outputs are these probabilities, without a factor, a constant or a logarithm. */
  readonly plain: boolean;
}

/** Probabilities that do not depend on each other: of each class; or one of two classes, [1 - p, p] or p alone. */
export interface SigmoidHead {
  readonly kind: 'binary' | 'labels';
  readonly classes: readonly (readonly Member[])[];
  /** The outputs are p - 1/2, times a factor, as a tanh gives them. */
  readonly centred: boolean;
  readonly plain: boolean;
}

/** How a model's outputs follow from its scores. */
export type Head = ConstantHead | SoftmaxHead | SigmoidHead;

/** Up to this share of all a constant is there to keep a logarithm finite, and decides nothing. */
const negligible = 1e-3;
/** Constants in a file are rounded to single precision. */
const rounding = 1e-5;

/** What the columns of an output are; undefined for what is none of these. */
export function headOf({ columns, log }: Columns): Head | undefined {
  const [first, second, ...more] = columns;
  if (!first || (log !== undefined && log < 0)) return undefined;
  if (columns.every(({ parts }) => parts.length === 0)) {
    return columns.every(({ offset }) => offset === first.offset)
      ? { kind: 'constant', value: first.offset }
      : undefined;
  }
  const head = second
    ? (softmaxHead(columns) ?? (more.length === 0 ? binaryHead(second, first) : undefined) ?? labelHead(columns))
    : binaryHead(first, undefined);
  return head && log !== undefined ? { ...head, plain: false } : head;
}

const near = (a: number, b: number) => Math.abs(a - b) <= rounding * Math.max(Math.abs(a), Math.abs(b));

function softmaxHead(columns: readonly Column[]): SoftmaxHead | undefined {
  const [first] = columns;
  const width = columns.length;
  const fits = columns.every(
    ({ offset, parts }, k) =>
      near(offset, first?.offset ?? 0) &&
      offset >= 0 &&
      offset <= negligible * parts.reduce((sum, { weight }) => sum + weight, 0) &&
      parts.length === first?.parts.length &&
      parts.every(
        ({ of, element, weight }, i) =>
          of.kind === 'Softmax' &&
          of.width === width &&
          element === k &&
          weight > 0 &&
          of.key === first.parts[i]?.of.key,
      ),
  );
  if (!fits || !first) return undefined;
  const total = first.parts.reduce((sum, { weight }) => sum + weight, 0);
  const members = first.parts.map(({ of, weight }) => ({ logits: of.logits, share: weight / total }));
  const alike = columns.every(({ parts }) => parts.every(({ weight }, i) => near(weight, first.parts[i]?.weight ?? 0)));
  if (alike) return { kind: 'softmax', members, width, plain: near(total, 1) };
  if (members.length > 1) return undefined;
  const classFactors = columns.map(({ parts }) => parts[0]?.weight ?? 1);
  return { kind: 'softmax', members, width, classFactors, plain: false };
}

/** A column as total * p, or total * (p - 1/2) where it is centred, with p a mean of probabilities. */
interface Probability {
  readonly members: readonly Member[];
  readonly total: number;
  readonly centred: boolean;
}

/** w p = w + |w| (1 - p) where w is below 0. */
function probabilityOf({ offset, parts }: Column): Probability | undefined {
  const total = parts.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
  const base = parts.reduce((sum, { weight }) => sum + Math.min(0, weight), offset);
  if (total === 0) return undefined;
  const centred = near(base, -total / 2);
  if (!centred && Math.abs(base) > negligible * total) return undefined;
  if (parts.length > 1 && parts.some(({ of }) => of.kind === 'HardSigmoid')) return undefined;
  const members = parts.map(({ of, element, weight }) => ({
    of,
    element,
    negated: weight < 0,
    share: Math.abs(weight) / total,
  }));
  return { members, total, centred };
}

function binaryHead(column: Column, other: Column | undefined): SigmoidHead | undefined {
  const found = probabilityOf(column);
  if (!found) return undefined;
  if (other) {
    const both = summed([column, other]);
    const whole = found.centred ? 0 : found.total;
    const rest = both.parts.every(({ weight }) => Math.abs(weight) <= rounding * found.total);
    if (!rest || Math.abs(both.offset - whole) > 2 * negligible * found.total) return undefined;
  }
  return sigmoidHead('binary', [found]);
}

function labelHead(columns: readonly Column[]): SigmoidHead | undefined {
  const found = columns.map(probabilityOf);
  const classes = found.flatMap((probability) => probability ?? []);
  const [first] = classes;
  const alike = classes.every(
    ({ total, centred, members }) =>
      near(total, first?.total ?? 0) &&
      centred === first?.centred &&
      members.every(({ of }) => of.kind !== 'Softmax' && of.kind === first.members[0]?.of.kind),
  );
  if (!first || classes.length < columns.length || !alike) return undefined;
  return sigmoidHead('labels', classes);
}

function sigmoidHead(kind: SigmoidHead['kind'], all: readonly Probability[]): SigmoidHead {
  const [first] = all;
  const centred = first?.centred === true;
  const classes = all.map(({ members }) => (centred ? members.map(underTanh) : members));
  return { kind, classes, centred, plain: !centred && near(first?.total ?? 0, 1) };
}

/** Of tanh(x) = 2 sigmoid(2 x) - 1 the score is x. */
function underTanh(member: Member): Member {
  const [only, more] = member.of.logits;
  if (!only || more || only.factor !== 2) return member;
  const logits = [{ ...only, factor: 1 }];
  return { ...member, of: { ...member.of, key: `Tanh ${JSON.stringify(logits)}`, logits } };
}
