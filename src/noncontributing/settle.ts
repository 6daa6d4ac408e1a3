import { float32, type Tensor } from '../onnx/tensor.ts';
import { staysInAll, type Trial } from './measureFreedom.ts';

export interface Settled {
  readonly amplitude: Tensor<'float32'>;
  readonly scaledBy: number;
}

const shrink = 0.95;

/** Below it, noise is no longer worth the name: an eighth of a grey level. */
const least = 0.0005;

/**
 * Amplitudes made smaller, all by the same factor, until the class stays in every one of `count` draws, fresh ones each time.
 */
export async function settle(trial: Trial, count: number, seed: number): Promise<Settled> {
  for (let scaledBy = 1, turn = 0; scaledBy > least; scaledBy *= shrink, turn++) {
    const amplitude = scaled(trial.amplitude, scaledBy);
    if (await staysInAll({ ...trial, amplitude }, count, seed + turn)) return { amplitude, scaledBy };
  }
  return { amplitude: scaled(trial.amplitude, 0), scaledBy: 0 };
}

function scaled({ dims, data }: Tensor<'float32'>, factor: number): Tensor<'float32'> {
  return float32(dims, factor === 1 ? data : data.map((value) => value * factor));
}
