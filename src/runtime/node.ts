import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import type * as OnnxRuntimeNode from 'onnxruntime-node';
import { type Device, limitsOf, providerOf } from './device.ts';
import { ortInThread } from './nodeLane.ts';
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
 * @throws SessionError where the package onnxruntime-node is not installed (it is large, so it is asked for), or has not the
 * device on this system.
 */
export function nodeRuntime({ threads = availableParallelism(), device = 'cpu' }: NodeRuntimeOptions = {}): Runtime {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const ort = installed();
  const name = `onnxruntime-node ${ort.env.versions.node ?? ''}`.trim();
  const processor = { ...onnxRuntime(ort, name, 'cpu', threads), lanes: lanesOf(ort, name, threads) };
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

/** More lanes than this would hold the weights as many times over. */
const mostLanes = 4;

/** The threads shared out: the first lane is this thread, each other one a thread of its own. */
function lanesOf(ort: typeof OnnxRuntimeNode, name: string, threads: number): readonly Runtime[] | undefined {
  const count = Math.min(mostLanes, threads);
  if (count < 2) return undefined;
  const file = requireHere.resolve('onnxruntime-node');
  return Array.from({ length: count }, (_, lane) => {
    const share = Math.floor((threads + lane) / count);
    return onnxRuntime(lane === 0 ? ort : ortInThread(file, ort.Tensor), name, 'cpu', share);
  });
}

const requireHere = createRequire(import.meta.url);

/** Loaded when a runtime is asked for: reading models and files works without. */
function installed(): typeof OnnxRuntimeNode {
  try {
    return requireHere('onnxruntime-node');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND';
    const why = isMissing
      ? 'the package onnxruntime-node, which is not installed: npm i onnxruntime-node'
      : `the package onnxruntime-node, which cannot be loaded (${cause instanceof Error ? cause.message : cause}): npm i onnxruntime-node, for this system and Node`;
    throw new SessionError(
      `konkyo runs models on Node with ${why} (behind a firewall with ONNXRUNTIME_NODE_INSTALL=skip before it, which leaves out CUDA).`,
      { cause },
    );
  }
}
