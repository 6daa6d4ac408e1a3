import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { SessionError } from '../../src/runtime/runtime.ts';
import { referenceModels } from '../attribution/referenceData.ts';
import { comparedMethods, tolerance } from './deviceMaps.ts';
import { swiftShader } from './swiftShader.ts';

const environment = swiftShader();
const why = environment ? '' : " (skipped: no SwiftShader, which Debian's chromium brings)";

/** What the networks themselves do not allow, on any device: relevance through attention, layers where there are none. */
const notForAll = [
  'grad-cam',
  'guided-grad-cam',
  'layer-conductance',
  'layer-activation-x-gradient',
  'lrp-',
  'deep-taylor',
];

describe.skipIf(!environment)(`WebGPU gives the processor's maps${why}`, () => {
  // One process: the device keeps what was compiled for one network for the others.
  it('of every method on every network', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/webgpu.ts'], {
      env: environment,
    });
    const [header = [], ...lines] = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    expect(header).toEqual(['method', ...referenceModels]);
    expect(lines.map(([method]) => method)).toEqual(comparedMethods);
    for (const [method = '', ...differences] of lines) {
      const mayMiss = notForAll.some((begin) => method.startsWith(begin));
      for (const [i, difference] of differences.entries()) {
        if (mayMiss && difference === '-' && ['sigmoid_mlp', 'vit_mini'].includes(referenceModels[i]!)) continue;
        expect(Number(difference), `${method} on ${referenceModels[i]}`).toBeLessThanOrEqual(tolerance);
      }
    }
  });
});

it('a device that the package has not on this system is refused, with those it has', () => {
  const missing = process.platform === 'darwin' ? 'dml' : 'coreml';
  expect(() => nodeRuntime({ device: missing })).toThrow(SessionError);
  expect(() => nodeRuntime({ device: missing })).toThrow(/has no device ".*".*: it has cpu, /);
});
