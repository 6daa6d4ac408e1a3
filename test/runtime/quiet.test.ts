import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = `
import { nodeRuntime } from './src/runtime/node.ts';
import { float32, int64 } from './src/onnx/tensor.ts';
import { built, value } from './test/networks.ts';
const model = built(value('x', [4]), undefined, (builder, x) => builder.add('Gather', [x, builder.input('i', 'int64', [1])]));
const session = await nodeRuntime({ threads: 1 }).createSession(model);
const error = await session.run({ x: float32([4], [1, 2, 3, 4]), i: int64([9], [1]) }).then(() => undefined, (thrown) => thrown);
process.stdout.write(error.tag);
`;

it('a run that fails says so in the error alone: ONNX Runtime writes nothing to stderr, where names would stand as they are', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  expect(await promisify(execFile)(process.execPath, args)).toEqual({ stdout: 'run', stderr: '' });
});
