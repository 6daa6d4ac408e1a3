import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  TensorProto_DataType as Type,
} from 'onnx-buf';
import * as ort from 'onnxruntime-node';
import { type Array64, type SlowAttributes, SlowOperatorError } from './array64.ts';

/** A node to run, whole numbers among `attributes` being ints unless their name is in `floats`. */
export interface RuntimeNode {
  readonly op: string;
  readonly opset: number;
  readonly inputs: readonly (Array64 | undefined)[];
  readonly attributes: SlowAttributes;
  readonly outputCount: number;
  /** Attributes that ONNX declares as floats although their value is whole. */
  readonly floats?: readonly string[];
  /** Positions of boolean inputs. */
  readonly booleans?: readonly number[];
}

function attributeProto(name: string, value: SlowAttributes[string], isFloat: boolean): AttributeProto {
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: Kind.STRING,
      s: new Uint8Array(new TextEncoder().encode(value)),
    });
  }
  if (typeof value === 'number') {
    return isFloat || !Number.isInteger(value)
      ? create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value })
      : create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value) });
  }
  if (Array.isArray(value)) {
    return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map((entry) => BigInt(entry)) });
  }
  throw new SlowOperatorError(`attribute "${name}": tensors are not needed here`);
}

const typeOf = (node: RuntimeNode, position: number): number =>
  node.booleans?.includes(position) ? Type.BOOL : (node.inputs[position]?.integerType ?? Type.FLOAT);

function feedOf({ data, dims }: Array64, type: number): ort.Tensor {
  switch (type) {
    case Type.INT64:
      return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);
    case Type.INT8:
      return new ort.Tensor('int8', Int8Array.from(data), dims);
    case Type.UINT8:
      return new ort.Tensor('uint8', Uint8Array.from(data), dims);
    case Type.BOOL:
      return new ort.Tensor('bool', Uint8Array.from(data), dims);
    default:
      return new ort.Tensor('float32', Float32Array.from(data), dims);
  }
}

/** The node's outputs by ONNX Runtime's CPU kernels: floats in float32, integers in the type they carry. */
export async function runInRuntime(node: RuntimeNode): Promise<readonly Array64[]> {
  const names = node.inputs.map((input, position) => (input === undefined ? '' : `x${position}`));
  const outputs = Array.from({ length: node.outputCount }, (_, position) => `y${position}`);
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [{ domain: '', version: BigInt(node.opset) }],
    graph: {
      name: node.op,
      node: [
        {
          opType: node.op,
          input: names,
          output: outputs,
          attribute: Object.entries(node.attributes).map(([name, value]) =>
            attributeProto(name, value, node.floats?.includes(name) ?? false),
          ),
        },
      ],
      input: node.inputs.flatMap((input, position) =>
        input === undefined
          ? []
          : [
              {
                name: `x${position}`,
                type: {
                  value: {
                    case: 'tensorType' as const,
                    value: {
                      elemType: typeOf(node, position),
                      shape: {
                        dim: input.dims.map((d) => ({ value: { case: 'dimValue' as const, value: BigInt(d) } })),
                      },
                    },
                  },
                },
              },
            ],
      ),
      output: outputs.map((name) => ({ name })),
    },
  });
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), { logSeverityLevel: 4 });
  const feeds = node.inputs.flatMap((input, position) =>
    input === undefined ? [] : [[`x${position}`, feedOf(input, typeOf(node, position))] as const],
  );
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return outputs.map((name) => {
    const tensor = results[name];
    if (tensor === undefined || tensor.type === 'string') throw new SlowOperatorError(`no output ${name}`);
    return { dims: tensor.dims, data: Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number) };
  });
}
