import { float, floatOf, intOf, stringOf } from '../../../onnx/attributes.ts';
import { inputOf, optionalInputOf, outputOf } from '../../../onnx/graphView.ts';
import { passesOn } from '../../../onnx/randomness.ts';
import { sizeOf, type Tensor } from '../../../onnx/tensor.ts';
import { groupsOf } from '../../gradient/window.ts';
import type { AffineAnswer, BoundCall, BoundTable, Magnitude, Refusal, Roundings } from '../rule.ts';

function magnitudes(t: Tensor<'float32'>): Tensor<'float32'> {
  return { ...t, data: t.data.map(Math.abs) };
}

function negativeMagnitudes(t: Tensor<'float32'>): Tensor<'float32'> {
  return { ...t, data: t.data.map((value) => -Math.abs(value)) };
}

function affine(
  magnitude: AffineAnswer['magnitude'] | Magnitude,
  roundings: AffineAnswer['roundings'],
  refuses?: Refusal,
): AffineAnswer {
  const of = typeof magnitude === 'function' ? magnitude : () => magnitude;
  return { kind: 'affine', magnitude: of, roundings, refuses };
}

/** At most `count` roundings an element, of the output and of the adjoint's result. */
const few = (count: number) => (): Roundings => ({ forward: count, backward: count });

const onlyFirst: Refusal = ({ inputs }, _facts, isData) =>
  inputs.slice(1).some(isData) ? 'where elements go depends on the image' : undefined;

/** An operator that only moves or drops elements: nothing is rounded. */
const rearranged = (refuses: Refusal = onlyFirst) => affine({}, few(0), refuses);

/** Adds up inputs, constants among them. */
const summed = (op?: string) =>
  affine({ op, added: [0, 1, 2, 3, 4, 5, 6, 7] }, ({ node }) => few(node.inputs.length + 2)());

const oneConstant: Refusal = ({ inputs }, facts, isData) => {
  const others = inputs.slice(0, 2).filter((name) => !isData(name));
  if (others.length === 0) return 'both factors depend on the image';
  return others.every((name) => facts(name).constant) ? undefined : 'its factor is not constant';
};

const constantParameters: Refusal = ({ inputs }, facts, isData) =>
  inputs.slice(1).every((name) => name === '' || (!isData(name) && facts(name).constant))
    ? undefined
    : 'its parameters are not constant';

/** Products with a matrix: as many as the summed dimension is long, and on the way back as the other; no more than the longer. */
function productRoundings({ node, x, dims }: BoundCall): Roundings {
  const weights = inputOf(node, x[0] ? 1 : 0);
  return few(Math.max(...dims(weights).slice(-2)) + 4)();
}

function windowRoundings({ node, dims }: BoundCall): Roundings {
  const kernel = node.attributes.kernel_shape;
  const window = kernel?.type === 'ints' ? kernel.value : dims(inputOf(node, 0)).slice(2);
  return few(sizeOf(window) + 4)();
}

const notOverImages: Refusal = (node, facts) => {
  const [x, axes] = [inputOf(node, 0), optionalInputOf(node, 1)];
  const rank = facts(x).dims.length;
  const constant = axes === undefined ? undefined : facts(axes).constant;
  const list = constant ? Array.from(constant.data as ArrayLike<bigint>, Number) : undefined;
  if (!list) return 'its axes are not constant';
  return list.some((axis) => axis === 0 || axis === -rank) ? 'it mixes images' : undefined;
};

const reduced = () => affine({}, ({ node, dims }) => few(sizeOf(dims(inputOf(node, 0)).slice(1)) + 2)(), notOverImages);

/** Operators that are linear in what depends on the image, up to constants. */
export const affineBounds: BoundTable = {
  // An output element sums C/g x kernel products and the bias; its adjoint M/g x kernel.
  Conv: affine(
    { parameters: { 1: magnitudes }, added: [2] },
    ({ node, dims }) => {
      const [m = 1, c = 1, ...kernel] = dims(inputOf(node, 1));
      return { forward: c * sizeOf(kernel) + 2, backward: (m / groupsOf(node)) * sizeOf(kernel) };
    },
    constantParameters,
  ),
  ConvTranspose: affine(
    { parameters: { 1: magnitudes }, added: [2] },
    ({ node, dims }) => {
      const [c = 1, m = 1, ...kernel] = dims(inputOf(node, 1));
      return { forward: (c / groupsOf(node)) * sizeOf(kernel) + 2, backward: m * sizeOf(kernel) };
    },
    constantParameters,
  ),
  Gemm: affine(
    (node) => ({
      attributes: {
        ...node.attributes,
        alpha: float(Math.abs(floatOf(node, 'alpha', 1))),
        beta: float(Math.abs(floatOf(node, 'beta', 1))),
      },
      parameters: { 0: magnitudes, 1: magnitudes },
      added: [2],
    }),
    productRoundings,
    oneConstant,
  ),
  MatMul: affine({ parameters: { 0: magnitudes, 1: magnitudes } }, productRoundings, oneConstant),
  Mul: affine({ parameters: { 0: magnitudes, 1: magnitudes } }, few(4), oneConstant),
  Div: affine({ parameters: { 1: magnitudes } }, few(4), (node, facts, isData) =>
    isData(inputOf(node, 1)) ? 'its divisor depends on the image' : oneConstant(node, facts, isData),
  ),
  // y = (x - mean) scale / sd + bias
  BatchNormalization: affine(
    { parameters: { 1: magnitudes, 3: negativeMagnitudes }, added: [2, 3] },
    few(16),
    (node, facts, isData) =>
      intOf(node, 'training_mode', 0) === 1
        ? 'in training mode it mixes the images of a batch'
        : constantParameters(node, facts, isData),
  ),
  Add: summed(),
  Sub: summed('Add'),
  Sum: summed(),
  Mean: summed(),
  Neg: affine({ op: 'Identity' }, few(0)),
  AveragePool: affine({}, windowRoundings),
  GlobalAveragePool: affine({}, windowRoundings),
  ReduceMean: reduced(),
  ReduceSum: reduced(),
  Identity: rearranged(),
  Dropout: rearranged((node, facts) =>
    passesOn(node, (name) => facts(name).constant) ? undefined : 'in training mode its output is random',
  ),
  Reshape: rearranged(),
  Flatten: rearranged(),
  Squeeze: rearranged(),
  Unsqueeze: rearranged(),
  Slice: rearranged(),
  Transpose: rearranged((node) => {
    const perm = node.attributes.perm;
    return perm?.type === 'ints' && perm.value[0] === 0 ? undefined : 'it moves the dimension of images';
  }),
  Concat: affine({ added: [0, 1, 2, 3, 4, 5, 6, 7] }, few(0), (node, facts) => {
    const axis = intOf(node, 'axis', 0);
    const rank = facts(outputOf(node)).dims.length;
    return axis === 0 || axis === -rank ? 'it puts images one after the other' : undefined;
  }),
  Pad: affine({ added: [2] }, few(0), (node) => {
    const mode = stringOf(node, 'mode', 'constant');
    return mode === 'constant' ? undefined : `no bound for mode ${mode}`;
  }),
};
