import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { inputSettings } from '../../src/cli/inputFlags.ts';
import { parseSegments } from '../../src/cli/resourceFlags.ts';
import { datasetFromArrays } from '../../src/datasets/arrayDataset.ts';
import type { Dataset } from '../../src/datasets/dataset.ts';
import { DIGITS_BYTES, DIGITS_COUNT, parseDigits } from '../../src/datasets/digits.ts';
import { readIdxFolder } from '../../src/datasets/idxFolder.ts';
import { decodeImage } from '../../src/datasets/imageFile.ts';
import { imageAt, type LabelledImages } from '../../src/datasets/labelledImages.ts';
import { readNpy, writeNpy } from '../../src/datasets/npy.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { readNpz, writeNpz } from '../../src/datasets/npz.ts';
import { describeInput, parseInputSettings } from '../../src/model/inputDescription.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { readRuleFile, writeRuleFile } from '../../src/studies/booleanRules/ruleFile.ts';
import { termOf } from '../../src/studies/booleanRules/term.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpointFile.ts';
import { value } from '../networks.ts';

/*
 * The formats that konkyo reads, each with good files to begin with and a reader that throws where an accepted file came out
 * wrong: what the reader promises of its result is looked at, not only that there is one.
 */

export interface FileFormat {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
}

/** What must not be: a file that was accepted and came out wrong. */
export class Wrong extends Error {}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Wrong(what);
}

const text = (content: string) => new TextEncoder().encode(content);
const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const arrays: readonly NpyArray[] = [
  { type: 'float32', dims: [1, 2, 3], data: Float32Array.of(1, -2, 3, 4, 5.5, 6) },
  { type: 'int64', dims: [3], data: BigInt64Array.of(1n, 2n, -3n) },
  { type: 'bool', dims: [], data: Uint8Array.of(1) },
  { type: 'float64', dims: [2, 2], data: Float64Array.of(1, 2, 3, 4) },
];

function sound({ dims, data }: NpyArray): void {
  must(
    dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0),
    `dims [${dims}]`,
  );
  must(dims.reduce((product, dim) => product * dim, 1) === data.length, `[${dims}] of ${data.length} elements`);
}

function readsBack(array: NpyArray): void {
  sound(array);
  const again = readNpy(writeNpy(array));
  must(
    Buffer.compare(Buffer.from(again.data.buffer), Buffer.from(array.data.buffer)) === 0,
    'other bytes when written',
  );
}

function soundSet(set: LabelledImages): void {
  const { images, labels, count, height, width, channels, classNames } = set;
  must(images.length === count * height * width * channels && labels.length === count, 'images and labels');
  must(
    labels.every((label) => label >= 0 && label < classNames.length),
    'a label without a class',
  );
  if (count > 0) imageAt(set, count - 1);
}

function soundDataset({ train, test }: Dataset): Dataset {
  soundSet(train);
  soundSet(test);
  return { train, test };
}

/** A reader of a path, for bytes. */
async function inFile<T>(
  bytes: Uint8Array,
  name: string,
  read: (path: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'konkyo-fuzz-'));
  try {
    writeFileSync(join(folder, name), bytes);
    return await read(join(folder, name), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const idxImages = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  4,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  ...Array.from({ length: 16 }, (_, i) => i * 16),
);
const idxLabels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 1);

const idxReader = (name: string) => (bytes: Uint8Array) =>
  inFile(bytes, name, async (_, folder) => {
    const others = {
      'train-images-idx3-ubyte': idxImages,
      'train-labels-idx1-ubyte': idxLabels,
      't10k-images-idx3-ubyte': idxImages,
      't10k-labels-idx1-ubyte': idxLabels,
    };
    for (const [other, content] of Object.entries(others)) {
      if (!name.startsWith(other)) writeFileSync(join(folder, other), content);
    }
    return soundDataset(await readIdxFolder(folder));
  });

const images: NpyArray = { type: 'uint8', dims: [10, 2, 2], data: Uint8Array.from({ length: 40 }, (_, i) => i) };
const labels: NpyArray = {
  type: 'int64',
  dims: [10],
  data: BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i % 2)),
};

const state = {
  step: 5,
  weights: { w: float32([2, 2], [1, 2, 3, 4]) },
  memory: { 'w.velocity': float32([2, 2], [0, 0, 1, 1]) },
};
const checkpoint = writeCheckpoint({
  state,
  identity: { seed: 1, batchSize: 2, images: 8, data: 'set', optimizer: 'sgd', weights: 'w[2,2]' },
  random: [1, -2, 3, 4],
  batches: 1,
  lossSum: 0.5,
  history: [{ epoch: 1, step: 4, loss: 0.7, accuracy: 0.5 }],
  best: { accuracy: 0.5, epoch: 1, state: { ...state, step: 4 } },
});

const fields = readNpz(checkpoint).get('konkyo')!.data as Uint8Array;
const withFields = (bytes: Uint8Array) =>
  writeNpz(new Map(readNpz(checkpoint)).set('konkyo', { type: 'uint8', dims: [bytes.length], data: bytes }));

function readsCheckpoint(bytes: Uint8Array): void {
  const read = readCheckpoint(bytes);
  const again = readCheckpoint(writeCheckpoint(read));
  must(
    Buffer.compare(Buffer.from(writeCheckpoint(read)), Buffer.from(writeCheckpoint(again))) === 0,
    'other when written',
  );
  must(read.random.length === 4 && Number.isFinite(read.lossSum), 'numbers');
}

