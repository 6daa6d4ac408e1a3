import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';
import { decodeTensor } from '../../src/onnx/tensorProto.ts';
import type { Values } from '../../src/runtime/runtime.ts';

/** A model with inputs to run it on. */
export interface StoredModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  /** Undefined where an input is no tensor. */
  readonly feeds: Values | undefined;
}

/** The folders in a folder that hold a model. */
export function modelFolders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const folders = readdirSync(folder).map((name) => join(folder, name));
  return folders.filter((path) => existsSync(join(path, 'model.onnx'))).sort();
}

export function readStoredModel(folder: string): StoredModel {
  const bytes = readFileSync(join(folder, 'model.onnx'));
  const model = readModel(bytes);
  return { name: basename(folder), bytes, model, feeds: readFeeds(model, join(folder, 'test_data_set_0')) };
}

function readFeeds({ graph }: Model, folder: string): Values | undefined {
  // Old files list their weights among the inputs; the stored inputs are the others.
  const open = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const stored = open.flatMap(({ name, type }, i) => {
    const file = join(folder, `input_${i}.pb`);
    return existsSync(file) ? [{ name, type, file }] : [];
  });
  if (stored.some(({ type }) => type === undefined)) return undefined;
  return Object.fromEntries(stored.map(({ name, file }) => [name, readTensor(file)]));
}

function readTensor(file: string): Tensor {
  return decodeTensor(fromBinary(TensorProtoSchema, readFileSync(file)), new Map());
}
