import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { Random } from '../random/random.ts';

/*
 * Initial weights, uniform in [-limit, limit]. Uniform and not normal: without logarithms and cosines the bytes are the
 * same on every machine, and the variance, which is what matters, is the same.
 */

/** How a layer's weights start, by what follows the layer. */
export type Initialization = 'glorot' | 'glorotSigmoid' | 'he';

const gains: Readonly<Record<Initialization, number>> = { glorot: 1, glorotSigmoid: 4, he: 1 };

/**
 * - glorot: limit sqrt(6 / (fanIn + fanOut)), keeps the variance through linear layers (Glorot & Bengio 2010)
 * - glorotSigmoid: four times that, as the sigmoid's slope at 0 is a quarter
 * - he: limit sqrt(6 / fanIn), for ReLU, which drops half of it (He et al. 2015)
 * @param dims [outputs, inputs, kernel...]; fanIn and fanOut count inputs and outputs times the kernel's places.
 */
export function initialWeights(dims: readonly number[], kind: Initialization, source: Random): Tensor<'float32'> {
  const [outputs = 1, inputs = 1, ...kernel] = dims;
  const fanIn = inputs * sizeOf(kernel);
  const fanOut = outputs * sizeOf(kernel);
  const limit = gains[kind] * Math.sqrt(6 / (kind === 'he' ? fanIn : fanIn + fanOut));
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => (2 * source.uniform() - 1) * limit),
  );
}
