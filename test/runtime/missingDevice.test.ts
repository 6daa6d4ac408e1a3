import type { InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';
import { expect, it } from 'vitest';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { onnxRuntime } from '../../src/runtime/onnxRuntime.ts';
import { DeviceError, SessionError } from '../../src/runtime/runtime.ts';
import { architectures } from '../../src/training/architectures.ts';

function failing(message: string) {
  const create = () => Promise.reject(new Error(message));
  const ort = { InferenceSession: { create } as unknown as InferenceSessionFactory, Tensor: {} as TensorConstructor };
  return onnxRuntime(ort, 'a runtime on webgpu', 'webgpu', 1);
}

const bytes = writeModel(architectures.c.build(1));

it('a device that is not there is no fault of the model', async () => {
  const runtime = failing('Failed to get a WebGPU adapter: No supported adapters');
  const refused = loadClassifier(bytes, { runtime });
  await expect(refused).rejects.toBeInstanceOf(DeviceError);
  await expect(refused).rejects.toThrow(/finds no such device here .*No supported adapters.*--device cpu/);
});

it('what a runtime has against a model is', async () => {
  const runtime = failing('Unsupported operator');
  await expect(runtime.createSession(architectures.c.build(1))).rejects.toBeInstanceOf(SessionError);
});
