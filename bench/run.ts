import { parseArgs } from 'node:util';
import { nodeRuntime } from '../src/runtime/node.ts';
import { compared, outputOf, type Timed, timedIn } from './against.ts';
import { type Workload, workloads } from './workloads.ts';

/*
 * npm run bench [-- --model NAME] [-- --only WORD] [-- --threads N] [-- --against COMMAND [--rounds N]]
 * One JSON line a workload on stdout: { model, method, seconds, threads, forwardSeconds }. What is skipped is said on stderr.
 * With --against, COMMAND prints such lines too (of a line `model`, `method` and `seconds` are read). Both take turns, and one line
 * a workload that both have measured is printed at the end: { model, method, ours, theirs, ratio }, the shortest of all rounds.
 */

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    only: { type: 'string' },
    threads: { type: 'string', default: '2' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
});
const threads = Number(values.threads);
const runtime = nodeRuntime({ threads });
const chosen = workloads.filter(
  ({ model, method }) =>
    (values.model === undefined || model === values.model) &&
    (values.only === undefined || method.includes(values.only)),
);
const round = (value: number) => Number(value.toPrecision(4));
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function timed({ model, method, missing, run }: Workload): Promise<(Timed & { forwardSeconds: number })[]> {
  if (missing !== undefined) {
    process.stderr.write(`skipped: ${model}, ${method}: ${missing}\n`);
    return [];
  }
  const { seconds, forwardSeconds } = await run(runtime);
  return [{ model, method, seconds: round(seconds), forwardSeconds: round(forwardSeconds) }];
}

if (chosen.length === 0) {
  const names = [...new Set(workloads.map(({ model }) => model))].join(', ');
  const methods = [...new Set(workloads.map(({ method }) => method))].join(', ');
  process.stderr.write(`No workload is chosen. --model is one of ${names}; --only is a part of one of ${methods}.\n`);
  process.exitCode = 2;
} else if (values.against === undefined) {
  for (const workload of chosen) {
    for (const { forwardSeconds, ...line } of await timed(workload)) print({ ...line, threads, forwardSeconds });
  }
} else {
  const [ours, theirs]: [Timed[], Timed[]] = [[], []];
  for (let turn = 0; turn < Number(values.rounds); turn++) {
    theirs.push(...timedIn(await outputOf(values.against)));
    const measured = new Set(theirs.map(({ model, method }) => `${model}, ${method}`));
    for (const workload of chosen) {
      if (measured.has(`${workload.model}, ${workload.method}`)) ours.push(...(await timed(workload)));
    }
  }
  const lines = compared(ours, theirs);
  for (const line of lines) print({ ...line, ratio: round(line.ratio) });
  if (lines.length === 0) {
    process.stderr.write(
      'No workload was measured by both: models and methods have to have the names that this benchmark prints.\n',
    );
    process.exitCode = 1;
  }
}
