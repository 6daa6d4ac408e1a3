import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import type { Model } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf, type Values } from '../../runtime/runtime.ts';
import { inputRange } from './amplitude.ts';
import type { MaskedGraph } from './layerMasks.ts';
import type { NoiseSource } from './uniformNoise.ts';

const noiseInput = 'konkyo/draw/noise';
const imageInput = 'konkyo/draw/image';
const amplitudeInput = 'konkyo/draw/amplitude';
const lowInput = 'konkyo/draw/low';
const highInput = 'konkyo/draw/high';

interface Draws {
  readonly image: Tensor<'float32'>;
  readonly amplitude: Tensor<'float32'>;
  readonly masks: Values;
  readonly count: number;
  /** Noise images u, each element from -1 to 1. */
  readonly noise: NoiseSource<'float32'>;
  /** Noisy pixels are brought back to what a pixel can be, 0 to 255. */
  readonly clipped: boolean;
}

/** The scores of an image under fresh noise, a batch at a time. */
export interface NoiseDraws {
  /** @param take is given the scores of some of the draws, row by row, and says `stop` when it has seen enough. */
  scores(draws: Draws, take: (scores: Float32Array) => 'go on' | 'stop'): Promise<void>;
  /** The scores without noise. */
  clean(image: Tensor<'float32'>, masks: Values): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function compileDraws(classifier: Classifier, { graph, facts }: MaskedGraph): Promise<NoiseDraws> {
  const { runtime, input, inputName, scores, batchSize } = classifier;
  const imageShape = facts.get(inputName)?.dims.slice(1) ?? [];
  const model = drawModel(classifier, graph, imageShape);
  const { run, release } = await program(runtime, model, { outputs: [scores.name] });
  const [black, white] = [baselineImage(0, input), baselineImage(255, input)];
  const valid = { low: extreme(black, white, Math.min), high: extreme(black, white, Math.max) };
  const unbounded = {
    low: everywhere(black, Number.NEGATIVE_INFINITY),
    high: everywhere(black, Number.POSITIVE_INFINITY),
  };
  return {
    async clean(image, masks) {
      const still = everywhere(image, 0);
      const values = await run({
        ...masks,
        [imageInput]: image,
        [noiseInput]: still,
        [amplitudeInput]: still,
        [lowInput]: unbounded.low,
        [highInput]: unbounded.high,
      });
      return floatOutputOf(values, scores.name).data;
    },
    async scores({ image, amplitude, masks, count, noise, clipped }, take) {
      const { low, high } = clipped ? valid : unbounded;
      const fixed = { ...masks, [imageInput]: image, [amplitudeInput]: amplitude, [lowInput]: low, [highInput]: high };
      for (let from = 0; from < count; from += batchSize) {
        const values = await run({ ...fixed, [noiseInput]: noise(Math.min(batchSize, count - from)) });
        if (take(floatOutputOf(values, scores.name).data) === 'stop') return;
      }
    },
    release,
  };
}

function drawModel(
  { model, input, inputName }: Classifier,
  graph: Model['graph'],
  imageShape: readonly number[],
): Model {
  const builder = new GraphBuilder(graph, 'draw');
  const { ops } = builder;
  const noise = builder.input(noiseInput, 'float32', ['n', ...imageShape]);
  const [image, low, high] = [imageInput, lowInput, highInput].map((name) =>
    builder.input(name, 'float32', [1, ...imageShape]),
  );
  const amplitude = builder.input(amplitudeInput, 'float32', undefined);
  builder.computeInput(inputName, () => {
    const largest = ops.Mul(amplitude, builder.constant(inputRange(input), 'range'));
    const noisy = ops.Add(image ?? '', ops.Mul(noise, largest));
    return ops.Min(ops.Max(noisy, low ?? ''), high ?? '');
  });
  return { ...model, graph: builder.build() };
}

function extreme(a: Tensor<'float32'>, b: Tensor<'float32'>, choose: (...of: number[]) => number): Tensor<'float32'> {
  return float32(
    a.dims,
    a.data.map((value, i) => choose(value, b.data[i] ?? value)),
  );
}

function everywhere({ dims, data }: Tensor<'float32'>, value: number): Tensor<'float32'> {
  return float32(dims, new Float32Array(data.length).fill(value));
}
