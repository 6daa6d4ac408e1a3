import type { InferenceSession } from 'onnxruntime-common';
import type { RuntimeLimits } from './runtime.ts';

/** What ONNX Runtime may run on, by the names of its execution providers. What a package has depends on the machine. */
export const devices = ['cpu', 'webgpu', 'cuda', 'tensorrt', 'coreml', 'dml'] as const;
/** What ONNX Runtime may run on. */
export type Device = (typeof devices)[number];

/** What is known of a device; of others than these nothing is known to be missing. */
export const limitsOf: Readonly<Partial<Record<Device, RuntimeLimits>>> = {
  webgpu: {
    // The Indices are refused while it runs. The others, left to the processor, would take numbers there and back, and float64 is
    // not even there where onnxruntime-web is built for WebGPU.
    lacks: ['float64', 'MaxPool.Indices', 'SpaceToDepth', 'Sum'],
    // By ONNX Runtime's profile of the methods on networks of test/reference, but for sizes and indices; MaxUnpool was not profiled.
    onProcessor: ['BitShift', 'BitwiseAnd', 'BitwiseXor', 'Loop', 'MaxUnpool'],
  },
};

/** How ONNX Runtime is asked for a device. */
export function providerOf(device: Exclude<Device, 'cpu'>): InferenceSession.ExecutionProviderConfig {
  // With channels last, WebGPU convolves wrongly where there are, say, 6 of them (seen with onnxruntime 1.30; microsoft/onnxruntime#29651 may be the same fault).
  return device === 'webgpu' ? { name: 'webgpu', preferredLayout: 'NCHW' } : device;
}
