import { type Array64, type SlowOperator, SlowOperatorError, sizeOf } from './array64.ts';
import { inputAt, numberOf, numbersOf, textOf } from './attributes.ts';
import { extentOf, type Sliding, slidingOf, splitPadding, windowsOf } from './windows.ts';

/**
 * Conv: Y[n, m, o] = B[m] + sum over the channels c of m's group and the cells k of the kernel of
 * W[m, c, k] X[n, c, o * stride + k * dilation - pad].
 */
const Conv: SlowOperator = (inputs, attributes) => {
  const [x, w] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const [batch, channels] = [x.dims[0]!, x.dims[1]!];
  const [maps, groupChannels] = [w.dims[0]!, w.dims[1]!];
  const groups = numberOf(attributes, 'group') ?? 1;
  if (channels !== groupChannels * groups || maps % groups !== 0) {
    throw new SlowOperatorError(`Conv: [${x.dims}] and [${w.dims}] do not fit ${groups} groups`);
  }
  const spatial = x.dims.slice(2);
  const sliding = slidingOf(attributes, spatial, w.dims.slice(2));
  const windows = windowsOf(sliding, spatial);
  const [plane, kernelSize] = [sizeOf(spatial), sizeOf(sliding.kernel)];

  const dims = [batch, maps, ...sliding.output];
  const data = new Float64Array(sizeOf(dims));
  let position = 0;
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) {
      const firstChannel = Math.floor(m / (maps / groups)) * groupChannels;
      for (const window of windows) {
        let sum = inputs[2]?.data[m] ?? 0;
        for (let c = 0; c < groupChannels; c++) {
          const xStart = (n * channels + firstChannel + c) * plane;
          const wStart = (m * groupChannels + c) * kernelSize;
          for (const tap of window) {
            if (tap.input !== undefined) sum += w.data[wStart + tap.kernel]! * x.data[xStart + tap.input]!;
          }
        }
        data[position++] = sum;
      }
    }
  }
  return [{ dims, data }];
};

/** The sliding whose adjoint ConvTranspose is: its `output` is ConvTranspose's input, and the other way round. */
function transposedSliding(
  attributes: Parameters<SlowOperator>[1],
  input: readonly number[],
  kernel: readonly number[],
): { readonly sliding: Sliding; readonly output: readonly number[] } {
  const strides = numbersOf(attributes, 'strides') ?? input.map(() => 1);
  const dilations = numbersOf(attributes, 'dilations') ?? input.map(() => 1);
  const pads = numbersOf(attributes, 'pads') ?? [...input, ...input].map(() => 0);
  const outputPadding = numbersOf(attributes, 'output_padding') ?? input.map(() => 0);
  const outputShape = numbersOf(attributes, 'output_shape')?.slice(-input.length);
  const autoPad = textOf(attributes, 'auto_pad') ?? 'NOTSET';

  const axes = input.map((size, axis) => {
    const full = strides[axis]! * (size - 1) + outputPadding[axis]! + extentOf(kernel[axis]!, dilations[axis]!);
    const output =
      outputShape?.[axis] ?? (autoPad.startsWith('SAME') ? Math.min(full, size * strides[axis]!) : undefined);
    if (output !== undefined) {
      // A wanted output larger than the full one needs no padding: what no cell reaches stays zero.
      const [begin, end] = splitPadding(Math.max(0, full - output), autoPad !== 'SAME_UPPER');
      return { begin, end, output };
    }
    const [begin, end] = autoPad === 'VALID' ? [0, 0] : [pads[axis]!, pads[axis + input.length]!];
    return { begin, end, output: full - begin - end };
  });
  return {
    sliding: {
      kernel,
      strides,
      dilations,
      padsBegin: axes.map(({ begin }) => begin),
      padsEnd: axes.map(({ end }) => end),
      output: input,
    },
    output: axes.map(({ output }) => output),
  };
}

/**
 * ConvTranspose: each X[n, c, i] adds W[c, m, k] X[n, c, i] to Y[n, m, i * stride + k * dilation - pad], for the output
 * channels m of c's group; Y starts at B[m].
 */
const ConvTranspose: SlowOperator = (inputs, attributes) => {
  const [x, w] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const [batch, channels] = [x.dims[0]!, x.dims[1]!];
  const groupMaps = w.dims[1]!;
  const groups = numberOf(attributes, 'group') ?? 1;
  if (channels !== w.dims[0] || channels % groups !== 0) {
    throw new SlowOperatorError(`ConvTranspose: [${x.dims}] and [${w.dims}] do not fit ${groups} groups`);
  }
  const spatial = x.dims.slice(2);
  const { sliding, output } = transposedSliding(attributes, spatial, w.dims.slice(2));
  const windows = windowsOf(sliding, output);
  const [plane, kernelSize, maps] = [sizeOf(output), sizeOf(sliding.kernel), groupMaps * groups];

  const y: Array64 = { dims: [batch, maps, ...output], data: new Float64Array(batch * maps * plane) };
  y.data.forEach((_, position) => {
    y.data[position] = inputs[2]?.data[Math.floor(position / plane) % maps] ?? 0;
  });
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const firstMap = Math.floor(c / (channels / groups)) * groupMaps;
      for (let m = 0; m < groupMaps; m++) {
        const yStart = (n * maps + firstMap + m) * plane;
        const wStart = (c * groupMaps + m) * kernelSize;
        windows.forEach((window, i) => {
          const value = x.data[(n * channels + c) * windows.length + i]!;
          for (const tap of window) {
            if (tap.input !== undefined) {
              const target = yStart + tap.input;
              y.data[target] = y.data[target]! + w.data[wStart + tap.kernel]! * value;
            }
          }
        });
      }
    }
  }
  return [y];
};

export const convolutionOperators = { Conv, ConvTranspose } satisfies Record<string, SlowOperator>;
