import { parseArgs } from 'node:util';
import { integratedGradients } from '../src/attribution/gradient/integratedGradients.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { rows, type Tensor } from '../src/onnx/tensor.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { pathModels } from './pathModels.ts';

/*
 * npm run bench:steps [-- --model WORD] [-- --images 20] [-- --reference 1000]
 * What a completeness gap of 1% takes, in gradients, by fixed Gauss-Legendre steps and by --tolerance: one JSON line a model.
 * A forward pass is counted as 1 / 3.4 of a gradient with its forward pass. The error of the maps is their distance from those of
 * --reference steps, as a share of these (0: it is not measured).
 */

const tolerance = 0.01;
const forwardShare = 1 / 3.4;
const ladder = [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500];

interface Found {
  readonly gap: number;
  readonly map: Float32Array;
  readonly evaluations: number;
}

async function maps(
  classifier: Classifier,
  images: Tensor<'float32'>,
  targets: readonly number[],
  steps: number | undefined,
): Promise<readonly Found[]> {
  const explainer = await integratedGradients(steps === undefined ? { tolerance } : { steps }).compile(classifier);
  const { values, completeness, notesByImage } = await explainer.attribute(images, targets);
  await explainer.release();
  return targets.map((_, i) => ({
    gap: completeness?.[i]?.gap ?? Number.NaN,
    map: rows(values, i, i + 1).data,
    evaluations: steps ?? evaluationsOf(notesByImage?.[i]?.join(' ') ?? ''),
  }));
}

/** The points are in the note; the score is known at both ends of each of their intervals. */
function evaluationsOf(note: string): number {
  const points = Number(/at (\d+) points/.exec(note)?.[1]);
  return points + (points + 1) * forwardShare;
}

/**
 * For each image what the first number of steps of the ladder gives whose gap is small enough, which nobody knows before; and the
 * first number that, with all larger ones, is enough for every image.
 */
async function byLadder(classifier: Classifier, images: Tensor<'float32'>, targets: readonly number[]) {
  const rungs: (readonly Found[])[] = [];
  for (const steps of ladder) {
    rungs.push(await maps(classifier, images, targets, steps));
    const isEnough = (found: readonly Found[] | undefined) => found?.every(({ gap }) => gap <= tolerance);
    if (isEnough(rungs.at(-1)) && isEnough(rungs.at(-2))) break;
  }
  const inHindsight = targets.map((_, i) => (rungs.find((found) => found[i]!.gap <= tolerance) ?? rungs.at(-1)!)[i]!);
  const lastShort = rungs.findLastIndex((found) => found.some(({ gap }) => gap > tolerance));
  return { inHindsight, forAll: rungs[lastShort + 1] ?? rungs.at(-1)! };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number) => Number(value.toPrecision(3));

function summary(found: readonly Found[], reference: readonly Found[] | undefined) {
  const distance = (one: Found, i: number) => {
    const long = reference?.[i]?.map ?? one.map;
    const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    return size(one.map.map((value, k) => value - long[k]!)) / size(long);
  };
  return {
    evaluations: round(mean(found.map(({ evaluations }) => evaluations))),
    most: round(Math.max(...found.map(({ evaluations }) => evaluations))),
    reached: found.filter(({ gap }) => gap <= tolerance).length,
    ...(reference ? { error: round(mean(found.map(distance))) } : {}),
  };
}

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    images: { type: 'string', default: '20' },
    reference: { type: 'string', default: '1000' },
  },
});
const runtime = nodeRuntime();
for (const { name, missing, load } of pathModels) {
  if (values.model !== undefined && !name.includes(values.model)) continue;
  if (missing !== undefined) {
    process.stderr.write(`skipped: ${name}: ${missing}\n`);
    continue;
  }
  const { classifier, images: all } = await load(runtime);
  const images = rows(all, 0, Math.min(Number(values.images), all.dims[0] ?? 0));
  const targets = (await classifier.predict(images)).map(({ chosen }) => chosen);
  const many = Number(values.reference);
  const reference = many > 0 ? await maps(classifier, images, targets, many) : undefined;
  const fixed = await byLadder(classifier, images, targets);
  const lines = {
    placed: await maps(classifier, images, targets, undefined),
    fixedInHindsight: fixed.inHindsight,
    fixedForAll: fixed.forAll,
    fixed50: await maps(classifier, images, targets, 50),
  };
  const line = Object.fromEntries(
    Object.entries(lines).map(([way, found]) => [way, summary(found, reference)] as const),
  );
  process.stdout.write(`${JSON.stringify({ model: name, images: targets.length, ...line })}\n`);
  await classifier.release();
}
