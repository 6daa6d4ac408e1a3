import type { Model } from '../../src/onnx/graph.ts';
import { type Runtime, SessionError, type Values } from '../../src/runtime/runtime.ts';
import { cpu } from '../runtimes.ts';

/** The CPU's runtime, and what was asked of it. @param refuse which session, counted from 1, is not opened. */
export function recordingRuntime({ refuse = () => false }: { refuse?: (count: number) => boolean } = {}) {
  const models: Model[] = [];
  const runs: Values[] = [];
  const recording = { opened: 0, releases: 0, models, runs, runtime: cpu };
  const runtime: Runtime = {
    ...cpu,
    async createSession(model, options) {
      models.push(model);
      if (refuse(models.length)) throw new SessionError('refused');
      const session = await cpu.createSession(model, options);
      recording.opened += 1;
      return {
        outputNames: session.outputNames,
        run: (feeds, outputs) => {
          runs.push(feeds);
          return session.run(feeds, outputs);
        },
        release: () => {
          recording.releases += 1;
          return session.release();
        },
      };
    },
  };
  recording.runtime = runtime;
  return recording;
}
