import type { Classifier } from '../classifier/classifier.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf, type Values } from '../runtime/runtime.ts';
import type { Portion } from './portions.ts';
import { addTargetGradient, weightsInput } from './targetGradient.ts';

/** How a method makes several samples of each image and reads its maps off the gradients there. */
export interface Sampling {
  /** What the gradients are taken with respect to, and of which the results are made: by default the samples themselves. */
  readonly wrt?: { readonly value: string; readonly dims: readonly number[] };
  /** Adds the nodes that give the samples, [n, s, ...], from the images [n, ...]; may add graph inputs of its own. */
  readonly samples: (images: string) => string;
  /** Adds the nodes that give the results, one row an image, from the gradients and what they are of, both [n, s, ...]. */
  readonly results: (gradient: string, samples: string) => readonly string[];
}

/** A compiled sampling. */
export interface SampledGradient {
  /** @param images [n, ...]; @param weights [n, K]; @param extra the graph inputs that the sampling added. */
  run(images: Tensor<'float32'>, weights: Tensor<'float32'>, extra: Values): Promise<readonly Tensor<'float32'>[]>;
  release(): Promise<void>;
}

/**
 * One graph for samples, model, backward pass and what is made of the gradients: only images go in and only maps come out,
 * the n * s rows between them are made and used up inside.
 */
export async function compileSampling(
  classifier: Classifier,
  stage: string,
  plan: (builder: GraphBuilder) => Sampling,
): Promise<SampledGradient> {
  const { model, runtime, inputName, scores } = classifier;
  const imageShape = imageShapeOf(classifier);
  const builder = new GraphBuilder(model.graph, stage);
  const { ops } = builder;
  const images = builder.input('konkyo/images', 'float32', ['images', ...imageShape]);
  const weights = builder.input(weightsInput, 'float32', ['images', scores.width]);
  const sampling = plan(builder);
  let samples = '';
  builder.computeInput(inputName, () => {
    samples = sampling.samples(images);
    return ops.Reshape(samples, builder.ints([-1, ...imageShape]));
  });
  // [n, K] -> [n, s, K]: every sample of an image has the image's target.
  const count = builder.add('Shape', [samples], { start: 1, end: 2 });
  const perRow = builder.add('Concat', [builder.ints([1]), count, builder.ints([1])], { axis: 0 });
  const { wrt } = sampling;
  const { gradient } = addTargetGradient(
    builder,
    classifier,
    ops.Expand(ops.Unsqueeze(weights, builder.ints([1])), perRow),
    wrt ? { wrt: wrt.value } : {},
  );
  const shape = wrt ? shapeBySample(builder, samples, wrt.dims) : builder.add('Shape', [samples]);
  const results = sampling.results(ops.Reshape(gradient, shape), wrt ? ops.Reshape(wrt.value, shape) : samples);
  const outputs = results.map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  const graph = prune(builder.build(outputs), outputs, [images, weights]);
  const session = await runtime.createSession({ ...model, graph });
  return {
    async run(imageRows, weightRows, extra) {
      const values = await session.run({ [images]: imageRows, [weightsInput]: weightRows, ...extra }, results);
      return results.map((name) => floatOutputOf(values, name));
    },
    release: () => session.release(),
  };
}

/** [n, s, ...dims], with n and s from the samples. */
function shapeBySample(builder: GraphBuilder, samples: string, dims: readonly number[]): string {
  const counts = builder.add('Shape', [samples], { start: 0, end: 2 });
  return builder.add('Concat', [counts, builder.ints(dims)], { axis: 0 });
}

/**
 * Values [n, s, ...] summed over the samples, each times its weight [s]: [n, ...]. As a matrix product: ONNX Runtime's
 * ReduceSum takes ten times as long where there are few samples.
 */
export function weightedSum(
  builder: GraphBuilder,
  values: string,
  weights: string,
  imageShape: readonly number[],
): string {
  const { ops } = builder;
  const count = builder.add('Shape', [weights]);
  const flat = builder.add('Concat', [builder.ints([-1]), count, builder.ints([sizeOf(imageShape)])], { axis: 0 });
  const product = ops.MatMul(ops.Reshape(weights, builder.ints([1, -1])), ops.Reshape(values, flat));
  return ops.Reshape(product, builder.ints([-1, ...imageShape]));
}

/** Values [n, s, ...] summed over the samples: [n, ...]. */
export function sumOverSamples(builder: GraphBuilder, values: string, imageShape: readonly number[]): string {
  const count = builder.add('Shape', [values], { start: 1, end: 2 });
  return weightedSum(builder, values, builder.ops.Expand(builder.scalar(1), count), imageShape);
}

/** The shape of one image, from the model itself. */
export function imageShapeOf({ facts, inputName }: Classifier): readonly number[] {
  return facts.get(inputName)?.dims.slice(1) ?? [];
}

/**
 * Runs portion after portion.
 * @param extra the graph inputs for a portion that the sampling added.
 * @param take is given each portion's results and where its first image starts among the elements of all images.
 */
export async function overPortions(
  sampled: SampledGradient,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
  portions: readonly Portion[],
  extra: (portion: Portion) => Values,
  take: (results: readonly Tensor<'float32'>[], portion: Portion, offset: number) => void,
): Promise<void> {
  const size = images.data.length / (images.dims[0] ?? 1);
  for (const portion of portions) {
    const { from, to } = portion.images;
    take(await sampled.run(rows(images, from, to), rows(weights, from, to), extra(portion)), portion, from * size);
  }
}

/** Runs portion after portion and adds up the first result over the samples: one sum for each element of the images. */
export async function sumOverPortions(
  sampled: SampledGradient,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
  portions: readonly Portion[],
  extra: (portion: Portion) => Values,
): Promise<Float64Array> {
  const sums = new Float64Array(images.data.length);
  await overPortions(sampled, images, weights, portions, extra, ([part], _portion, offset) => {
    const values = part?.data ?? new Float32Array();
    for (let i = 0; i < values.length; i++) sums[offset + i] = (sums[offset + i] ?? 0) + (values[i] ?? 0);
  });
  return sums;
}
