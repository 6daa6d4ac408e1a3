import type { Classifier } from '../../model/classifier.ts';
import { classCount } from '../../model/target.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { together } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import { type Box, fromCut, pixelRange, rivalsOf } from './certifiedMargins.ts';

/** An image, amplitudes in its shape, and the class that is to be lost. */
export interface Challenged {
  readonly image: Tensor<'float32'>;
  readonly amplitude: Tensor<'float32'>;
  readonly decided: number;
}

/** Noise u [s, ...] on one image -> the smallest margin of each [s], and u a step further down. Only the clipped box cuts pixels off. */
export function compileChallenge(classifier: Classifier, box: Box) {
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
    const { low, high, range } = pixelRange(input);
    const drawn = ops.Add(image, ops.Mul(noise, ops.Mul(amplitude, builder.constant(range, 'range'))));
    if (box === 'as-drawn') return drawn;
    return ops.Min(ops.Max(drawn, builder.constant(low, 'low')), builder.constant(high, 'high'));
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
