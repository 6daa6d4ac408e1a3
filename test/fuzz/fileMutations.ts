import type { Random } from '../../src/random/random.ts';

/* Ways in which any file can be wrong, whatever it holds. */

/** Wrong in one to three ways. */
export function mutateFile(bytes: Uint8Array, source: Random): Uint8Array {
  const other = source.uniform() < 0.5 ? otherJson(bytes, source) : undefined;
  if (other) return other;
  let changed = bytes;
  for (let times = 1 + source.index(3); times > 0; times--) changed = pick(source, mutations)(changed, source);
  return changed;
}

/** Values that mean something to a program, none of them to a reader of these files. */
const values: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  -1,
  0,
  1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e300,
  [],
  {},
  [[]],
  [1, 2, 3],
  '1',
  '\u0000',
];

/** JSON that is sound as such, with another value in one place, or one more, or one less; undefined for what is no JSON. */
function otherJson(bytes: Uint8Array, source: Random): Uint8Array | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  const root: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const visit = (holder: unknown) => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push([holder as Record<string, unknown>, key]);
      visit((holder as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const [holder, key] = pick(source, places);
  const kind = source.index(4);
  if (kind === 0) delete holder[key];
  else if (kind === 1) holder[`${key}x`] = holder[key];
  else if (kind === 2 && typeof holder[key] === 'number') holder[key] += pick(source, [-1, 1, 0.5, 1000]);
  else holder[key] = structuredClone(pick(source, values));
  return new TextEncoder().encode(JSON.stringify(root));
}

type Mutation = (bytes: Uint8Array, source: Random) => Uint8Array;

const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Words that mean something in one format or another. */
const words = [
  '-1',
  '0',
  '1.5',
  '1e999',
  'NaN',
  'null',
  'true',
  '""',
  '[]',
  '{}',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  ',',
  ':',
  '\0',
  '\n',
  '\r\n',
  '99999999999999999999',
  '2147483648',
  '9007199254740993',
  "'descr'",
  "'shape'",
  '<U4',
  '|O',
  '>f8',
  '<c16',
  '__proto__',
  'constructor',
  'PK\x01\x02',
  'PK\x05\x06',
  '\u202e',
  '\x1b[31m',
  '1, '.repeat(200),
  '(1, '.repeat(200),
  '['.repeat(5000),
  ' '.repeat(2000),
  '\\u0000',
];

const mutations: readonly Mutation[] = [
  /** Flipped bits, half of them near the beginning, where structure is. */
  (bytes, source) => {
    const flipped = Uint8Array.from(bytes);
    if (bytes.length === 0) return flipped;
    for (let times = 1 + source.index(8); times > 0; times--) {
      const range = source.uniform() < 0.5 ? Math.min(128, bytes.length) : bytes.length;
      flipped[source.index(range)]! ^= 1 << source.index(8);
    }
    return flipped;
  },
  /** Cut short, at either end. */
  (bytes, source) => {
    const at = source.index(bytes.length + 1);
    return source.uniform() < 0.8 ? bytes.slice(0, at) : bytes.slice(at);
  },
  /** Bytes after the end. */
  (bytes, source) => joined(bytes, randomBytes(1 + source.index(64), source)),
  /** A part gone, twice, or of random bytes. */
  (bytes, source) => {
    const [from, to] = [source.index(bytes.length + 1), source.index(bytes.length + 1)].sort((a, b) => a - b) as [
      number,
      number,
    ];
    const end = Math.min(to, from + 64);
    const middle = [
      new Uint8Array(),
      joined(bytes.slice(from, end), bytes.slice(from, end)),
      randomBytes(end - from, source),
    ];
    return joined(bytes.slice(0, from), pick(source, middle), bytes.slice(end));
  },
  /** An extreme number in the place of another, of 1, 2 or 4 bytes and either order. */
  (bytes, source) => {
    const changed = Uint8Array.from(bytes);
    const width = pick(source, [1, 2, 4]);
    if (bytes.length < width) return changed;
    const view = new DataView(changed.buffer);
    const at = source.index(Math.min(bytes.length, source.uniform() < 0.5 ? 64 : bytes.length) - width + 1);
    const number = pick(source, extremes);
    if (width === 1) view.setUint8(at, number);
    else if (width === 2) view.setUint16(at, number, source.uniform() < 0.5);
    else view.setUint32(at, number, source.uniform() < 0.5);
    return changed;
  },
  /** A word put in, or in the place of a number. */
  (bytes, source) => {
    const word = new TextEncoder().encode(pick(source, words));
    const digits = [...bytes.keys()].slice(0, 4096).filter((i) => bytes[i]! >= 0x30 && bytes[i]! <= 0x39);
    const at = digits.length > 0 && source.uniform() < 0.6 ? pick(source, digits) : source.index(bytes.length + 1);
    return joined(bytes.slice(0, at), word, bytes.slice(at + (source.uniform() < 0.5 ? 1 : 0)));
  },
  (_, source) => randomBytes(source.index(256), source),
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function randomBytes(count: number, source: Random): Uint8Array {
  return Uint8Array.from({ length: count }, () => source.index(256));
}

function pick<T>(source: Random, list: readonly T[]): T {
  return list[source.index(list.length)]!;
}
