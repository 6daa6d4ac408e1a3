import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { Random } from './random.ts';

/*
 * Initial weights, uniform in [-limit, limit]. Uniform and not normal: without logarithms and cosines the bytes are the
 * same on every machine, and the variance, which is what matters, is the same.
 */

/** How a layer's weights start, by what follows the layer. */
export type Initialization = 'glorot' | 'he';

/**
 * - glorot: limit sqrt(6 / (fanIn + fanOut)), keeps the variance through sigmoid, tanh and linear layers (Glorot & Bengio 2010)
 * - he: limit sqrt(6 / fanIn), for ReLU, which drops half of it (He et al. 2015)
 * @param dims [outputs, inputs, kernel...]; fanIn and fanOut count inputs and outputs times the kernel's places.
 */
export function initialWeights(dims: readonly number[], kind: Initialization, source: Random): Tensor<'float32'> {
  const [outputs = 1, inputs = 1, ...kernel] = dims;
  const fanIn = inputs * sizeOf(kernel);
  const fanOut = outputs * sizeOf(kernel);
  const limit = Math.sqrt(6 / (kind === 'he' ? fanIn : fanIn + fanOut));
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => (2 * source.uniform() - 1) * limit),
  );
}
