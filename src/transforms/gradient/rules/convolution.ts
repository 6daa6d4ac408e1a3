import { isTensorOf, sizeOf, type Tensor, tensor } from '../../../onnx/tensor.ts';
import { cutTo, type Placement, padBack, placementOf } from '../placement.ts';
import type { Call, GradientTable } from '../rule.ts';
import { rule } from '../rule.ts';
import { inputTile, tiledInputGradient } from '../tiledInputGradient.ts';
import { type Convolution, weightGradient } from '../weightGradient.ts';
import { groupsOf, kernelExtent, padsOf, remainder, transposedWindowOf, windowOf } from '../window.ts';

/** Fewer input channels than this and ONNX Runtime's transposed convolution is the faster adjoint. */
const flippedFromChannels = 8;

export const convolutionRules = {
  // y = x * W + b: dx is the transposed convolution of dy with W, db the sum of dy over all but the channels
  Conv: rule((call) => {
    const { dy, dims, add, builder, operand, output } = call;
    const [input, weights] = [operand(0), operand(1)];
    const [spatialIn, spatialOut] = [dims(input).slice(2), dims(output(0)).slice(2)];
    const window = windowOf(call.node, spatialIn, dims(weights).slice(2));
    const placement = placementOf(call.node, window, spatialIn, spatialOut);
    return [
      () => padBack(builder, inputGradient(call, placement), placement.cuts),
      () => {
        const images = cutTo(builder, input, placement.cuts, placement.size);
        return weightGradient(call, {
          ...asConvolution(call, placement),
          images,
        });
      },
      () => add('ReduceSum', [dy, overAllButChannels(call)], { keepdims: 0 }),
    ];
  }),
  // y = the transposed convolution of x with W, + b: dx is the convolution of dy with W, and dW that of the convolution
  // that takes y to x
  ConvTranspose: rule((call) => {
    const { dy, dims, add, operand } = call;
    const [input, weights] = [operand(0), operand(1)];
    const group = groupsOf(call.node);
    const [size, output] = [dims(input).slice(2), dims(call.output(0)).slice(2)];
    const { window, unreached } = transposedWindowOf(call.node, size, output, dims(weights).slice(2));
    const reached = () => (unreached.every((rows) => rows === 0) ? dy : cutEnds(call, dy, unreached));
    return [
      () =>
        add('Conv', [reached(), weights], {
          group,
          strides: window.strides,
          dilations: window.dilations,
          pads: padsOf(window),
          kernel_shape: window.kernel,
        }),
      () =>
        weightGradient(call, {
          images: reached(),
          size: output.map((rows, i) => rows - (unreached[i] ?? 0)),
          gradients: input,
          output: size,
          weights: dims(weights),
          group,
          window,
        }),
      () => add('ReduceSum', [dy, overAllButChannels(call)], { keepdims: 0 }),
    ];
  }),
} satisfies GradientTable;

function asConvolution({ node, dy, dims, operand, output }: Call, { size, window }: Placement): Convolution {
  const [input, weights] = [operand(0), operand(1)];
  return {
    images: input,
    size,
    gradients: dy,
    output: dims(output(0)).slice(2),
    weights: dims(weights),
    group: groupsOf(node),
    window,
  };
}

function overAllButChannels({ dims, builder, operand }: Call): string {
  return builder.ints(dims(operand(0)).flatMap((_, axis) => (axis === 1 ? [] : [axis])));
}

/** A value without the given numbers of rows at the spatial ends. */
function cutEnds({ add, builder }: Call, value: string, rows: readonly number[]): string {
  return add('Pad', [value, builder.ints([0, 0, ...rows.map(() => 0), 0, 0, ...rows.map((count) => -count)])]);
}

/** The gradient of the input without the rows that were cut off (see placement.ts), in that smaller shape. */
function inputGradient(call: Call, placement: Placement): string {
  const { dy, dims: dimsOf, facts, add, node, builder, operand, output } = call;
  const { window } = placement;
  const overEnd = remainder(window, placement.size, dimsOf(output(0)).slice(2));
  const weights = operand(1);
  const group = groupsOf(node);
  const { constant, dims } = facts(weights);
  const extent = kernelExtent(window);
  const channels = (dims[1] ?? 1) * group;
  const stepsByOne = window.strides.every((stride) => stride === 1);
  const narrowPads = padsOf(window).every((pad, i) => pad < (extent[i % extent.length] ?? 1));
  if (constant && isTensorOf(constant, 'float32') && stepsByOne && narrowPads && channels >= flippedFromChannels) {
    const full = (pads: readonly number[]) => pads.map((pad, i) => (extent[i] ?? 1) - 1 - pad);
    const flipped = builder.constant(flipKernel(constant, group), 'flipped');
    const pads = [...full(window.padsBegin), ...full(window.padsEnd)];
    return add('Conv', [dy, flipped], { group, dilations: window.dilations, pads, kernel_shape: window.kernel });
  }
  const tile = inputTile(asConvolution(call, placement));
  if (tile !== undefined) return tiledInputGradient(call, asConvolution(call, placement), weights, tile);
  return add('ConvTranspose', [dy, weights], {
    group,
    strides: window.strides,
    dilations: window.dilations,
    pads: padsOf(window),
    kernel_shape: window.kernel,
    output_padding: overEnd.some((rows) => rows > 0) ? overEnd : undefined,
  });
}

/** The kernel of the adjoint of a stride-1 convolution: [M, C/g, k...] -> [C, M/g, k...], mirrored in space. */
function flipKernel(weights: Tensor<'float32'>, group: number): Tensor<'float32'> {
  const [m = 1, c = 1, ...kernel] = weights.dims;
  const perGroup = m / group;
  const volume = sizeOf(kernel);
  const data = new Float32Array(weights.data.length);
  for (let g = 0; g < group; g++) {
    for (let i = 0; i < perGroup; i++) {
      for (let j = 0; j < c; j++) {
        const from = ((g * perGroup + i) * c + j) * volume;
        const to = ((g * c + j) * perGroup + i) * volume;
        for (let k = 0; k < volume; k++) data[to + k] = weights.data[from + volume - 1 - k] ?? 0;
      }
    }
  }
  return tensor('float32', [c * group, perGroup, ...kernel], data);
}
