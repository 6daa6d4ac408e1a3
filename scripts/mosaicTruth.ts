// Where the evidence for a value, a label, a class in a region and a box lies, on mosaics, of which it is known what they are about:
// the share of it inside the digit's box, and whether the strongest pixel is inside, against a random map and an edge detector.
//   npm run check:mosaics -- FOLDER [--only value,labels,segmenter,detector] [--images 200] [--threads 2] [--json FILE]
// FOLDER has the networks that `npm run mosaics -- FOLDER` trains.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { explain } from '../src/attribution/explain.ts';
import { inputXGradient } from '../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../src/attribution/gradient/integratedGradients.ts';
import { gradCam } from '../src/attribution/layers/gradCam.ts';
import { occlusion } from '../src/attribution/perturbation/occlusion.ts';
import { relevanceMethod } from '../src/attribution/relevance/lrp.ts';
import { loadMosaics } from '../src/datasets/mosaic/loadMosaics.ts';
import { type Box, type Mosaics, mosaicSide, type PlacedDigit } from '../src/datasets/mosaic/mosaic.ts';
import { inkMask, largestDigit, sumOf } from '../src/datasets/mosaic/truths.ts';
import { edgeMap, randomMap } from '../src/faithfulness/baselineMaps.ts';
import { bootstrapMean } from '../src/faithfulness/mean.ts';
import { pointingGame, relevanceMassAccuracy } from '../src/faithfulness/metrics/localisation.ts';
import { type CellMap, cellMap, stretched } from '../src/faithfulness/pixelMap.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { derive } from '../src/model/makeClassifier.ts';
import type { Model } from '../src/onnx/graph.ts';
import { GraphBuilder } from '../src/onnx/graphBuilder.ts';
import { readModel } from '../src/onnx/readModel.ts';
import { concatRows, float32, rows, type Tensor } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { runOnce } from '../src/runtime/program.ts';
import { floatOutputOf } from '../src/runtime/runtime.ts';
import { foundDigits, overlap } from '../src/training/mosaic/boxes.ts';
import { cellsAcross } from '../src/training/mosaic/networks.ts';
import { trainingImages } from '../src/training/trainingImages.ts';
import { epsilonPlus } from '../src/transforms/relevance/composites.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'value,labels,detector,segmenter' },
    images: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('Usage: npm run check:mosaics -- FOLDER\n');
  process.exit(2);
}
const runtime = nodeRuntime({ threads: Number(flags.threads) });
const wanted = Number(flags.images);
const cells = cellsAcross * cellsAcross;
const { test } = await loadMosaics();

const methods = [
  inputXGradient(),
  integratedGradients(),
  relevanceMethod(
    { id: 'lrp-epsilon-plus', title: 'Relevance, epsilon-plus', about: 'The score handed back.', unit: 'score units' },
    () => epsilonPlus(),
  ),
  occlusion(),
  gradCam(),
];

/** A question to a network about one mosaic: which number of its answer, and the digit that the number is about. */
interface Question {
  readonly image: number;
  readonly digit: PlacedDigit;
  /** The place of the number in the row of scores. */
  readonly target: number;
}

/** A kind of target: the model with a row of scores in which each target is a number, and the questions it answers rightly. */
interface Kind {
  readonly title: string;
  /** The model whose output is that row. */
  readonly model: Model;
  readonly questionsOf: (answer: Float32Array, digits: readonly PlacedDigit[], image: number) => readonly Question[];
  /** The classifier of a question, where each has one of its own. */
  readonly own?: (classifier: Classifier, question: Question) => Classifier;
}

const original = (name: string) => readModel(readFileSync(join(folder, `${name}.onnx`)));

/** The model with another output, which is computed of values that it has. The readings of the library take its place once they are there. */
function withRow(model: Model, add: (builder: GraphBuilder) => string): Model {
  const builder = new GraphBuilder(model.graph, 'row');
  builder.rename(add(builder), 'row');
  return { ...model, graph: builder.build([{ name: 'row', type: 'float32', dims: ['N', 'K'] }]) };
}

