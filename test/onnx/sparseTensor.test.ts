import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  type SparseTensorProto,
  SparseTensorProtoSchema,
  type TensorProto,
} from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { InvalidModelError } from '../../src/onnx/errors.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32, int64, type Tensor } from '../../src/onnx/tensor.ts';
import { encodeTensor } from '../../src/onnx/tensorProto.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { message } from '../networks.ts';
import { cpu } from '../runtimes.ts';

const dims = [2, 3];
/** Elements 1 and 5 of [2, 3]. */
const dense = [0, 7, 0, 0, 0, -2];
const values = float32([2], [7, -2]);

function sparse(indices: Tensor, shape: readonly number[] = dims, elements: Tensor = values): SparseTensorProto {
  const part = (t: Tensor, name: string): TensorProto => encodeTensor(t, name);
  return create(SparseTensorProtoSchema, {
    values: part(elements, 'w'),
    indices: part(indices, 'w_indices'),
    dims: shape.map(BigInt),
  });
}

const real = { elemType: 1, shape: { dim: [2, 3].map((n) => ({ value: { case: 'dimValue', value: BigInt(n) } })) } };
const described = (name: string) => ({ name, type: { value: { case: 'tensorType', value: real } } });

/** x + w, with w a sparse initializer or what a Constant gives. */
function bytesOf(w: SparseTensorProto, asConstant: boolean): Uint8Array {
  const attribute = [{ name: 'sparse_value', type: AttributeProto_AttributeType.SPARSE_TENSOR, sparseTensor: w }];
  const add = { opType: 'Add', input: ['x', 'w'], output: ['y'] };
  const graph = {
    name: 'g',
    input: [described('x')],
    output: [described('y')],
    node: asConstant ? [{ opType: 'Constant', output: ['w'], attribute }, add] : [add],
    sparseInitializer: asConstant ? [] : [w],
  };
  const { irVersion, opsetImport } = message({});
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion, opsetImport, graph } as object));
}

async function sum(bytes: Uint8Array): Promise<number[]> {
  const session = await cpu.createSession(readModel(bytes));
  const { y } = await session.run({ x: float32(dims, [1, 2, 3, 4, 5, 6]) });
  await session.release();
  return Array.from(y!.data as Float32Array);
}

const forms = [
  { title: 'by position in the flattened tensor', indices: int64([1, 5]) },
  { title: 'by coordinates', indices: int64([0, 1, 1, 2], [2, 2]) },
];

describe('sparse tensors are read as what they stand for', () => {
  it.each(
    forms.flatMap((form) => [
      { ...form, asConstant: false, what: 'an initializer' },
      { ...form, asConstant: true, what: 'a Constant' },
    ]),
  )('$what, $title', async ({ indices, asConstant }) => {
    const bytes = bytesOf(sparse(indices), asConstant);
    expect(await sum(bytes)).toEqual(dense.map((value, i) => value + i + 1));
    // What is written is dense, and once only.
    expect(await sum(writeModel(readModel(bytes)))).toEqual(dense.map((value, i) => value + i + 1));
  });

  it('gives the tensor itself in a graph', () => {
    const { graph } = readModel(bytesOf(sparse(int64([1, 5])), false));
    expect(graph.initializers.get('w')).toEqual(float32(dims, dense));
  });
});

describe('sparse tensors that do not fit together are refused by name', () => {
  it.each([
    { why: /outside/, proto: sparse(int64([1, 6])) },
    { why: /outside/, proto: sparse(int64([0, 1, 1, 3], [2, 2])) },
    { why: /2 values, but indices int64\[3\]/, proto: sparse(int64([0, 1, 2])) },
    { why: /negative dimension/, proto: sparse(int64([0, 1]), [-1, 3]) },
    { why: /in memory/, proto: sparse(int64([0, 1]), [2 ** 31, 2 ** 20]) },
  ])('$why', ({ why, proto }) => {
    const read = () => readModel(bytesOf(proto, false));
    expect(read).toThrow(InvalidModelError);
    expect(read).toThrow(why);
    expect(read).toThrow(/Sparse tensor "w"/);
  });
});
