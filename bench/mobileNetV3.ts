import { builtModel } from '../src/faithfulness/knownTruth/builtModel.ts';
import type { Model } from '../src/onnx/graph.ts';
import type { GraphBuilder } from '../src/onnx/graphBuilder.ts';
import { float32, sizeOf } from '../src/onnx/tensor.ts';
import { fillWithNormals } from '../src/random/normal.ts';
import { random } from '../src/random/random.ts';

interface Block {
  readonly kernel: number;
  readonly expanded: number;
  readonly out: number;
  readonly squeeze: boolean;
  readonly activation: 'Relu' | 'HardSwish';
  readonly stride: 1 | 2;
}

const block = (
  kernel: number,
  expanded: number,
  out: number,
  squeeze: boolean,
  activation: Block['activation'],
  stride: Block['stride'],
): Block => ({ kernel, expanded, out, squeeze, activation, stride });

/** Howard et al. 2019, table 2. */
const blocks: readonly Block[] = [
  block(3, 16, 16, true, 'Relu', 2),
  block(3, 72, 24, false, 'Relu', 2),
  block(3, 88, 24, false, 'Relu', 1),
  block(5, 96, 40, true, 'HardSwish', 2),
  block(5, 240, 40, true, 'HardSwish', 1),
  block(5, 240, 40, true, 'HardSwish', 1),
  block(5, 120, 48, true, 'HardSwish', 1),
  block(5, 144, 48, true, 'HardSwish', 1),
  block(5, 288, 96, true, 'HardSwish', 2),
  block(5, 576, 96, true, 'HardSwish', 1),
  block(5, 576, 96, true, 'HardSwish', 1),
];

/** MobileNetV3-small at 224x224 with random weights, batch normalisation folded in: what its kernels cost, not what it knows. */
export function mobileNetV3Small(): Model {
  return builtModel('mobilenetv3-small', [3, 224, 224], 1000, addNetwork);
}

function addNetwork(builder: GraphBuilder, image: string): string {
  const source = random(0);
  const weights = (dims: readonly number[], fan: number) => {
    const values = new Float32Array(sizeOf(dims));
    fillWithNormals(values, source);
    return builder.constant(
      float32(
        dims,
        values.map((value) => value * Math.sqrt(2 / fan)),
      ),
    );
  };
  const convolution = (x: string, from: number, to: number, kernel: number, stride: number, group = 1) =>
    builder.add(
      'Conv',
      [x, weights([to, from / group, kernel, kernel], (from / group) * kernel ** 2), weights([to], 50)],
      {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: Array.from({ length: 4 }, () => (kernel - 1) / 2),
        group,
      },
    );
  const squeezed = (x: string, channels: number) => {
    const few = Math.max(8, Math.round(channels / 4 / 8) * 8);
    const pooled = builder.add('GlobalAveragePool', [x]);
    const inner = builder.add('Relu', [convolution(pooled, channels, few, 1, 1)]);
    return builder.ops.Mul(
      x,
      builder.add('HardSigmoid', [convolution(inner, few, channels, 1, 1)], {
        alpha: { type: 'float', value: 1 / 6 },
        beta: { type: 'float', value: 0.5 },
      }),
    );
  };
  let x = builder.add('HardSwish', [convolution(image, 3, 16, 3, 2)]);
  let channels = 16;
  for (const { kernel, expanded, out, squeeze, activation, stride } of blocks) {
    const wide = expanded === channels ? x : builder.add(activation, [convolution(x, channels, expanded, 1, 1)]);
    let inner = builder.add(activation, [convolution(wide, expanded, expanded, kernel, stride, expanded)]);
    if (squeeze) inner = squeezed(inner, expanded);
    const narrow = convolution(inner, expanded, out, 1, 1);
    x = stride === 1 && out === channels ? builder.ops.Add(x, narrow) : narrow;
    channels = out;
  }
  const last = builder.add('HardSwish', [convolution(x, channels, 576, 1, 1)]);
  const flat = builder.add('Flatten', [builder.add('GlobalAveragePool', [last])]);
  const hidden = builder.add('HardSwish', [builder.ops.MatMul(flat, weights([576, 1024], 576))]);
  return builder.ops.MatMul(hidden, weights([1024, 1000], 1024));
}
