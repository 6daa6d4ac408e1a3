import type { Engine } from './worker/protocol.ts';
import { connect } from './worker/rpc.ts';

/** The worker that computes; the page itself never does. */
export const engine: Engine = connect(
  new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'konkyo' }),
);
