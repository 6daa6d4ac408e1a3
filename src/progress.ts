import { KonkyoError } from './konkyoError.ts';

/** Told before each step of a piece of work: how many of `total` are done, and what the next one is. */
export type Progress = (done: number, total: number, what: string) => void;

/** What long work tells its caller, and how its caller ends it. */
export interface WorkOptions {
  readonly progress?: Progress;
  /** Told in a sentence of what should be known while the work goes on, such as that something is left out. */
  readonly message?: (text: string) => void;
  /** Once it is aborted the work stops after the step under way. */
  readonly signal?: AbortSignal;
}

/** Work that a signal ended; the message says what is left of it. */
export class InterruptedWorkError extends KonkyoError {
  readonly tag = 'interrupted';
}

/** @throws InterruptedWorkError once the signal is aborted. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedWorkError('Interrupted: nothing was written.');
}

/** Progress that ends the work at its next step once the signal is aborted: for work that is worth nothing unless it is whole. */
export function stoppable({ progress, signal }: WorkOptions): Progress {
  return (done, total, what) => {
    stopIfAborted(signal);
    progress?.(done, total, what);
  };
}

/**
 * The same of many small steps, told of ten at most.
 * @param from the first tenth that is told of.
 */
export function inTenths(
  progress: Progress | undefined,
  what: string,
  from = 0,
): (done: number, total: number) => void {
  let shown = from - 1;
  return (done, total) => {
    const tenth = Math.floor((10 * done) / total);
    if (tenth > shown) progress?.(tenth, 10, what);
    shown = tenth;
  };
}