const kinds: Readonly<Record<string, () => Kind>> = {
  // The digit that adds most; of mosaics in which only one does, and whose sum is right to within 1.
  value: () => ({
    title: 'value (the digit that adds most)',
    model: original('value'),
    questionsOf: ([sum = Number.NaN], digits, image) => {
      const [most, second] = digits.toSorted((a, b) => b.digit - a.digit);
      if (!most || most.digit === second?.digit || Math.abs(sum - sumOf(digits)) > 1) return [];
      return [{ image, digit: most, target: 1 }];
    },
  }),
  // The largest digit, where no other is of its class and the label is given.
  labels: () => ({
    title: 'label (the largest digit)',
    model: original('labels'),
    questionsOf: (answer, digits, image) => {
      const digit = largestDigit(digits);
      const alone = digits.every((other) => other === digit || other.digit !== digit.digit);
      return alone && (answer[digit.digit] ?? 0) > 0.5 ? [{ image, digit, target: digit.digit }] : [];
    },
  }),
  // The class score of the cell whose box the largest digit has got.
  detector: () => ({
    title: 'box (the largest digit)',
    model: withRow(original('detector'), (builder) =>
      builder.add('Flatten', [
        builder.add('Slice', ['found', builder.ints([4]), builder.ints([14]), builder.ints([1])]),
      ]),
    ),
    questionsOf: (answer, digits, image) => {
      const digit = largestDigit(digits);
      const box = foundDigits(answer, cells).find(
        (found) => found.digit === digit.digit && overlap(found.box, digit.box) > 0.5,
      );
      return box ? [{ image, digit, target: digit.digit * cells + box.cell }] : [];
    },
  }),
  // The mean of the class's score over the ink of the largest digit, where most of it is found.
  segmenter: () => ({
    title: 'class@mask (the largest digit’s ink)',
    model: withRow(original('segmenter'), (builder) => {
      const each = builder.ops.Reshape('classes', builder.ints([0, 11, mosaicSide * mosaicSide]));
      const mask = builder.constant(regionOf(new Uint8Array(mosaicSide * mosaicSide).fill(1)), 'region');
      return builder.add('Flatten', [builder.ops.MatMul(each, mask)]);
    }),
    questionsOf: (answer, digits, image) => {
      const digit = largestDigit(digits);
      const ink = inkMask([digit]);
      const found = [...ink.keys()].filter((pixel) => ink[pixel] === 1 && classAt(answer, pixel) === 1 + digit.digit);
      return 2 * found.length > ink.reduce((sum, is) => sum + is, 0) ? [{ image, digit, target: 1 + digit.digit }] : [];
    },
    own: (classifier, { digit }) => {
      const { graph } = classifier.model;
      const initializers = new Map(
        [...graph.initializers].map(([name, old]): [string, Tensor] => [
          name,
          name.endsWith('_region') ? regionOf(inkMask([digit])) : old,
        ]),
      );
      return derive(classifier, { model: { ...classifier.model, graph: { ...graph, initializers } } });
    },
  }),
};

/** [pixels, 1], whose product with a class's scores is their mean over a mask. */
function regionOf(mask: Uint8Array): Tensor<'float32'> {
  const count = mask.reduce((sum, is) => sum + is, 0);
  return float32(
    [mask.length, 1],
    Float32Array.from(mask, (is) => is / count),
  );
}

function classAt(answer: Float32Array, pixel: number): number {
  const size = mosaicSide * mosaicSide;
  const scores = Array.from({ length: 11 }, (_, k) => answer[k * size + pixel] ?? 0);
  return scores.indexOf(Math.max(...scores));
}

/** The first questions that the network's own answers allow. */
async function questions(name: string, { questionsOf }: Kind, images: Tensor<'float32'>): Promise<Question[]> {
  const model = original(name);
  const [output = ''] = model.graph.outputs.map(({ name }) => name);
  const found: Question[] = [];
  for (let image = 0; image < test.images.count && found.length < wanted; image++) {
    const values = await runOnce(runtime, model, {}, { input: rows(images, image, image + 1) });
    found.push(...questionsOf(floatOutputOf(values, output).data, test.digits[image] ?? [], image));
  }
  return found;
}