const rules = writeRuleFile({
  model: { file: 'm.onnx', sha256: 'ab'.repeat(32) },
  rules: {
    features: 'features',
    scales: [
      { low: 0, high: 1 },
      { low: -1, high: 2 },
      { low: 0, high: 3 },
    ],
    terms: [
      termOf(3, [{ variable: 0, negated: false }]),
      termOf(3, [
        { variable: 1, negated: true },
        { variable: 2, negated: false },
      ]),
    ],
  },
  labels: ['cat', 'dog'],
  figures: { fidelity: 0.9, booleanAccuracy: null },
  pictures: [{ feature: 1, width: 2, height: 2, channels: 1, data: Buffer.from([1, 2, 3, 4]).toString('base64') }],
});

const description = JSON.stringify(
  { layout: 'NCHW', size: [4, 4], order: 'BGR', scale: 0.5, mean: [1, 2, 3], std: 2, classes: ['a', 'b'] },
  null,
  2,
);

const colours = sharp(Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 37) % 256)), {
  raw: { width: 4, height: 4, channels: 3 },
});
const pictures = await Promise.all([
  colours.clone().png().toBuffer(),
  colours.clone().jpeg().toBuffer(),
  colours.clone().webp().toBuffer(),
]);

async function readPicture(bytes: Uint8Array): Promise<void> {
  const { height, width, channels, data } = await decodeImage(bytes);
  must(
    height > 0 && width > 0 && data.length === height * width * channels,
    `${height}x${width}x${channels}: ${data.length}`,
  );
}

const digits = new Uint8Array(DIGITS_BYTES);
for (let i = 0; i < DIGITS_COUNT; i++) digits[i] = i % 10;

export const fileFormats: readonly FileFormat[] = [
  { name: 'npy', samples: arrays.map((array) => writeNpy(array)), read: (bytes) => readsBack(readNpy(bytes)) },
  {
    name: 'npz',
    samples: [
      writeNpz(new Map(arrays.map((array, i) => [`a${i}`, array]))),
      zipSync(Object.fromEntries(arrays.map((array, i) => [`a${i}.npy`, writeNpy(array)])), { level: 9 }),
    ],
    read: (bytes) => {
      for (const array of readNpz(bytes).values()) readsBack(array);
    },
  },
  { name: 'idx images', samples: [idxImages], read: idxReader('train-images-idx3-ubyte') },
  { name: 'idx labels', samples: [idxLabels], read: idxReader('train-labels-idx1-ubyte') },
  { name: 'idx gzip', samples: [gzipSync(idxImages)], read: idxReader('train-images-idx3-ubyte.gz') },
  {
    name: 'array data set',
    samples: [
      writeNpz(
        new Map<string, NpyArray>([
          ['images', images],
          ['labels', labels],
        ]),
      ),
    ],
    read: (bytes) => soundDataset(datasetFromArrays(readNpz(bytes), 'set', 'set')),
  },
  {
    name: 'labels in a data set',
    samples: [writeNpy(labels)],
    read: (bytes) => {
      const packed = zipSync({ 'images.npy': writeNpy(images), 'labels.npy': bytes });
      const { train, test } = soundDataset(datasetFromArrays(readNpz(packed), 'set', 'set'));
      const said = Array.from(readNpy(bytes).data, Number);
      const found = [...train.labels, ...test.labels];
      must(said.length === found.length && said.toSorted().join() === found.sort().join(), 'other labels');
    },
  },
  { name: 'digits', samples: [digits], read: (bytes) => soundDataset(parseDigits(bytes)) },
  {
    name: 'checkpoint',
    samples: [checkpoint],
    read: readsCheckpoint,
  },
  {
    name: 'fields of a checkpoint',
    samples: [fields],
    read: (bytes) => readsCheckpoint(withFields(bytes)),
  },
  {
    name: 'rules',
    samples: [text(rules)],
    read: (bytes) => {
      const { file, rules: read } = readRuleFile(decoded(bytes), 'rules.json');
      must(read.scales.length === file.features.count && read.terms.length === file.rules.length, 'counts');
      for (const { width, height, channels, data } of file.pictures)
        must(atob(data).length === width * height * channels, 'a picture');
    },
  },
  {
    name: 'description',
    samples: [text(description)],
    read: (bytes) => {
      const { height, width, scale, mean, std } = describeInput(
        value('x', ['n', 3, undefined, undefined]),
        parseInputSettings(decoded(bytes), 'm.konkyo.json'),
      );
      must(
        [height, width].every((side) => Number.isInteger(side) && side > 0),
        'size',
      );
      must([scale, ...mean, ...std].every(Number.isFinite) && scale !== 0 && !std.includes(0), 'numbers');
    },
  },
  {
    name: 'class names',
    samples: [text('cat\ndog\r\nbird\n')],
    read: (bytes) =>
      inFile(bytes, 'classes.txt', async (classes) => {
        const { classes: names } = await inputSettings({ classes });
        must(names?.every((name) => !/[\r\n]$/.test(name)) === true, 'line ends in names');
      }),
  },
  {
    name: 'segments',
    samples: [writeNpy({ type: 'int32', dims: [2, 2], data: Int32Array.of(0, 1, 1, 2) }), pictures[0]!],
    read: (bytes) =>
      inFile(bytes, bytes[0] === 0x93 ? 's.npy' : 's.png', async (path) => {
        const { height, width, labels: found } = await parseSegments(path).read();
        must(found.length === height * width && Array.from(found).every(Number.isSafeInteger), 'labels');
      }),
  },
  { name: 'PNG', samples: [pictures[0]!], read: readPicture },
  { name: 'JPEG', samples: [pictures[1]!], read: readPicture },
  { name: 'WebP', samples: [pictures[2]!], read: readPicture },
];
