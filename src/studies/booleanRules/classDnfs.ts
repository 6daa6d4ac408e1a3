import { type BooleanNetwork, classTables, termTable } from './booleanNetwork.ts';
import { type Primes, primeImplicants } from './implicants.ts';
import { type Term, termOf } from './term.ts';

/** More features than this have too many terms to look through them all for a composed function. */
const mostTabledFeatures = 12;
/** Prime implicants that are listed of a class. Ten features have 252 at most, fifteen 6,435. */
const mostListed = 10_000;

/**
 * The Boolean function of each class as a DNF: its prime implicants, shortest first. For one layer they are found by branch and
 * bound; for several, from the table of all terms over up to 12 features, beyond which there are none to list.
 * @param most literals in a term (order k of the paper).
 */
export function classDnfs(network: BooleanNetwork, most = Number.POSITIVE_INFINITY): readonly Primes[] | undefined {
  const [layer = [], ...hidden] = network;
  const features = layer[0]?.weights.length ?? 0;
  const maxLiterals = Math.min(most, features);
  if (hidden.length === 0) {
    return layer.map((unit) => primeImplicants(unit, { limit: mostListed, maxLiterals }));
  }
  const tables = features <= mostTabledFeatures ? classTables(network) : undefined;
  return tables?.map((truth) => {
    const terms = primesOfTable(truth, features);
    const short = terms.filter(({ literals }) => literals <= maxLiterals);
    return { terms: short.map(({ term }) => term), complete: short.length === terms.length };
  });
}

interface CountedTerm {
  readonly term: Term;
  readonly literals: number;
}

/** The terms that imply the function and from which nothing can be left out, shortest first. */
export function primesOfTable(truth: Uint8Array, variables: number): readonly CountedTerm[] {
  const implicants = termTable(truth, variables);
  const found: CountedTerm[] = [];
  const digits = new Uint8Array(variables);
  implicants.forEach((isImplicant, code) => {
    if (isImplicant === 0) return;
    let rest = code;
    for (let i = 0; i < variables; i++, rest = Math.floor(rest / 3)) digits[i] = rest % 3;
    // Freeing a variable makes its digit 2.
    const isPrime = digits.every((digit, i) => digit === 2 || implicants[code + (2 - digit) * 3 ** i] === 0);
    if (!isPrime) return;
    const literals = [...digits].flatMap((digit, variable) =>
      digit === 2 ? [] : [{ variable, negated: digit === 0 }],
    );
    found.push({ term: termOf(variables, literals), literals: literals.length });
  });
  return found.sort((a, b) => a.literals - b.literals);
}
