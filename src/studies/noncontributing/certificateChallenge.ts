import type { Classifier } from '../../model/classifier.ts';
import { classCount } from '../../model/target.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { ranges } from '../../runtime/portions.ts';
import { program } from '../../runtime/program.ts';
import { scoped, together } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import { fromCut, pixelRange, rivalsOf } from './certifiedMargins.ts';

export interface ChallengeOptions {
  /** Random noise images, uniform in the box; the same for every image. Default 10,000. */
  readonly draws?: number;
  /** Runs of projected gradient descent on the smallest margin, from random corners of the box. Default 10. */
  readonly starts?: number;
  /** Steps of each. Default 100. */
  readonly steps?: number;
  readonly seed?: number;
}

/** The smallest score differences found for an image: below 0 is a counter-example. */
export interface Challenge {
  readonly byDraws: number;
  readonly byDescent: number;
}

/**
 * Looks for noise x + u w, |u| <= 1, that changes the decision: at random, and by projected gradient descent (Madry et al.
 * 2018) with the sign of the gradient. What it finds is an upper end of what a proof can say.
 * @param images [n, ...]; @param amplitude in their shape, in units of the pixel range.
 */
export async function challenge(
  classifier: Classifier,
  images: Tensor<'float32'>,
  amplitude: Tensor<'float32'>,
  options: ChallengeOptions = {},
): Promise<Challenge[]> {
  const { draws = 10_000, starts = 10, steps = 100, seed = 1 } = options;
  const decided = (await classifier.predict(images)).map(({ chosen }) => chosen);
  return scoped(async (keep) => {
    const compiled = await keep(compile(classifier));
    const challenged = decided.map((own, i) => ({
      image: rows(images, i, i + 1),
      amplitude: rows(amplitude, i, i + 1),
      decided: own,
    }));
    const source = random(seed);
    const byDraws = challenged.map(() => Number.POSITIVE_INFINITY);
    for (const { from, to } of ranges(draws, classifier.batchSize)) {
      const noise = noiseOf(to - from, images.dims, () => 2 * source.uniform() - 1);
      for (const [i, one] of challenged.entries()) {
        byDraws[i] = Math.min(byDraws[i] ?? 0, ...(await compiled.margins(one, noise)));
      }
    }
    const corners = noiseOf(starts, images.dims, () => (source.uniform() < 0.5 ? -1 : 1));
    const byDescent: number[] = [];
    for (const one of challenged) {
      let lowest = Number.POSITIVE_INFINITY;
      for (const { from, to } of ranges(starts, classifier.batchSize)) {
        let noise = rows(corners, from, to);
        for (let step = 0; step < steps; step++) {
          // Long steps first, short ones last: from 0.2 to 0.01 of the amplitude.
          const descended = await compiled.descend(one, noise, 0.2 * 0.05 ** (step / Math.max(1, steps - 1)));
          lowest = Math.min(lowest, ...descended.margins);
          noise = descended.noise;
        }
        lowest = Math.min(lowest, ...(await compiled.margins(one, noise)));
      }
      byDescent.push(lowest);
    }
    return decided.map((_, i) => ({ byDraws: byDraws[i] ?? 0, byDescent: byDescent[i] ?? 0 }));
  });
}

function noiseOf(count: number, dims: readonly number[], next: () => number): Tensor<'float32'> {
  const shape = [count, ...dims.slice(1)];
  return float32(shape, Float32Array.from({ length: sizeOf(shape) }, next));
}

interface Challenged {
  readonly image: Tensor<'float32'>;
  readonly amplitude: Tensor<'float32'>;
  readonly decided: number;
}

/** Noise u [s, ...] on one image -> the smallest margin of each [s], and u a step further down. */
function compile(classifier: Classifier) {
  const { model, runtime, facts, inputName, scores, input } = classifier;
  const builder = new GraphBuilder(model.graph, 'challenge');
  const { ops } = builder;
  const dims = facts.get(inputName)?.dims.slice(1) ?? [];
  const [image, amplitude, noise] = ['image', 'amplitude', 'noise'].map((name, i) =>
    builder.input(`konkyo/${name}`, 'float32', [i < 2 ? 1 : 'noises', ...dims]),
  ) as [string, string, string];
  const count = classCount(scores.width) - 1;
  const rivals = builder.input('konkyo/rivals', 'float32', [count, scores.width]);
  const rate = builder.input('konkyo/rate', 'float32', []);
  builder.computeInput(inputName, () => {
    const radius = ops.Mul(amplitude, builder.constant(pixelRange(input).range, 'range'));
    return ops.Add(image, ops.Mul(noise, radius));
  });
  const flat = ops.Reshape(scores.name, builder.ints([-1, scores.width]));
  // [s, scores] [scores, r]
  const margins = fromCut(builder, scores, builder.add('Gemm', [flat, rivals], { transB: 1 }), rivals);
  const lowest = builder.add('ReduceMin', [margins, builder.ints([1])], { keepdims: 0 });
  const nearest = builder.add('ArgMin', [margins], { axis: 1, keepdims: 0 });
  const seed = ops.Reshape(builder.add('Gather', [rivals, nearest], { axis: 0 }), builder.add('Shape', [scores.name]));
  const seeds = new Map([[scores.name, seed]]);
  const slope = gradientOrZeros(builder, addGradients(builder, { facts, seeds, wrt: [inputName] }), inputName);
  const moved = ops.Sub(noise, ops.Mul(ops.Sign(slope), rate));
  const next = builder.add('Clip', [moved, builder.scalar(-1), builder.scalar(1)]);
  const challenged = { ...model, graph: builder.build() };
  const feeds = (one: Challenged, u: Tensor<'float32'>) => ({
    [image]: one.image,
    [amplitude]: one.amplitude,
    [noise]: u,
    [rivals]: rivalsOf(classifier, [one.decided]),
  });
  return together(async (keep) => {
    const watching = await keep(program(runtime, challenged, { outputs: [lowest] }));
    const descending = await keep(program(runtime, challenged, { outputs: [lowest, next] }));
    return {
      margins: async (one: Challenged, u: Tensor<'float32'>) =>
        floatOutputOf(await watching.run(feeds(one, u)), lowest).data,
      descend: async (one: Challenged, u: Tensor<'float32'>, step: number) => {
        const values = await descending.run({ ...feeds(one, u), [rate]: float32([], [step]) });
        return { margins: floatOutputOf(values, lowest).data, noise: floatOutputOf(values, next) };
      },
    };
  });
}
