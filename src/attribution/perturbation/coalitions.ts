import { type Random, shuffledIndices } from '../../random/random.ts';

/** A set of segments that are seen while the others are hidden, and how much it counts. */
export interface Coalition {
  /** 1 where a segment is seen. */
  readonly seen: Uint8Array;
  readonly weight: number;
}

/** Above so many the number of sets is as good as endless. */
const endless = 2 ** 52;

/**
 * Coalitions of `players` for KernelSHAP, without the empty and the full one: as many as asked for, or all there are. Sizes
 * are taken in pairs s and n - s, the heaviest first, whole as long as all their sets fit into what is left; of the
 * remaining sizes sets are drawn with probabilities as their weights, each with its complement. The weight of a set of
 * size s is the Shapley kernel's (n - 1) / (C(n, s) s (n - s)); drawn sets share the weight of all sets of their sizes.
 */
export function coalitions(players: number, wanted: number, source: Random): Coalition[] {
  const found: Coalition[] = [];
  let size = 1;
  for (; size <= players / 2; size++) {
    const sets = binomial(players, size) * (2 * size === players ? 1 : 2);
    if (sets > wanted - found.length) break;
    const weight = kernel(players, size) / binomial(players, size);
    for (const members of subsets(players, size)) {
      found.push({ seen: members, weight });
      if (2 * size !== players) found.push({ seen: complement(members), weight });
    }
  }
  return size > players / 2 ? found : [...found, ...drawn(players, size, wanted - found.length, source)];
}

/** Sets of sizes from `from` to players - from, in pairs of complements. */
function drawn(players: number, from: number, count: number, source: Random): Coalition[] {
  let total = 0;
  const sizes = Array.from({ length: players - 2 * from + 1 }, (_, i) => {
    total += kernel(players, from + i);
    return { size: from + i, upTo: total };
  });
  const pairs = Math.max(1, Math.floor(count / 2));
  return Array.from({ length: pairs }, () => {
    const place = source.uniform() * total;
    const { size } = sizes.find(({ upTo }) => place < upTo) ?? { size: from };
    const seen = new Uint8Array(players);
    for (const member of shuffledIndices(players, source).subarray(0, size)) seen[member] = 1;
    const weight = total / (2 * pairs);
    return [
      { seen, weight },
      { seen: complement(seen), weight },
    ];
  }).flat();
}

/** The Shapley kernel's weight of all sets of a size together. */
function kernel(players: number, size: number): number {
  return (players - 1) / (size * (players - size));
}

function complement(seen: Uint8Array): Uint8Array {
  return seen.map((member) => 1 - member);
}

function binomial(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) {
    product = (product * (n - k + i)) / i;
    if (product > endless) return Number.POSITIVE_INFINITY;
  }
  return Math.round(product);
}

/** Every set of `size` of `n`, in lexical order; of size n / 2 each once. */
function* subsets(n: number, size: number): Generator<Uint8Array> {
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    const seen = new Uint8Array(n);
    for (const member of chosen) seen[member] = 1;
    yield seen;
    let last = size - 1;
    while (last >= 0 && chosen[last] === n - size + last) last--;
    if (last < 0) return;
    chosen[last] = (chosen[last] ?? 0) + 1;
    for (let i = last + 1; i < size; i++) chosen[i] = (chosen[i - 1] ?? 0) + 1;
  }
}
