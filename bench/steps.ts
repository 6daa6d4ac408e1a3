import { parseArgs } from 'node:util';
import { integratedGradients } from '../src/attribution/gradient/integratedGradients.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { concatRows, rows, type Tensor } from '../src/onnx/tensor.ts';
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

/** As the note says it. */
function evaluationsOf(note: string): number {
  const [, points = Number.NaN, scores = Number.NaN] =
    /at (\d+) points?, .*?(\d+) scores/.exec(note)?.map(Number) ?? [];
  return points + scores * forwardShare;
}

/** For each image what the first number of steps of the ladder gives whose gap is small enough. */
async function byLadder(classifier: Classifier, images: Tensor<'float32'>, targets: readonly number[]) {
  const found = new Map<number, Found>();
  for (const steps of ladder) {
    const open = targets.flatMap((_, i) => (found.has(i) ? [] : [i]));
    if (open.length === 0) break;
    const chosen = concatRows(open.map((i) => rows(images, i, i + 1)));
    const tried = await maps(
      classifier,
      chosen,
      open.map((i) => targets[i]!),
      steps,
    );
    for (const [k, one] of tried.entries())
      if (one.gap <= tolerance || steps === ladder.at(-1)) found.set(open[k]!, one);
  }
  return targets.map((_, i) => found.get(i)!);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number) => Number(value.toPrecision(3));

function summary(found: readonly Found[], reference: readonly Found[] | undefined) {
  const distance = (one: Found, i: number) => {
    const long = reference?.[i]?.map ?? one.map;
    return Math.hypot(...one.map.map((value, k) => value - long[k]!)) / Math.hypot(...long);
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
  const fixed = summary(await byLadder(classifier, images, targets), reference);
  const placed = summary(await maps(classifier, images, targets, undefined), reference);
  const usual = summary(await maps(classifier, images, targets, 50), reference);
  process.stdout.write(`${JSON.stringify({ model: name, images: targets.length, fixed, placed, usual })}\n`);
  await classifier.release();
}
