import { type OptimizationLevel, optimizationLevels, type Runtime } from './runtime.ts';

/** The same runtime, whose sessions are optimised no further than `most`, whatever they ask for. */
export function limitOptimization(runtime: Runtime, most: OptimizationLevel): Runtime {
  if (most === 'all') return runtime;
  return {
    name: runtime.name,
    threads: runtime.threads,
    createSession: (model, { optimization = 'all', ...others } = {}) =>
      runtime.createSession(model, { ...others, optimization: lower(optimization, most) }),
  };
}

function lower(a: OptimizationLevel, b: OptimizationLevel): OptimizationLevel {
  return optimizationLevels.indexOf(a) < optimizationLevels.indexOf(b) ? a : b;
}