function boxMask({ x1, y1, x2, y2 }: Box) {
  const inside = (i: number) => {
    const [x, y] = [i % mosaicSide, Math.floor(i / mosaicSide)];
    return x >= x1 && x < x2 && y >= y1 && y < y2;
  };
  const values = Uint8Array.from({ length: mosaicSide * mosaicSide }, (_, i) => Number(inside(i)));
  return { height: mosaicSide, width: mosaicSide, values };
}

/** The maps of all methods, in the order of the questions. */
async function mapsOf(classifier: Classifier, { own }: Kind, asked: readonly Question[], images: Tensor<'float32'>) {
  const pictures = asked.map(({ image }) => rows(images, image, image + 1));
  if (!own) {
    let next = 0;
    // `explain` asks for the targets in the order of the images.
    return explain(classifier, concatRows(pictures), methods, { target: () => asked[next++]?.target ?? 0 });
  }
  const all = [];
  for (const [i, question] of asked.entries()) {
    const derived = own(classifier, question);
    const picture = pictures[i];
    if (picture) all.push(...(await explain(derived, picture, methods, { target: () => question.target })));
    await derived.release();
  }
  return all;
}

interface Row {
  readonly kind: string;
  readonly images: number;
  readonly method: string;
  readonly pointing: ReturnType<typeof bootstrapMean>;
  readonly mass: ReturnType<typeof bootstrapMean>;
}

async function judge(name: string, kind: Kind, mosaics: Mosaics): Promise<Row[]> {
  const classifier = await loadClassifier(writeModel(kind.model), { runtime });
  const { input } = classifier;
  const images = trainingImages(mosaics.images, input, 10).images;
  const asked = await questions(name, kind, images);
  const explanations = await mapsOf(classifier, kind, asked, images);
  await classifier.release();
  const masks = asked.map(({ digit }) => boxMask(digit.box));
  const row = (method: string, maps: readonly (CellMap | undefined)[]): Row => {
    const pairs = maps.flatMap((map, i) => {
      const mask = masks[i];
      return map && mask && map.values.some((value) => value > 0) ? [{ map: stretched(map, input), mask }] : [];
    });
    const points = pairs.map(({ map, mask }) => Number(pointingGame(map, mask)));
    const masses = pairs.map(({ map, mask }) => relevanceMassAccuracy(map, mask, 'positive'));
    return {
      kind: kind.title,
      images: pairs.length,
      method,
      pointing: bootstrapMean(points, 1),
      mass: bootstrapMean(masses, 1),
    };
  };
  const picture = ({ image }: Question) => rows(images, image, image + 1).data;
  return [
    ...methods.map(({ id, title }) =>
      row(
        title,
        explanations.map(({ maps }) => {
          const map = maps.find(({ method }) => method.id === id);
          return map && cellMap(map, input);
        }),
      ),
    ),
    row(
      'Random map',
      asked.map((_, i) => randomMap(input, i)),
    ),
    row(
      'Edges (Sobel)',
      asked.map((question) => edgeMap(picture(question), input)),
    ),
  ];
}

const all: Row[] = [];
const number = ({ mean, low, high }: Row['mass']) => `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
for (const name of flags.only.split(',')) {
  const make = kinds[name];
  if (!make) throw new Error(`There is no network "${name}": there are ${Object.keys(kinds).join(', ')}.`);
  const judged = await judge(name, make(), test);
  all.push(...judged);
  process.stdout.write(
    `${judged[0]?.kind}, ${judged[0]?.images} images: pointing game; share of positive evidence inside\n`,
  );
  for (const { method, pointing, mass } of judged) {
    process.stdout.write(`  ${method.padEnd(26)} ${number(pointing)}   ${number(mass)}\n`);
  }
}
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(all, null, 2)}\n`);
