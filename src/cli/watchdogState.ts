import type { MessagePort } from 'node:worker_threads';

/* What the watchdog and the thread it watches share. */

/** Places in the shared array: beginnings and ends of runs so far, runs under way, the session that began last. */
export const place = { events: 0, running: 1, session: 2 } as const;

/** What one run of a model may take. */
export interface RunLimits {
  readonly seconds: number;
  /** Memory of the whole process, bytes. */
  readonly memory: number;
}

export interface WatchdogData {
  readonly state: Int32Array;
  /** Gives [session, what it runs] for each session. */
  readonly sessions: MessagePort;
  readonly limits: RunLimits;
}
