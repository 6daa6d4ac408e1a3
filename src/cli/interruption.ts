import { constants } from 'node:os';
import { stopIfAborted, type WorkOptions } from '../progress.ts';
import type { Progress } from './progress.ts';
import { say } from './streams.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const controller = new AbortController();
let received: (typeof signals)[number] | undefined;

/** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
export const interruption: AbortSignal = controller.signal;

/**
 * From now on the first signal asks the work to stop where nothing is lost. The second is left to the operating system,
 * which ends the process at once, also while it computes and could not answer.
 */
export function listenForSignals(): void {
  for (const signal of signals) process.on(signal, stop);
}

function stop(signal: (typeof signals)[number]): void {
  for (const each of signals) process.off(each, stop);
  received = signal;
  controller.abort();
  // A bar may stand on the line.
  say(
    `${process.stderr.isTTY ? '\n' : ''}${signal}: stopping after the step under way; a second signal ends at once.\n`,
  );
}

/** What shells give a process that a signal ended: 130, 143 or 129. */
export function interruptedStatus(): number {
  return 128 + constants.signals[received ?? 'SIGINT'];
}

/** @throws InterruptedWorkError once a signal came. */
export function stopIfInterrupted(): void {
  stopIfAborted(interruption);
}

/** What work is to be told of how to say how far it is, and how it is ended. */
export function workOptions({ update, message }: Progress): Required<WorkOptions> {
  return { progress: update, message, signal: interruption };
}

/** Progress that ends the work at its next step once a signal came: for work that is worth nothing unless it is whole. */
export function stoppable(progress: Progress): Progress {
  return {
    ...progress,
    update(done, total, what) {
      stopIfInterrupted();
      progress.update(done, total, what);
    },
    message(text) {
      stopIfInterrupted();
      progress.message(text);
    },
  };
}
