import { type Attributes, type GraphMaker, type Layer, text } from '../graphMaker.ts';

const sameSteps = (m: GraphMaker, rank: number): Attributes => ({
  strides: m.chance(0.5) ? undefined : m.list(rank, 1, 3),
});

/** Paddings in one of the ways in which ONNX has them. */
function padding(m: GraphMaker, kernel: readonly number[]): Attributes {
  const auto = m.pick(['NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  if (auto !== 'NOTSET') return { auto_pad: text(auto) };
  return m.chance(0.3) ? {} : { pads: [...kernel, ...kernel].map((size) => m.int(0, size - 1)) };
}

const kernelFor = (m: GraphMaker, size: readonly number[], most = 3): number[] =>
  size.map((length) => m.int(1, Math.min(length, most)));

/** Dilations that the input has room for; none with SAME padding, which ONNX Runtime does not convolve with. */
function dilationsFor(m: GraphMaker, size: readonly number[], kernel: readonly number[], pads: Attributes): Attributes {
  const fits = kernel.every((k, i) => (k - 1) * 2 + 1 <= size[i]!);
  return fits && pads.auto_pad === undefined && m.chance(0.25) ? { dilations: kernel.map(() => m.int(1, 2)) } : {};
}

export const conv: Layer = (m, x) => {
  const [, channels = 1, ...size] = x.dims;
  const kernel = kernelFor(m, size);
  const divisors = [1, 2, 3, channels].filter((g) => channels % g === 0);
  const group = m.pick(divisors);
  const filters = group * m.int(1, Math.max(1, Math.floor(4 / group)));
  const pads = padding(m, kernel);
  const weights = m.constant([filters, channels / group, ...kernel]);
  const bias = m.chance(0.6) ? [m.constant([filters])] : [];
  const steps = { ...sameSteps(m, size.length), ...dilationsFor(m, size, kernel, pads) };
  return m.add('Conv', [x, weights, ...bias], { ...pads, ...steps, group });
};

export const convTranspose: Layer = (m, x) => {
  const [, channels = 1, ...size] = x.dims;
  const kernel = size.map(() => m.int(1, 3));
  const group = channels % 2 === 0 && m.chance(0.3) ? 2 : 1;
  const strides = size.map(() => m.int(1, 2));
  const weights = m.constant([channels, m.int(1, 2), ...kernel]);
  const full = size.map((length, i) => (length - 1) * strides[i]! + kernel[i]!);
  const placed: Attributes = m.chance(0.3)
    ? {
        // Below the input's size ONNX Runtime's shape inference refuses whatever follows.
        output_shape: full.map((length, i) => Math.max(size[i]!, length - m.int(0, 2))),
        auto_pad: text(m.pick(['NOTSET', 'SAME_UPPER', 'SAME_LOWER'])),
      }
    : {
        ...padding(
          m,
          kernel.map(() => 2),
        ),
        output_padding: m.chance(0.3) ? strides.map((s) => m.int(0, s - 1)) : undefined,
      };
  const tooSmall = full.some((length) => length < 4);
  return m.add('ConvTranspose', [x, weights], { ...(tooSmall ? {} : placed), strides, group });
};

export const pool: Layer = (m, x) => {
  const [, , ...size] = x.dims;
  const op = m.pick(['MaxPool', 'MaxPool', 'AveragePool', 'AveragePool', 'LpPool']);
  const kernel = kernelFor(m, size);
  const pads = padding(m, kernel);
  const steps = { ...sameSteps(m, size.length), ...dilationsFor(m, size, kernel, pads) };
  const strides = steps.strides as readonly number[] | undefined;
  // ONNX Runtime's MaxPool fails where SAME padding is negative.
  const negative = pads.auto_pad !== undefined && kernel.some((k, i) => k < (strides?.[i] ?? 1));
  const places: Attributes = negative && op === 'MaxPool' ? {} : pads;
  return m.add(op, [x], {
    kernel_shape: kernel,
    ...steps,
    ...places,
    ceil_mode: m.int(0, 1),
    ...(op === 'AveragePool' ? { count_include_pad: m.int(0, 1) } : {}),
    ...(op === 'MaxPool' ? { storage_order: m.int(0, 1) } : {}),
    ...(op === 'LpPool' ? { p: m.int(1, 3) } : {}),
  });
};

export const globalPool: Layer = (m, x) => {
  // ONNX Runtime 1.30 has no GlobalLpPool of opset 22.
  const norms = m.opset < 22 ? ['GlobalLpPool'] : [];
  const small = m.add(m.pick(['GlobalAveragePool', 'GlobalMaxPool', ...norms]), [x]);
  // As in squeeze and excitation.
  return m.chance(0.7) ? m.add('Mul', [x, m.add('Sigmoid', [small])]) : m.add('Add', [small, x]);
};
