import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation, TensorProtoSchema } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExternalFiles } from '../../src/files/externalFiles.ts';
import { ExternalDataError } from '../../src/onnx/errors.ts';
import { message } from '../networks.ts';

function modelAt(location: string): Uint8Array {
  const tensor = create(TensorProtoSchema, {
    name: 'w',
    dataType: 1,
    dims: [1n],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: location })],
  });
  return toBinary(ModelProtoSchema, message({ initializer: [tensor] }));
}

// ROOT/model/m.onnx with data beside it; ROOT/secret is nobody's business.
let root: string;
const at = (...parts: string[]) => join(root, ...parts);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'konkyo-external-'));
  await mkdir(at('model', 'inner', '...'), { recursive: true });
  await mkdir(at('model-2'));
  for (const name of ['m.onnx', 'w.bin', '..data.bin', 'inner/w.bin', 'inner/.../w.bin']) {
    await writeFile(at('model', name), name);
  }
  await writeFile(at('secret'), 'secret');
  await writeFile(at('model-2', 'secret'), 'secret');
  await symlink('w.bin', at('model', 'inside'));
  await symlink('../secret', at('model', 'link'));
  await symlink('link', at('model', 'link-of-link'));
  await symlink('..', at('model', 'up'));
  await symlink('../../secret', at('model', 'inner', 'deep'));
  await symlink('/dev/zero', at('model', 'zero'));
  await symlink('nowhere', at('model', 'broken'));
  await symlink('loop', at('model', 'loop'));
  // As download caches keep files: names that lead to contents elsewhere.
  await mkdir(at('snapshot'));
  await symlink('../model/m.onnx', at('snapshot', 'm.onnx'));
  await symlink('../model/w.bin', at('snapshot', 'w.bin'));
  await symlink('../secret', at('snapshot', 'stolen'));
});
afterAll(() => rm(root, { recursive: true }));

const readFrom = async (model: string, location: string) =>
  Buffer.from((await readExternalFiles(at(model, 'm.onnx'), modelAt(location))).get(location) ?? []).toString();

describe('a model’s data file', () => {
  it.each([
    ['w.bin', 'w.bin'],
    ['./w.bin', 'w.bin'],
    ['..data.bin', '..data.bin'],
    ['inner/w.bin', 'inner/w.bin'],
    ['inner/.../w.bin', 'inner/.../w.bin'],
    ['inner/../w.bin', 'w.bin'],
  ])('may be %s', async (location, contents) => {
    expect(await readFrom('model', location)).toBe(contents);
  });

  it('may be a link within the folder, or lie beside the file that the model is a link to', async () => {
    expect(await readFrom('model', 'inside')).toBe('w.bin');
    expect(await readFrom('snapshot', 'w.bin')).toBe('w.bin');
  });

  it.each([
    '../secret',
    'inner/../../secret',
    '../model-2/secret',
    '/etc/passwd',
    '//etc/passwd',
    '..\\secret',
    'inner\\..\\..\\secret',
    '\\secret',
    'C:\\secret',
    'C:secret',
    'c:/secret',
    'link',
    'link-of-link',
    'up/secret',
    'inner/deep',
    'zero',
    'w.bin\0',
  ])('may not be %j', async (location) => {
    await expect(readFrom('model', location)).rejects.toThrow(/outside of its folder/);
    await expect(readFrom('model', location)).rejects.toThrow(ExternalDataError);
  });

  it('may not be a link that leads out of both folders of a linked model', async () => {
    await expect(readFrom('snapshot', 'stolen')).rejects.toThrow(/outside of its folder/);
  });

  it.each(['', '.', 'inner', 'broken', 'loop'])('that is %j cannot be read', async (location) => {
    await expect(readFrom('model', location)).rejects.toThrow(ExternalDataError);
  });

  it('that is missing is left out, for the reader of the model to name its tensor', async () => {
    expect(await readExternalFiles(at('model', 'm.onnx'), modelAt('none.bin'))).toEqual(new Map());
  });
});
