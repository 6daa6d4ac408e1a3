import { ArgumentError } from '../../argumentError.ts';
import { areDisjoint, type BitSet, bitSet, isSubset, membersOf } from './bitSet.ts';

/**
 * A conjunction of literals: x_i for every i in `on`, not x_i for every i in `off`. Without literals it is always true.
 * Variables count from 0, in text too: x5 is unit 5 of its layer. (The paper counts from 1.)
 */
export interface Term {
  /** How many variables there are, in the term or not. */
  readonly variables: number;
  readonly on: BitSet;
  readonly off: BitSet;
}

export interface Literal {
  readonly variable: number;
  readonly negated: boolean;
}

/**
 * The term, a conjunction, of literals.
 * @throws ArgumentError for a variable out of range, or one that is both asserted and negated.
 */
export function termOf(variables: number, literals: Iterable<Literal>): Term {
  const list = [...literals];
  const where = (negated: boolean) =>
    bitSet(
      variables,
      list.flatMap((literal) => (literal.negated === negated ? [literal.variable] : [])),
    );
  const [on, off] = [where(false), where(true)];
  if (!areDisjoint(on, off)) throw new ArgumentError('A term cannot hold a variable and its negation.');
  return { variables, on, off };
}

/** Asserted ones first, each in ascending order. */
export function literalsOf({ on, off }: Term): Literal[] {
  return [
    ...membersOf(on).map((variable) => ({ variable, negated: false })),
    ...membersOf(off).map((variable) => ({ variable, negated: true })),
  ];
}

export function literalCount({ on, off }: Term): number {
  return membersOf(on).length + membersOf(off).length;
}

/** Whether it holds where exactly the variables of `vertex` are 1. */
export function holdsAt({ on, off }: Term, vertex: BitSet): boolean {
  return isSubset(on, vertex) && areDisjoint(off, vertex);
}

/** Whether one term follows from the other: the general one has no literal that the special one lacks. */
export function follows(general: Term, special: Term): boolean {
  return isSubset(general.on, special.on) && isSubset(general.off, special.off);
}

/** x for a literal, 1 - x for a negated one, their product for "and": 0 to 1 for values in [0, 1]. */
export function productOf(term: Term, values: ArrayLike<number>): number {
  return literalsOf(term).reduce((product, literal) => product * literalValue(literal, values), 1);
}

/** A factor of 0 counts as half the step of float32 below 1, so that rules that are all violated can still be compared. */
export const smallestFactor = 2 ** -24;

/** The logarithm of the product. */
export function logProductOf(term: Term, values: ArrayLike<number>): number {
  return literalsOf(term).reduce(
    (sum, literal) => sum + Math.log(Math.max(literalValue(literal, values), smallestFactor)),
    0,
  );
}

export function literalValue({ variable, negated }: Literal, values: ArrayLike<number>): number {
  const value = values[variable] ?? Number.NaN;
  return negated ? 1 - value : value;
}

/** From one half on a literal's value counts as met, as the paper rounds. */
export function isMet(value: number): boolean {
  return value >= 0.5;
}

/** `x5 ∧ x7 ∧ ¬x0`; `true` without literals. */
export function termText(term: Term): string {
  return literalsOf(term).map(literalText).join(' ∧ ') || 'true';
}

export function literalText({ variable, negated }: Literal): string {
  return `${negated ? '¬' : ''}x${variable}`;
}
