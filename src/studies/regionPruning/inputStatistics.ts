import type { Classifier } from '../../model/classifier.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import type { DenseLayer } from './denseLayer.ts';

/** What the inputs of a layer are like over a set of images, each [inputs]. */
export interface InputStatistics {
  readonly mean: Float64Array;
  /** Standard deviation. */
  readonly deviation: Float64Array;
  /** Mean of |x|. */
  readonly magnitude: Float64Array;
  /**
   * 1 where the input differs from image to image. The others carry no information: their weights get no gradient (where the
   * constant is 0) or do a bias's work.
   */
  readonly varies: Uint8Array;
}

/** Runs the model up to a dense layer over images, and gathers what comes in. @param images [n, ...] model input. */
export async function inputStatistics(
  classifier: Classifier,
  { data, inputs }: DenseLayer,
  images: Tensor<'float32'>,
): Promise<InputStatistics> {
  const { runtime, model, inputName, batchSize } = classifier;
  const builder = new GraphBuilder(model.graph, 'inputStatistics');
  const axes = builder.ints([0]);
  const over = (op: string, value: string) => builder.add(op, [value, axes], { keepdims: 0 });
  const names = {
    sum: over('ReduceSum', data),
    squares: over('ReduceSumSquare', data),
    magnitude: over('ReduceSum', builder.ops.Abs(data)),
    least: over('ReduceMin', data),
    most: over('ReduceMax', data),
  };
  const count = images.dims[0] ?? 0;
  const [sum, squares, magnitude] = [new Float64Array(inputs), new Float64Array(inputs), new Float64Array(inputs)];
  const least = new Float32Array(inputs).fill(Number.POSITIVE_INFINITY);
  const most = new Float32Array(inputs).fill(Number.NEGATIVE_INFINITY);
  await scoped(async (keep) => {
    const options = { outputs: Object.values(names), batchSize };
    const summing = await keep(program(runtime, { ...model, graph: builder.build() }, options));
    for await (const { values } of summing.batches({ [inputName]: images })) {
      const of = (name: string) => floatOutputOf(values, name).data;
      addTo(sum, of(names.sum));
      addTo(squares, of(names.squares));
      addTo(magnitude, of(names.magnitude));
      of(names.least).forEach((value, i) => {
        least[i] = Math.min(least[i] ?? value, value);
      });
      of(names.most).forEach((value, i) => {
        most[i] = Math.max(most[i] ?? value, value);
      });
    }
  });
  const mean = sum.map((total) => total / count);
  return {
    mean,
    deviation: squares.map((total, i) => Math.sqrt(Math.max(0, total / count - (mean[i] ?? 0) ** 2))),
    magnitude: magnitude.map((total) => total / count),
    varies: Uint8Array.from(least, (value, i) => (value === most[i] ? 0 : 1)),
  };
}

function addTo(sums: Float64Array, values: Float32Array): void {
  values.forEach((value, i) => {
    sums[i] = (sums[i] ?? 0) + value;
  });
}
