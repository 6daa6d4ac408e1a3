import { intOf } from '../../onnx/attributes.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { isTensorOf, rows, type Tensor } from '../../onnx/tensor.ts';
import type { Call } from './rule.ts';

/** Some channels, from `from` up to not including `to`. */
export interface Channels {
  readonly from: number;
  readonly to: number;
}

/**
 * The given channels of dy where dy is what a convolution makes: convolved on their own, with the part of the kernel that
 * is theirs. The arithmetic is that of the whole convolution and a slice of it, but nothing is copied, and ONNX Runtime
 * stays in its blocked image layout, which a slice would have to leave.
 * @returns undefined where dy is not made by a convolution with a constant kernel.
 */
export function channelsThroughConvolution({ builder, dy }: Call): ((channels: Channels) => string) | undefined {
  const made = builder.nodes.findLast(({ outputs }) => outputs[0] === dy);
  if (made?.op !== 'Conv' || made.domain !== '' || made.inputs.length > 2 || intOf(made, 'group', 1) !== 1)
    return undefined;
  const [input, kernel] = [inputOf(made, 0), builder.initializer(inputOf(made, 1))];
  if (!kernel || !isTensorOf(kernel, 'float32')) return undefined;
  return ({ from, to }) => {
    const part: Tensor = rows(kernel, from, to);
    const output = builder.fresh('Conv');
    const inputs = [input, builder.constant(part, 'part')];
    builder.append({ ...made, name: output, inputs, outputs: [output] });
    return output;
  };
}
