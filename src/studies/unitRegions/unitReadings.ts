import type { Classifier } from '../../model/classifier.ts';
import { concatRows, rows, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { LinearUnitsError } from './errors.ts';
import type { LinearUnits } from './linearUnits.ts';

/** What units see over a set of images, and what they make of it. */
export interface UnitReadings {
  /** [rows, inputs], a row an image, or a patch of one. */
  readonly inputs: Tensor<'float32'>;
  /** [rows, units] */
  readonly sums: Tensor<'float32'>;
  /** [inputs], in double precision: the mean over the rows. */
  readonly mean: Float64Array;
}

/** At most so many numbers of a layer's inputs are held: 256 MB of them. */
const mostNumbers = 2 ** 26;

/** How many images of a set can be read without holding too much. */
export function readableImages({ facts }: Classifier, { value }: LinearUnits, wanted: number): number {
  const size = (facts.get(value)?.dims ?? []).slice(1).reduce((product, length) => product * length, 1);
  return Math.max(2, Math.min(wanted, Math.floor(mostNumbers / size)));
}

/**
 * Runs the model up to its units.
 * @param images [n, ...] model input.
 * @throws LinearUnitsError where the sums are not what the weights make of the inputs, up to a constant.
 */
export async function readUnits(
  classifier: Classifier,
  units: LinearUnits,
  images: Tensor<'float32'>,
): Promise<UnitReadings> {
  const { runtime, model, inputName, batchSize } = classifier;
  const outputs = [units.value, units.sums].filter((name) => name !== inputName);
  const [inputs, sums] = [[] as Tensor<'float32'>[], [] as Tensor<'float32'>[]];
  await scoped(async (keep) => {
    const running = await keep(program(runtime, model, { outputs, batchSize }));
    for await (const { from, to, values } of running.batches({ [inputName]: images })) {
      const read = units.value === inputName ? rows(images, from, to) : floatOutputOf(values, units.value);
      inputs.push(units.rowsOf(read));
      sums.push(units.sumsOf(floatOutputOf(values, units.sums)));
    }
  });
  const readings = { inputs: concatRows(inputs), sums: concatRows(sums) };
  checkLinear(units, readings);
  return { ...readings, mean: columnMeans(readings.inputs) };
}

/** The mean of each column. */
export function columnMeans({ data, dims }: Tensor<'float32'>): Float64Array {
  const [count = 1, width = 0] = dims;
  const means = new Float64Array(width);
  for (let start = 0; start < data.length; start += width) {
    for (let i = 0; i < width; i++) means[i] = (means[i] ?? 0) + (data[start + i] ?? 0) / count;
  }
  return means;
}

/** Rows on which it is tried whether sums follow from weights. */
const triedRows = 16;

function checkLinear({ name, units, weights }: LinearUnits, { inputs, sums }: Omit<UnitReadings, 'mean'>): void {
  const [count = 0, width = 0] = inputs.dims;
  for (let unit = 0; unit < units; unit++) {
    const own = weights.subarray(unit * width, (unit + 1) * width);
    let [least, most, size] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-6];
    for (let row = 0; row < Math.min(count, triedRows); row++) {
      const seen = inputs.data.subarray(row * width, (row + 1) * width);
      const made = own.reduce((sum, weight, i) => sum + weight * (seen[i] ?? 0), 0);
      const rest = (sums.data[row * units + unit] ?? 0) - made;
      [least, most] = [Math.min(least, rest), Math.max(most, rest)];
      size = Math.max(
        size,
        own.reduce((sum, weight, i) => sum + Math.abs(weight * (seen[i] ?? 0)), 0),
      );
    }
    if (most - least > 1e-3 * size) {
      throw new LinearUnitsError(
        `Unit ${unit} of ${name} is no weighted sum of what it is taken to see: something else comes in between. Name another layer with --layer.`,
      );
    }
  }
}
