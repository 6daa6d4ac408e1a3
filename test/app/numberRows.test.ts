import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../src/app/imageSources.ts';
import { inputParts } from '../../src/app/severalInputs.ts';
import { readNumberRows } from '../../src/datasets/csv.ts';
import { FileFormatError } from '../../src/datasets/errors.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { InvalidInputError } from '../../src/model/errors.ts';
import { built, dense, load, value } from '../networks.ts';

const files = new Map<string, string | Uint8Array>();
const reader = {
  nameOf: (path: string) => path,
  read: async (path: string) => {
    const content = files.get(path) ?? '';
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  },
  decode: () => Promise.reject(new Error('no picture')),
  testSet: () => Promise.reject(new Error('no data set')),
};

async function imagesOf(classifier: Classifier, content: string | Uint8Array, name = 'rows.csv') {
  files.set(name, content);
  const sources = await openImages([name], classifier, reader);
  return Promise.all(sources.map((source) => source.read()));
}

let table: Classifier;
let named: Classifier;
let signal: Classifier;

beforeAll(async () => {
  const perceptron = built(value('row', ['n', 3]), ['n', 2], (b, x) => dense(b, x, 3, 2));
  table = await load(perceptron);
  const description = { features: ['age', 'income', 'loans'], mean: [40, 1000, 0], std: [10, 500, 1] };
  named = await load(perceptron, { input: description });
  signal = await load(
    built(value('wave', ['n', 4, 2]), ['n', 2], (b, x) => dense(b, b.ops.Reshape(x, b.ints([-1, 8])), 8, 2)),
    { input: { kind: 'signal', layout: 'NHWC' } },
  );
});
afterAll(() => Promise.all([table, named, signal].map((each) => each.release())));

