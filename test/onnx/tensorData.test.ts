import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema, TensorProto_DataType as Type } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { type ElementType, elementTypeOf } from '../../src/onnx/elementType.ts';
import { InvalidModelError } from '../../src/onnx/errors.ts';
import { decodeTensor, encodeTensor } from '../../src/onnx/tensorProto.ts';

interface Case {
  readonly type: Type;
  readonly typed: Readonly<Record<string, readonly unknown[]>>;
  /** Little-endian, hexadecimal. */
  readonly raw: string;
  readonly data: readonly unknown[];
}

// The same elements in the two ways the ONNX specification allows; the raw bytes are written down by hand.
const cases: readonly Case[] = [
  { type: Type.FLOAT, typed: { floatData: [1, -2] }, raw: '0000803f000000c0', data: [1, -2] },
  { type: Type.DOUBLE, typed: { doubleData: [1, -2] }, raw: '000000000000f03f00000000000000c0', data: [1, -2] },
  { type: Type.INT8, typed: { int32Data: [127, -2] }, raw: '7ffe', data: [127, -2] },
  { type: Type.UINT8, typed: { int32Data: [127, 254] }, raw: '7ffe', data: [127, 254] },
  { type: Type.INT16, typed: { int32Data: [258, -2] }, raw: '0201feff', data: [258, -2] },
  { type: Type.UINT16, typed: { int32Data: [258, 65534] }, raw: '0201feff', data: [258, 65534] },
  { type: Type.INT32, typed: { int32Data: [258, -2] }, raw: '02010000feffffff', data: [258, -2] },
  { type: Type.UINT32, typed: { uint64Data: [258n, 4294967294n] }, raw: '02010000feffffff', data: [258, 4294967294] },
  { type: Type.INT64, typed: { int64Data: [258n, -2n] }, raw: '0201000000000000feffffffffffffff', data: [258n, -2n] },
  {
    type: Type.UINT64,
    typed: { uint64Data: [258n, 2n ** 64n - 2n] },
    raw: '0201000000000000feffffffffffffff',
    data: [258n, 2n ** 64n - 2n],
  },
  { type: Type.BOOL, typed: { int32Data: [1, 0] }, raw: '0100', data: [1, 0] },
  { type: Type.FLOAT16, typed: { int32Data: [0x3c00, 0xc000] }, raw: '003c00c0', data: [0x3c00, 0xc000] },
  { type: Type.BFLOAT16, typed: { int32Data: [0x3f80, 0xc000] }, raw: '803f00c0', data: [0x3f80, 0xc000] },
];

describe.each(cases.map((each) => ({ name: Type[each.type], ...each })))('$name', ({ type, typed, raw, data }) => {
  const common = { name: 't', dataType: type, dims: [2n] };

  it('is read the same from typed fields and from raw bytes, wherever these lie in the file', () => {
    const fromTyped = decodeTensor(create(TensorProtoSchema, { ...common, ...typed }), new Map());
    expect(Array.from(fromTyped.data as Iterable<unknown>)).toEqual(data);
    const bytes = Buffer.from(raw, 'hex');
    for (const shift of [0, 1, 4]) {
      const within = new Uint8Array(bytes.length + shift);
      within.set(bytes, shift);
      const fromRaw = decodeTensor(
        create(TensorProtoSchema, { ...common, rawData: within.subarray(shift) }),
        new Map(),
      );
      expect(fromRaw).toEqual(fromTyped);
    }
  });

  it('is written as the bytes it was given', () => {
    const {
      type: elementType,
      dims,
      data,
    } = decodeTensor(create(TensorProtoSchema, { ...common, ...typed }), new Map());
    const written = encodeTensor({ type: elementType, dims, data }, 't');
    expect(Buffer.from(written.rawData).toString('hex')).toBe(raw);
    expect(written.dataType).toBe(type);
  });

  it('is refused when it does not fill its shape', () => {
    const long = create(TensorProtoSchema, { ...common, dims: [3n], ...typed });
    const cut = create(TensorProtoSchema, { ...common, rawData: Buffer.from(raw, 'hex').subarray(1) });
    for (const proto of [long, cut]) expect(() => decodeTensor(proto, new Map())).toThrow(InvalidModelError);
  });
});

it('strings are read and written', () => {
  const stringData = ['cat', 'été'].map((text) => new TextEncoder().encode(text));
  const read = decodeTensor(create(TensorProtoSchema, { dataType: Type.STRING, dims: [2n], stringData }), new Map());
  expect(read).toEqual({ type: 'string', dims: [2], data: ['cat', 'été'] });
  expect(encodeTensor({ ...read }, 's').stringData).toEqual(stringData);
});

it('every element type of ONNX 1.20 has a name', () => {
  const codes = Object.values(Type).filter((code): code is Type => typeof code === 'number' && code > 0);
  const nameless = codes.filter((code) => elementTypeOf(code) === undefined).map((code) => Type[code]);
  expect(nameless).toEqual([]);
});

it.each(['complex64', 'float8e4m3fn', 'int4'] satisfies ElementType[])('%s is kept without being looked at', (name) => {
  const code = Object.values(Type).find((value) => typeof value === 'number' && elementTypeOf(value) === name) as Type;
  const proto = create(TensorProtoSchema, { name: 'p', dataType: code, dims: [3n], int32Data: [1, 2, 3] });
  const read = decodeTensor(proto, new Map());
  expect(encodeTensor(read, 'renamed')).toMatchObject({ name: 'renamed', int32Data: [1, 2, 3] });
});

describe('dimensions that no file could fill', () => {
  it.each([
    { title: 'a trillion', dims: [10n ** 12n] },
    { title: 'beyond what a number can say', dims: [2n ** 62n, 2n ** 62n] },
    { title: 'negative', dims: [-1n, 4n] },
  ])('$title: refused at once', ({ dims }) => {
    const before = process.memoryUsage().rss;
    const proto = create(TensorProtoSchema, { name: 'w', dataType: Type.FLOAT, dims, floatData: [1] });
    expect(() => decodeTensor(proto, new Map())).toThrow(InvalidModelError);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });
});
