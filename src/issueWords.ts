import type { BaseIssue } from 'valibot';

/*
 * What valibot found wrong with a file, in words for whoever wrote the file: never its own.
 */

/** `mean[1] is "a", but must be a number`; `it is 7, but must be an object with fields` of the whole. */
export function issueWords(issue: BaseIssue<unknown>): string {
  const { issue: nearest, keys } = deepest(issue, keysOf(issue));
  const place = keys.length === 0 ? 'it' : placeOf(keys);
  if (nearest.expected === 'never') return `there is no field ${place}`;
  if (nearest.received === 'undefined') return `${place} is missing`;
  return `${place} is ${shown(nearest.input)}, but must be ${mustBe(nearest)}`;
}

type Keys = readonly unknown[];

function keysOf({ path }: BaseIssue<unknown>): Keys {
  return path?.map(({ key }) => key) ?? [];
}

/** Of a union the alternative that came furthest: for a list with a wrong entry that is the entry, not that it is a list. */
function deepest(issue: BaseIssue<unknown>, keys: Keys): { readonly issue: BaseIssue<unknown>; readonly keys: Keys } {
  const further = issue.issues?.find((one) => keysOf(one).length > 0);
  return further ? deepest(further, [...keys, ...keysOf(further)]) : { issue, keys };
}

/** `detection.threshold`, `mean[1]` */
function placeOf(keys: Keys): string {
  return keys.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('');
}

/** By what valibot calls its schemas and actions; what is not here is told by the value that is expected. */
const words: Readonly<Record<string, (requirement: unknown) => string>> = {
  string: () => 'text',
  non_empty: () => 'text that is not empty',
  parse_json: () => 'JSON',
  number: () => 'a number',
  finite: () => 'a finite number',
  integer: () => 'a whole number',
  min_value: (least) => `${least} or more`,
  max_value: (most) => `${most} or less`,
  not_value: (value) => `another number than ${value}`,
  array: () => 'a list',
  tuple: () => 'a list of as many',
  object: () => 'an object with fields',
  strict_object: () => 'an object with fields',
  record: () => 'an object with fields',
};

function mustBe(issue: BaseIssue<unknown>): string {
  const { type, requirement, issues, expected } = issue;
  if (issues) return [...new Set(issues.map(mustBe))].join(', or ');
  if (type in words) return words[type]?.(requirement) ?? '';
  // Of a choice: ("NCHW" | "NHWC").
  return (expected ?? 'something else').replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ');
}

const mostShown = 40;

/** Lists and objects by what they are: their contents can be long, and deep beyond what can be written out. */
function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  const text = typeof input === 'string' ? JSON.stringify(input) : String(input);
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}
