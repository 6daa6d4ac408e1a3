import { ArgumentError } from '../../argumentError.ts';

/** A set of whole numbers below a fixed size, 32 of them to a word. Only sets of the same size go together. */
export type BitSet = Uint32Array;

/** More than any layer has. */
const largestSize = 2 ** 28;

/**
 * A set of whole numbers from 0 up to below `size`.
 * @throws ArgumentError for a size that is none, and a member that is not below `size`.
 */
export function bitSet(size: number, members: Iterable<number>): BitSet {
  if (!(Number.isInteger(size) && size >= 0 && size <= largestSize)) {
    throw new ArgumentError(`A set has a size from 0 to ${largestSize}, not ${size}.`);
  }
  const set = new Uint32Array(Math.max(1, Math.ceil(size / 32)));
  for (const member of members) {
    if (!Number.isInteger(member) || member < 0 || member >= size) {
      throw new ArgumentError(`${member} is not a whole number from 0 to ${size - 1}.`);
    }
    set[member >>> 5] = (set[member >>> 5] ?? 0) | (1 << (member & 31));
  }
  return set;
}

export function hasMember(set: BitSet, member: number): boolean {
  return (((set[member >>> 5] ?? 0) >>> (member & 31)) & 1) === 1;
}

/** In ascending order. */
export function membersOf(set: BitSet): number[] {
  const members: number[] = [];
  set.forEach((word, i) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) members.push(32 * i + 31 - Math.clz32(rest & -rest));
  });
  return members;
}

export function isSubset(inner: BitSet, outer: BitSet): boolean {
  return inner.every((word, i) => (word & ~(outer[i] ?? 0)) === 0);
}

export function areDisjoint(one: BitSet, other: BitSet): boolean {
  return one.every((word, i) => (word & (other[i] ?? 0)) === 0);
}
