import type { Method, MethodSettings } from '../attribution/method.ts';
import type { InputDescription } from '../model/inputDescription.ts';

/** The version of the form that stores have; others are refused. */
export const storeFormat = 1;

/** All that a store's bytes follow from: it stands in the store, and whoever goes on with it must bring the same. */
export interface BulkIdentity {
  readonly format: typeof storeFormat;
  /** The versions that made it. */
  readonly konkyo: string;
  readonly runtime: string;
  readonly model: {
    readonly sha256: string;
    readonly output: string;
    readonly scores: string;
    readonly input: InputDescription;
    readonly batchSize: number;
  };
  readonly methods: readonly { readonly id: string; readonly settings: MethodSettings }[];
  /** What methods are given that is no number, by its name: a file of segments, say. */
  readonly resources: Readonly<Record<string, string>>;
  /** `predicted`, `label` or the index of a class. */
  readonly target: string;
  readonly checks: readonly string[];
  readonly seed: number;
  readonly images: {
    readonly name: string;
    readonly count: number;
    readonly classNames: readonly string[];
    /** SHA-256 of a line an image: its label and its name. */
    readonly list: string;
  };
  readonly shardSize: number;
}

/** A method as an identity names it. */
export function methodIdentity({ id, settings }: Pick<Method, 'id' | 'settings'>): BulkIdentity['methods'][number] {
  return { id, settings };
}

/** In what one identity is another, in words, by the names of their parts: none where they are the same. */
export function differences(stored: unknown, asked: unknown): readonly string[] {
  const [before, now] = [leavesOf(stored), leavesOf(asked)];
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    const [one = 'nothing', other = 'nothing'] = [before.get(name), now.get(name)];
    return one === other ? [] : [`${name}: ${one} in the store, ${other} now`];
  });
}

/** Short lists are one part: a method too few is one difference. */
const longestList = 20;

function leavesOf(value: unknown, name = ''): ReadonlyMap<string, string> {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    const isLong = Array.isArray(value) && value.length > longestList;
    return new Map(value === undefined ? [] : [[name, isLong ? `a list of ${value.length}` : shown(value)]]);
  }
  const entries = Object.entries(value);
  return new Map(entries.flatMap(([key, own]) => [...leavesOf(own, name === '' ? key : `${name}.${key}`)]));
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 400 ? text : `${text.slice(0, 400)}...`;
}
