import type { Explanation, MethodMap } from '../attribution/explain.ts';
import { type Words, wordsIn } from '../language/words.ts';
import type { Check } from './check.ts';
import { completeness } from './completeness.ts';
import { conservationCheck } from './conservation.ts';
import { deletionInsertion } from './deletionInsertion.ts';
import type { Figure } from './figure.ts';
import { type Lamp, lampOf } from './lamp.ts';
import { parameterRandomisation } from './parameterRandomisation.ts';

/** Every check there is, in the order reports show them. A new one is one more entry. */
const list = [completeness, conservationCheck, deletionInsertion, parameterRandomisation] as const;
/** Every check that `checkMaps` runs, in the order reports show them. */
export const checks: readonly Check[] = list;

type Listed = (typeof list)[number];

/** The results of the checks that were run on a map, by their ids. */
export type MapChecks = {
  readonly [C in Listed as C['id']]?: C extends Check<infer Result> ? Result : never;
};

export interface CheckedMap extends MethodMap {
  /** Absent where none was run. */
  readonly checks?: MapChecks;
  /** Why there are no checks, in a sentence, where they were asked for and cannot be done. */
  readonly unchecked?: string;
}

export interface CheckedExplanation extends Explanation {
  readonly maps: readonly CheckedMap[];
}

/** What is known of a map: the results that it holds itself, and those of the checks that were run. */
function resultsOf(map: CheckedMap): readonly { readonly check: Check; readonly result: unknown }[] {
  const run = new Map<string, unknown>(Object.entries(map.checks ?? {}));
  return checks.flatMap((check) => {
    if (!check.appliesTo(map)) return [];
    const result = check.read ? check.read(map) : run.get(check.id);
    return result === undefined ? [] : [{ check, result }];
  });
}

/** What the checks say of a map, in words. */
export function figuresOf(map: CheckedMap, words: Words): readonly Figure[] {
  return resultsOf(map).flatMap(({ check, result }) => check.figures(result, words));
}

/** How far a map can be believed; `unchecked` where the checks that apply to it were not run, or could not be. */
export function lampOfMap(map: CheckedMap): Lamp {
  const isRun = map.checks !== undefined || !checks.some(({ run, appliesTo }) => run !== undefined && appliesTo(map));
  if (map.unchecked !== undefined || !isRun) return 'unchecked';
  return lampOf(figuresOf(map, wordsIn('en')));
}

/** What the checks say of a map, as numbers by the names they have in JSON. */
export function numbersOf(map: CheckedMap): Readonly<Record<string, number | undefined>> {
  return Object.assign({}, ...resultsOf(map).map(({ check, result }) => check.numbers(result)));
}
