import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { SessionError } from '../../src/runtime/runtime.ts';
import { swiftShader } from './swiftShader.ts';

const environment = swiftShader();
const why = environment ? '' : " (skipped: no SwiftShader, which Debian's chromium brings)";

/** A choice that takes seconds, with every way that the processor's graphs are written another way; the rest: check:webgpu. */
const choice = [
  { network: 'lenet', methods: 'saliency,smoothgrad,deep-lift,lrp-epsilon-plus' },
  { network: 'resnet_mini', methods: 'saliency,deep-taylor' },
] as const;

describe.skipIf(!environment)(`WebGPU gives the processor's maps${why}`, () => {
  it.each(choice)('$network: $methods', async ({ network, methods }) => {
    const args = ['--import', 'tsx', 'scripts/webgpu.ts', '--network', network, '--method', methods];
    // ONNX Runtime warns on stderr that nodes were left to the processor.
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment });
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[1]).join()).toBe(methods);
    for (const line of lines) expect(Number(line.split(' ')[2]), line).toBeLessThan(1e-3);
  });
});

it('a device that the package has not on this system is refused, with those it has', () => {
  const missing = process.platform === 'darwin' ? 'dml' : 'coreml';
  expect(() => nodeRuntime({ device: missing })).toThrow(SessionError);
  expect(() => nodeRuntime({ device: missing })).toThrow(/has no device ".*".*: it has cpu, /);
});
