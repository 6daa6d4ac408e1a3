import { availableParallelism } from 'node:os';
import { type Device, devices } from '../runtime/device.ts';
import { nodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { UsageError } from './flags.ts';

/** The flags that say what graphs run on. */
export interface RuntimeFlags {
  readonly threads?: string;
  readonly device?: string;
}

export const deviceWords = `what computes: ${devices.join(', ')}, as far as this machine has it (default: cpu)`;

/** The runtime that the flags ask for. @throws UsageError; SessionError for a device that is not there. */
export function runtimeFrom({ threads, device }: RuntimeFlags): Runtime {
  return nodeRuntime({ ...threadCount(threads), device: deviceOf(device) });
}

function deviceOf(flag: string | undefined): Device | undefined {
  const device = devices.find((name) => name === flag);
  if (flag === undefined || device) return device;
  throw new UsageError(`--device takes ${devices.join(', ')}, not "${flag}".`);
}

/** Beyond the machine's processors threads only wait for each other; each session has as many. */
const most = Math.max(64, availableParallelism());

/** The runtime option for --threads. @throws UsageError */
function threadCount(flag: string | undefined): { readonly threads?: number } {
  if (flag === undefined) return {};
  const threads = flag.trim() === '' ? Number.NaN : Number(flag);
  if (!Number.isInteger(threads) || threads < 1 || threads > most)
    throw new UsageError(`--threads takes a whole number from 1 to ${most}, not "${flag}".`);
  return { threads };
}
