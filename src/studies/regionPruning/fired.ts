import type { Classifier } from '../../model/classifier.ts';
import { decisionOf, scoreOf } from '../../model/decision.ts';
import { float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { ranges } from '../../runtime/portions.ts';
import type { DenseLayer } from './denseLayer.ts';
import type { SplitModel } from './splitModel.ts';

/** A unit that fired for an image. */
export interface FiredUnit {
  readonly unit: number;
  readonly activation: number;
  /** The chosen class's score, minus what it is with the unit at its mean over the images compared with. */
  readonly effect: number;
}

/**
 * The units that fired for one image (a sigmoid above one half, others above zero), largest effect on the chosen class's score
 * first.
 * @param compared the layer's sums for many images, whose means stand for a unit that says nothing.
 */
export async function firedUnits(
  split: SplitModel,
  layer: DenseLayer,
  image: Tensor<'float32'>,
  compared: Tensor<'float32'>,
  { scores: of, batchSize }: Pick<Classifier, 'scores' | 'batchSize'>,
): Promise<{ readonly chosen: number; readonly fired: readonly FiredUnit[] }> {
  const { units } = layer;
  const sums = await split.sums(await split.inputs(image));
  const { activations, scores } = await split.rest(sums, image);
  const { chosen } = decisionOf(scores.data, of);
  const means = columnMeans(compared);
  const muted: number[] = [];
  for (const { from, to } of ranges(units, batchSize)) {
    const count = to - from;
    const copies = repeated(sums, count);
    for (let unit = from; unit < to; unit++) copies.data[(unit - from) * units + unit] = means[unit] ?? 0;
    const { scores: without } = await split.rest(copies, repeated(image, count));
    for (let row = 0; row < count; row++) muted.push(scoreOf(rows(without, row, row + 1).data, chosen));
  }
  const threshold = layer.activation === 'Sigmoid' ? 0.5 : 0;
  const fired = Array.from(activations.data, (activation, unit) => ({
    unit,
    activation,
    effect: scoreOf(scores.data, chosen) - (muted[unit] ?? 0),
  })).filter(({ activation }) => activation > threshold);
  return { chosen, fired: fired.sort((a, b) => b.effect - a.effect || a.unit - b.unit) };
}

function columnMeans({ data, dims }: Tensor<'float32'>): Float64Array {
  const [count = 1, width = 0] = dims;
  const means = new Float64Array(width);
  data.forEach((value, i) => {
    means[i % width] = (means[i % width] ?? 0) + value / count;
  });
  return means;
}

function repeated(image: Tensor<'float32'>, count: number): Tensor<'float32'> {
  const data = new Float32Array(image.data.length * count);
  for (let i = 0; i < count; i++) data.set(image.data, i * image.data.length);
  return float32([count, ...image.dims.slice(1)], data);
}
