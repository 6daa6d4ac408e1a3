import { parseArgs } from 'node:util';
import { nodeRuntime } from '../src/runtime/node.ts';
import { workloads } from './workloads.ts';

/*
 * npm run bench [-- --model NAME] [-- --only WORD]
 * One JSON line a workload on stdout: { model, method, seconds, threads, forwardSeconds }. What is skipped is said on stderr.
 */

const { values } = parseArgs({
  options: { model: { type: 'string' }, only: { type: 'string' }, threads: { type: 'string', default: '2' } },
});
const threads = Number(values.threads);
const runtime = nodeRuntime({ threads });
const chosen = workloads.filter(
  ({ model, method }) =>
    (values.model === undefined || model === values.model) &&
    (values.only === undefined || method.includes(values.only)),
);
if (chosen.length === 0) {
  const names = [...new Set(workloads.map(({ model }) => model))].join(', ');
  const methods = [...new Set(workloads.map(({ method }) => method))].join(', ');
  process.stderr.write(`No workload is chosen. --model is one of ${names}; --only is a part of one of ${methods}.\n`);
  process.exitCode = 2;
}
for (const { model, method, missing, run } of chosen) {
  if (missing !== undefined) {
    process.stderr.write(`skipped: ${model}, ${method}: ${missing}\n`);
    continue;
  }
  const { seconds, forwardSeconds } = await run(runtime);
  const round = (value: number) => Number(value.toPrecision(4));
  process.stdout.write(
    `${JSON.stringify({ model, method, seconds: round(seconds), threads, forwardSeconds: round(forwardSeconds) })}\n`,
  );
}