describe('rows of numbers', () => {
  it('are the rows of a table, as they are, with the names of the header', async () => {
    const [first, second] = await imagesOf(table, 'a,"b, too",c\n1,2.5,-3\n0,1e2, 4\n\n');
    expect(first).toMatchObject({ name: 'rows.csv[0]', features: ['a', 'b, too', 'c'] });
    expect([...first!.image.data]).toEqual([1, 2.5, -3]);
    expect(second!.image.dims).toEqual([1, 1, 1, 3]);
    expect([...second!.image.data]).toEqual([0, 100, 4]);
  });

  it('may lack a header, or be separated otherwise', () => {
    expect(readNumberRows('1;2\n3;4\n', 'x')).toEqual({
      names: undefined,
      rows: [Float64Array.of(1, 2), Float64Array.of(3, 4)],
    });
    expect(readNumberRows('a\tb\r\n1\t2\r\n', 'x').names).toEqual(['a', 'b']);
  });

  it('are found by the names of the description, and standardised as it says', async () => {
    const [only] = await imagesOf(named, 'loans,age,income\n2,50,750\n');
    expect([...only!.image.data]).toEqual([1, -0.5, 2]);
    expect(only!.features).toBeUndefined();
  });

  it('are a signal, a row a moment', async () => {
    const [only] = await imagesOf(signal, 'left,right\n1,2\n3,4\n5,6\n7,8\n');
    expect(only!.image.dims).toEqual([1, 1, 4, 2]);
    expect([...only!.image.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('come as arrays of whole numbers, too', async () => {
    const bytes = writeNpy({ type: 'int64', dims: [3], data: BigInt64Array.of(1n, 2n, -3n) });
    const [only] = await imagesOf(table, bytes, 'row.npy');
    expect([...only!.image.data]).toEqual([1, 2, -3]);
  });

  it.each([
    ['', /the file is empty/],
    ['\n \n', /the file is empty/],
    ['a,b,c\n', /a header, but no rows/],
    ['a,b,c\n1,2\n', /row 2 has 2 cells, and the first has 3/],
    ['a,b,c\n1,NaN,3\n', /row 2, column "b" is "NaN"\. .*finite/],
    ['a,b,c\n1,2,3\n1,,3\n', /row 3, column "b" is empty/],
    ['a,b,c\n1,blue,3\n', /row 2, column "b" is "blue"/],
    ['1,2,3\n4,x,6\n', /row 2, column 2 is "x"/],
    ['a,b,a\n1,2,3\n', /two columns are called "a"/],
  ])('%j is refused', (text, says) => {
    expect(() => readNumberRows(text, 'rows.csv')).toThrow(FileFormatError);
    expect(() => readNumberRows(text, 'rows.csv')).toThrow(says);
  });

  it.each([
    {
      title: 'too many columns',
      by: () => table,
      text: 'id,a,b,c\n1,2,3,4\n',
      says: /4 columns \("id", "a", "b", "c"\), but the model takes 3 features/,
    },
    {
      title: 'another header',
      by: () => named,
      text: 'age,salary,loans\n1,2,3\n',
      says: /no column "income"; the model has no feature "salary"\. The features are "age", "income", "loans"/,
    },
    { title: 'a column too many', by: () => named, text: 'age,income,loans,id\n1,2,3,4\n', says: /no feature "id"/ },
    {
      title: 'a shorter signal',
      by: () => signal,
      text: 'l,r\n1,2\n3,4\n',
      says: /2 rows, but the model's signal has 4 moments/,
    },
    {
      title: 'channels missing',
      by: () => signal,
      text: 'l\n1\n2\n3\n4\n',
      says: /1 columns \("l"\), but the model takes 2 channels/,
    },
  ])('of $title are refused by name', async ({ by, text, says }) => {
    await expect(imagesOf(by(), text)).rejects.toThrow(says);
    await expect(imagesOf(by(), text)).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('are no pictures', async () => {
    const [source] = await openImages(['a.png'], table, {
      ...reader,
      decode: async () => ({ height: 1, width: 3, channels: 1 as const, data: new Uint8Array(3) }),
    });
    await expect(source!.read()).rejects.toThrow(/takes tables, \[3\] each, not pictures: give a \.csv/);
  });
});

describe('arrays for several inputs', () => {
  const inputs = [value('image', ['n', 1, 2, 2]), value('row', ['n', 2]), value('kind', ['n'], 'int64')];
  const array = (dims: readonly number[], numbers: readonly number[]): NpyArray => ({
    type: 'float32',
    dims,
    data: Float32Array.from(numbers),
  });
  const kind = (...ids: number[]): NpyArray => ({
    type: 'int64',
    dims: [ids.length],
    data: BigInt64Array.from(ids, BigInt),
  });
  const file = (arrays: Readonly<Record<string, NpyArray>>) => ({
    name: 'all.npz',
    arrays: new Map(Object.entries(arrays)),
  });
  const whole = {
    image: array([3, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    row: array([1, 2], [20, 30]),
    kind: kind(1, 2, 1),
  };

  it('make a part of each input of real numbers and each set of held values', () => {
    const parts = inputParts(inputs, [file(whole)], undefined);
    expect(parts.map(({ inputName, images }) => [inputName, images.map(({ name, place }) => [name, place])])).toEqual([
      [
        'image',
        [
          ['all.npz[0], image', 0],
          ['all.npz[2], image', 4],
        ],
      ],
      ['row', [['all.npz[0], row', 1]]],
      ['image', [['all.npz[1], image', 2]]],
      ['row', [['all.npz[1], row', 3]]],
      ['row', [['all.npz[2], row', 5]]],
    ]);
    expect([...parts[0]!.images[1]!.array.data]).toEqual([9, 10, 11, 12]);
    expect([...parts[2]!.held.get('kind')!.data]).toEqual([2n]);
  });

  it('explain the input that is named', () => {
    const parts = inputParts(inputs, [file({ ...whole, kind: kind(1) })], 'image');
    expect(parts).toHaveLength(1);
    expect(parts[0]!.images.map(({ name }) => name)).toEqual(['all.npz[0]', 'all.npz[1]', 'all.npz[2]']);
  });

  it.each([
    [
      'a missing array',
      { image: whole.image, row: whole.row },
      /all\.npz .*no array "kind"\. The model takes:\n {2}image: float32\[n, 1, 2, 2\]\n/,
    ],
    ['an array too many', { ...whole, colour: kind(1) }, /no input "colour"/],
    [
      'other numbers of rows',
      { ...whole, kind: kind(1, 2) },
      /different numbers of rows: "image" 3, "row" 1, "kind" 2/,
    ],
  ])('%s is refused', (_, arrays, says) => {
    expect(() => inputParts(inputs, [file(arrays)], undefined)).toThrow(InvalidInputError);
    expect(() => inputParts(inputs, [file(arrays)], undefined)).toThrow(says);
  });
});
