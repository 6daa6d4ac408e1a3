/**
 * Exact Shapley values (Shapley 1953) from a game's whole table:
 * phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)).
 * @param worths v(S) of all 2^n coalitions; bit i of its place says whether player i is in it.
 * @returns [n], which sum to the worth of all less that of none.
 */
export function shapleyValues(worths: ArrayLike<number>): Float64Array {
  const players = Math.log2(worths.length);
  const weights = coalitionWeights(players);
  const values = new Float64Array(players);
  for (let coalition = 0; coalition < worths.length; coalition++) {
    const weight = weights[bitCount(coalition)] ?? 0;
    for (let player = 0; player < players; player++) {
      if ((coalition >> player) % 2 !== 0) continue;
      const gain = (worths[coalition + 2 ** player] ?? 0) - (worths[coalition] ?? 0);
      values[player] = (values[player] ?? 0) + weight * gain;
    }
  }
  return values;
}

/** s! (n - s - 1)! / n! = 1 / (n binomial(n - 1, s)), by the size s of the coalition. */
function coalitionWeights(players: number): Float64Array {
  let binomial = 1;
  return Float64Array.from({ length: players }, (_, size) => {
    if (size > 0) binomial = (binomial * (players - size)) / size;
    return 1 / (players * binomial);
  });
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest >>= 1) count += rest % 2;
  return count;
}
