import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { type Device, limitsOf, providerOf } from './device.ts';
import { onnxRuntime } from './onnxRuntime.ts';
import { type Runtime, SessionError } from './runtime.ts';

/** How the native runtime is set up. */
export interface NodeRuntimeOptions {
  /** How many threads one operator may use on the processor; by default all. */
  readonly threads?: number;
  /** What graphs run on; default 'cpu'. What a device lacks is computed another way, or on the processor. */
  readonly device?: Device;
}

/**
 * ONNX Runtime's native code, on the processor or another device. Node only.
 *
 * Its measurements of use are turned off, for the whole process, unless ORT_DISABLE_TELEMETRY says otherwise: on Linux it keeps
 * a database of them in the user's cache, sends them away, and reads the command line by a recursion that overflows the
 * stack (a segmentation fault) where that has more than some 28,000 bytes. It looks at the variable at its first session.
 * @throws SessionError for a device that the package has not on this system.
 */
export function nodeRuntime({ threads = availableParallelism(), device = 'cpu' }: NodeRuntimeOptions = {}): Runtime {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const name = `onnxruntime-node ${ort.env.versions.node ?? ''}`.trim();
  const processor = onnxRuntime(ort, name, 'cpu', threads);
  if (device === 'cpu') return processor;
  const supported = ort.listSupportedBackends().map((backend) => backend.name);
  if (!supported.includes(device)) {
    throw new SessionError(
      `${name} has no device "${device}" on ${process.platform} ${process.arch}: it has ${supported.join(', ')}.`,
    );
  }
  const limits = limitsOf[device];
  return { ...onnxRuntime(ort, `${name} on ${device}`, providerOf(device), threads), limits, reference: processor };
}
