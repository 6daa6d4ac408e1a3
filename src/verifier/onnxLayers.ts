import { fromBinary } from '@bufbuild/protobuf';
import { type AttributeProto, ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { UnverifiableModelError } from './errors.ts';

/*
 * The network in a model's file, one layer after the other, as the verifier wants it. Written apart from how konkyo reads and
 * rewrites models, so that a mistake there does not carry over.
 */

/** y = W x + b; the entries of row o, (index, weight), are those from start[o] on. */
interface AffineRows {
  readonly kind: 'affine';
  readonly start: readonly number[];
  readonly index: readonly number[];
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}

/** Each output is the largest of some inputs. */
interface MaxOf {
  readonly kind: 'max';
  readonly windows: readonly (readonly number[])[];
}

export type Layer = AffineRows | MaxOf | { readonly kind: 'relu' };

interface Constant {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Entries of all rows together: a gigabyte. */
const mostEntries = 3e7;

/** @param shape of one image, [1, ...]. @throws UnverifiableModelError */
export function layersOf(bytes: Uint8Array, shape: readonly number[]): Layer[] {
  const { graph, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  if (!graph) throw new UnverifiableModelError('The model has no graph.');
  const opset = Number(opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1n);
  // Before, constants were spread over a value in another way.
  if (opset < 7) throw new UnverifiableModelError(`The verifier takes models of opset 7 on, not of ${opset}.`);
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, constantOf(tensor)]));
  for (const { opType, output, attribute } of graph.node) {
    const value = attribute.find(({ name }) => name === 'value')?.t;
    if (opType === 'Constant' && value) constants.set(output[0] ?? '', constantOf(value));
  }
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  if (inputs.length !== 1)
    throw new UnverifiableModelError(`The verifier takes models of one input, not ${inputs.length}.`);
  let at = { value: inputs[0]?.name ?? '', dims: shape };
  const layers: Layer[] = [];
  const nodes = graph.node.filter(({ opType }) => opType !== 'Constant');
  for (const [position, node] of nodes.entries()) {
    // Classes are in the same order behind it.
    const isLast = position === nodes.length - 1 && at.value === node.input[0];
    if (isLast && ['Softmax', 'LogSoftmax'].includes(node.opType) && sizeOf(at.dims) === at.dims.at(-1)) continue;
    const others = node.input.filter((name) => name !== at.value && name !== '');
    if (
      !node.input.includes(at.value) ||
      others.some((name) => !constants.has(name)) ||
      (node.domain !== '' && node.domain !== 'ai.onnx')
    ) {
      throw new UnverifiableModelError(
        `${node.opType} "${node.name}": the verifier takes networks of standard operators one after the other, and this one reads something else.`,
      );
    }
    const { layer, dims } = layerOf(node, at, constants);
    if (layer) layers.push(layer);
    at = { value: node.output[0] ?? '', dims };
  }
  const last = nodes.at(-1)?.output[0];
  if (graph.output.length === 1 && graph.output[0]?.name === last) return layers;
  throw new UnverifiableModelError('The verifier takes models whose one output is what their last operator makes.');
}

function constantOf({ name, dataType, dims, floatData, int64Data, rawData, externalData }: TensorProto): Constant {
  const shape = dims.map(Number);
  if (externalData.length > 0)
    throw new UnverifiableModelError(`"${name}" lies in another file: put the model into one.`);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const of = (bytes: number, read: (at: number) => number) =>
    Array.from({ length: rawData.byteLength / bytes }, (_, i) => read(bytes * i));
  if (dataType === 1)
    return { dims: shape, data: floatData.length > 0 ? floatData : of(4, (i) => view.getFloat32(i, true)) };
  if (dataType === 7)
    return {
      dims: shape,
      data: int64Data.length > 0 ? int64Data.map(Number) : of(8, (i) => Number(view.getBigInt64(i, true))),
    };
  return { dims: shape, data: [] };
}

type Made = { readonly layer?: Layer; readonly dims: readonly number[] };
type Value = { readonly value: string; readonly dims: readonly number[] };

