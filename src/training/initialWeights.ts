import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { Random } from '../random/random.ts';

/*
 * Initial weights, uniform in [-limit, limit]. Uniform and not normal: without logarithms and cosines the bytes are the
 * same on every machine, and the variance, which is what matters, is the same.
 */

/** How a layer's weights start, by what follows the layer. */
export type Initialization = 'glorot' | 'glorotSigmoid' | 'he' | 'lecun';

/** The limit is the root of this. */
const bounds: Readonly<Record<Initialization, (fanIn: number, fanOut: number) => number>> = {
  glorot: (fanIn, fanOut) => 6 / (fanIn + fanOut),
  glorotSigmoid: (fanIn, fanOut) => 96 / (fanIn + fanOut),
  he: (fanIn) => 6 / fanIn,
  lecun: (fanIn) => 3 / fanIn,
};

/**
 * - glorot: limit sqrt(6 / (fanIn + fanOut)), keeps the variance through linear layers (Glorot & Bengio 2010)
 * - glorotSigmoid: four times that, as the sigmoid's slope at 0 is a quarter
 * - he: limit sqrt(6 / fanIn), for ReLU, which drops half of it (He et al. 2015)
 * - lecun: limit sqrt(3 / fanIn), inputs of variance 1 give sums of variance 1 (LeCun et al. 1998)
 * @param dims [outputs, inputs, kernel...]; fanIn and fanOut count inputs and outputs times the kernel's places.
 */
export function initialWeights(dims: readonly number[], kind: Initialization, source: Random): Tensor<'float32'> {
  const [outputs = 1, inputs = 1, ...kernel] = dims;
  const limit = Math.sqrt(bounds[kind](inputs * sizeOf(kernel), outputs * sizeOf(kernel)));
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => (2 * source.uniform() - 1) * limit),
  );
}
