import { create } from '@bufbuild/protobuf';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from 'onnx-buf';
import {
  allocate,
  type DataOf,
  type ElementType,
  elementBytes,
  elementTypeCode,
  elementTypeOf,
  isNumeric,
  type NumericType,
  viewBytes,
} from './elementType.ts';
import { ExternalDataError, InvalidModelError } from './errors.ts';
import { tensorSources, withFields } from './sources.ts';
import { sizeOf, type Tensor } from './tensor.ts';

/** The contents of a model's external data files, by location (as written in the model). */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

/**
 * @throws InvalidModelError when type, shape and data do not fit together.
 * @throws ExternalDataError when the data lies in a file that is not in `external`.
 */
export function decodeTensor(proto: TensorProto, external: ExternalData): Tensor {
  const decoded = decode(proto, external);
  tensorSources.set(decoded, proto);
  return decoded;
}

function decode(proto: TensorProto, external: ExternalData): Tensor {
  const type = elementTypeOf(proto.dataType);
  const dims = proto.dims.map(Number);
  const where = `Tensor "${proto.name}"`;
  if (type === undefined) throw new InvalidModelError(`${where} has the unknown element type ${proto.dataType}.`);
  if (dims.some((dim) => dim < 0)) throw new InvalidModelError(`${where} has a negative dimension: [${dims}].`);
  if (type === 'string') {
    const decoder = new TextDecoder();
    return checked({ type, dims, data: proto.stringData.map((bytes) => decoder.decode(bytes)) }, where);
  }
  const bytes = isExternal(proto) ? externalBytes(proto, external) : proto.rawData;
  if (!isNumeric(type)) return { type, dims, data: bytes };
  const raw = bytes.length > 0 || typedLength(proto) === 0;
  if (raw && bytes.length !== sizeOf(dims) * elementBytes(type)) {
    throw new InvalidModelError(
      `${where} is ${type} of shape [${dims}], which takes ${sizeOf(dims) * elementBytes(type)} bytes, but it holds ${bytes.length}. The file is damaged, or its shape was edited without its data.`,
    );
  }
  return checked({ type, dims, data: raw ? viewBytes(type, bytes) : typedData(proto, type) }, where);
}

function checked<T extends ElementType>(t: Tensor<T>, where: string): Tensor<T> {
  if (t.data.length === sizeOf(t.dims)) return t;
  throw new InvalidModelError(
    `${where} is ${t.type} of shape [${t.dims}], which has ${sizeOf(t.dims)} elements, but it holds ${t.data.length}. The file is damaged, or its shape was edited without its data.`,
  );
}

function typedLength(proto: TensorProto): number {
  const { floatData, int32Data, int64Data, doubleData, uint64Data } = proto;
  return floatData.length + int32Data.length + int64Data.length + doubleData.length + uint64Data.length;
}

/** Elements from the field the ONNX specification gives the type: small integers and half floats lie in int32_data. */
function typedData<T extends NumericType>(proto: TensorProto, type: T): DataOf<T> {
  const elements = typedElements(proto, type);
  const data = allocate(type, elements.length);
  (data as { set(values: ArrayLike<number> | ArrayLike<bigint>): void }).set(elements);
  return data;
}

function typedElements(proto: TensorProto, type: NumericType): number[] | bigint[] {
  switch (type) {
    case 'float32':
      return proto.floatData;
    case 'float64':
      return proto.doubleData;
    case 'int64':
      return proto.int64Data;
    case 'uint64':
      return proto.uint64Data;
    case 'uint32':
      return proto.uint64Data.map(Number);
    default:
      return proto.int32Data;
  }
}

export function isExternal(proto: TensorProto): boolean {
  return proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
}

/** The file an external tensor's data lies in. */
export function externalLocation(proto: TensorProto): string {
  return proto.externalData.find((entry) => entry.key === 'location')?.value ?? '';
}

/** @throws ExternalDataError when its file is not in `external`, or too short. */
export function externalBytes(proto: TensorProto, external: ExternalData): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = externalLocation(proto);
  const file = external.get(location);
  if (file === undefined) {
    throw new ExternalDataError(
      `The data of tensor "${proto.name}" lies in the external file "${location}", which was not found. Put it beside the model.`,
      location,
    );
  }
  const whole = (text: string) => (/^\d+$/.test(text) ? Number(text) : Number.NaN);
  const offset = whole(entries.get('offset') ?? '0');
  const length = whole(entries.get('length') ?? String(file.length - offset));
  if (!(offset >= 0 && length >= 0 && offset + length <= file.length)) {
    throw new ExternalDataError(
      `The data of tensor "${proto.name}" should be ${length} bytes at ${offset} of "${location}", but that file has ${file.length} bytes. Is it complete, and the one that belongs to this model?`,
      location,
    );
  }
  return file.subarray(offset, offset + length);
}

/** The message of a tensor: the one it was read from, or a new one with raw data. External data is brought inside. */
export function encodeTensor(t: Tensor, name: string): TensorProto {
  const source = tensorSources.get(t);
  if (source && !isExternal(source)) return withFields(source, { name });
  const proto = create(TensorProtoSchema, { name, dataType: elementTypeCode(t.type), dims: t.dims.map(BigInt) });
  if (t.type === 'string') {
    const encoder = new TextEncoder();
    proto.stringData = (t.data as string[]).map((text) => encoder.encode(text));
  } else {
    const { buffer, byteOffset, byteLength } = t.data as Uint8Array<ArrayBuffer>;
    proto.rawData = new Uint8Array(buffer, byteOffset, byteLength);
  }
  return proto;
}