function layerOf(node: NodeProto, at: Value, constants: ReadonlyMap<string, Constant>): Made {
  const { dims } = at;
  const attribute = (name: string) => node.attribute.find((one) => one.name === name);
  const constant = (i: number) => constants.get(node.input[i] ?? '');
  const [data = ''] = node.input;
  const first = data === at.value;
  switch (node.opType) {
    case 'Relu':
      return { layer: { kind: 'relu' }, dims };
    case 'Identity':
    case 'Dropout':
      return { dims };
    case 'Flatten':
      if (Number(attribute('axis')?.i ?? 1n) === 1) return { dims: [1, sizeOf(dims)] };
      break;
    case 'Reshape': {
      const target = constant(1)?.data.map((size, i) => (size === 0 ? (dims[i] ?? 1) : size)) ?? [];
      // The first dimension is of images; a free one takes what is left of one image.
      const known = target.slice(1).reduce((product, size) => (size > 0 ? product * size : product), 1);
      return { dims: [1, ...target.slice(1).map((size) => (size > 0 ? size : sizeOf(dims) / known))] };
    }
    case 'Gemm': {
      const [weights, bias] = [constant(1), constant(2)];
      const plain =
        Number(attribute('transA')?.i ?? 0n) === 0 &&
        (attribute('alpha')?.f ?? 1) === 1 &&
        (attribute('beta')?.f ?? 1) === 1;
      if (first && weights && plain) return dense(weights, Number(attribute('transB')?.i ?? 0n) === 1, bias);
      break;
    }
    case 'MatMul': {
      const weights = constant(1);
      if (first && weights?.dims.length === 2) return dense(weights, false, undefined);
      break;
    }
    case 'Add': {
      const added = constant(first ? 1 : 0);
      if (added) return { layer: rows(sizeOf(dims), (o) => [[o, 1]], broadcast(added, dims)), dims };
      break;
    }
    case 'Conv': {
      const weights = constant(1);
      if (first && weights && dims.length === 4) return convolution(dims, weights, constant(2)?.data, node.attribute);
      break;
    }
    case 'MaxPool':
      if (dims.length === 4) return pooling(dims, node.attribute);
      break;
  }
  throw new UnverifiableModelError(
    `${node.opType} "${node.name}" is not known to the verifier in this form: it takes Conv, Gemm, MatMul, Add, Relu, MaxPool, Flatten and Reshape.`,
  );
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

function rows(
  count: number,
  entries: (o: number) => readonly (readonly [number, number])[],
  bias: readonly number[],
): AffineRows {
  const [start, index, weight]: [number[], number[], number[]] = [[0], [], []];
  for (let o = 0; o < count; o++) {
    for (const [i, w] of entries(o)) {
      index.push(i);
      weight.push(w);
    }
    start.push(index.length);
    if (index.length > mostEntries) throw new UnverifiableModelError('The network is too large for the verifier.');
  }
  return { kind: 'affine', start, index, weight, bias };
}

function dense({ dims: [a = 1, b = 1], data }: Constant, transposed: boolean, bias: Constant | undefined): Made {
  const [inputs, outputs] = transposed ? [b, a] : [a, b];
  const entry = (o: number) => (_: unknown, i: number) =>
    [i, data[transposed ? o * inputs + i : i * outputs + o] ?? 0] as const;
  const added = bias ? broadcast(bias, [1, outputs]) : new Array<number>(outputs).fill(0);
  return { layer: rows(outputs, (o) => Array.from({ length: inputs }, entry(o)), added), dims: [1, outputs] };
}

/** A constant for each element of a value: its dimensions count from the last. */
function broadcast({ dims, data }: Constant, like: readonly number[]): number[] {
  return Array.from({ length: sizeOf(like) }, (_, at) => {
    let [rest, from, stride] = [at, 0, 1];
    for (let axis = like.length - 1, own = dims.length - 1; axis >= 0; axis--, own--) {
      const place = rest % (like[axis] ?? 1);
      rest = Math.floor(rest / (like[axis] ?? 1));
      if (own < 0) continue;
      if (dims[own] !== 1) from += place * stride;
      stride *= dims[own] ?? 1;
    }
    return data[from] ?? 0;
  });
}

/** Strides, padding and dilation of two dimensions. */
function windowOf(attributes: readonly AttributeProto[]) {
  const of = (name: string) => attributes.find((one) => one.name === name);
  const ints = (name: string, otherwise: readonly number[]) => of(name)?.ints.map(Number) ?? otherwise;
  const autoPad = new TextDecoder().decode(of('auto_pad')?.s ?? new Uint8Array());
  const odd = !['', 'NOTSET', 'VALID'].includes(autoPad) || Number(of('ceil_mode')?.i ?? 0n) !== 0;
  if (odd) throw new UnverifiableModelError('auto_pad and ceil_mode are not known to the verifier.');
  return {
    kernel: ints('kernel_shape', []),
    strides: ints('strides', [1, 1]),
    pads: autoPad === 'VALID' ? [0, 0, 0, 0] : ints('pads', [0, 0, 0, 0]),
    dilations: ints('dilations', [1, 1]),
    group: Number(of('group')?.i ?? 1n),
  };
}

/** For one output place the places of its window that lie in the image: [k, place], k counted in the kernel. */
function placesOf(
  [height = 1, width = 1]: readonly number[],
  [kh = 1, kw = 1]: readonly number[],
  { strides: [sy = 1, sx = 1], pads: [top = 0, left = 0], dilations: [dy = 1, dx = 1] }: ReturnType<typeof windowOf>,
  y: number,
  x: number,
): [number, number][] {
  const places: [number, number][] = [];
  for (let k = 0; k < kh * kw; k++) {
    const [row, column] = [y * sy - top + Math.floor(k / kw) * dy, x * sx - left + (k % kw) * dx];
    if (row >= 0 && row < height && column >= 0 && column < width) places.push([k, row * width + column]);
  }
  return places;
}

function outputSize(
  size: readonly number[],
  kernel: readonly number[],
  { strides, pads, dilations }: ReturnType<typeof windowOf>,
) {
  return size.map((length, i) =>
    Math.floor(
      (length + (pads[i] ?? 0) + (pads[i + 2] ?? 0) - (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) - 1) /
        (strides[i] ?? 1) +
        1,
    ),
  );
}

function convolution(
  dims: readonly number[],
  weights: Constant,
  bias: readonly number[] | undefined,
  attributes: readonly AttributeProto[],
): Made {
  const [filters = 1, depth = 1, ...kernel] = weights.dims;
  const window = windowOf(attributes);
  const size = dims.slice(2);
  const [height = 1, width = 1] = outputSize(size, kernel, window);
  const [plane, taps] = [sizeOf(size), sizeOf(kernel)];
  const entries = (o: number) => {
    const filter = Math.floor(o / (height * width));
    const from = Math.floor((filter * window.group) / filters) * depth;
    const places = placesOf(size, kernel, window, Math.floor(o / width) % height, o % width);
    return Array.from({ length: depth }, (_, c) =>
      places.map(
        ([k, place]) => [(from + c) * plane + place, weights.data[(filter * depth + c) * taps + k] ?? 0] as const,
      ),
    ).flat();
  };
  const count = filters * height * width;
  const added = Array.from({ length: count }, (_, o) => bias?.[Math.floor(o / (height * width))] ?? 0);
  return { layer: rows(count, entries, added), dims: [1, filters, height, width] };
}

function pooling(dims: readonly number[], attributes: readonly AttributeProto[]): Made {
  const window = windowOf(attributes);
  const [, channels = 1, ...size] = dims;
  const [height = 1, width = 1] = outputSize(size, window.kernel, window);
  const windows = Array.from({ length: channels * height * width }, (_, o) => {
    const from = Math.floor(o / (height * width)) * sizeOf(size);
    return placesOf(size, window.kernel, window, Math.floor(o / width) % height, o % width).map(
      ([, place]) => from + place,
    );
  });
  return { layer: { kind: 'max', windows }, dims: [1, channels, height, width] };
}
