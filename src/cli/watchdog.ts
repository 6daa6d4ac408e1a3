import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { MessageChannel, Worker } from 'node:worker_threads';
import { timeLimit } from '../files/limits.ts';
import { describeNode, type Graph, type Model, subgraphs } from '../onnx/graph.ts';
import type { Runtime, Session, SessionOptions, Values } from '../runtime/runtime.ts';
import { safeName } from './foreignText.ts';
import { say } from './streams.ts';
import { place, type RunLimits, type WatchdogData } from './watchdogState.ts';

/**
 * The same runtime, but the process ends, with a message, when one run of a model takes longer than `seconds`, or nearly all
 * memory. ONNX Runtime works in the main thread and cannot be interrupted there; another thread can only end the process.
 * @param name of the model, for the message.
 */
export function watched(
  runtime: Runtime,
  name: string,
  { seconds = timeLimit(), memory = mostMemory() }: Partial<RunLimits> = {},
): Runtime {
  const watchdog = new Watchdog({ seconds, memory });
  const watching = (unwatched: Runtime): Runtime => ({
    ...unwatched,
    reference: unwatched.reference && watching(unwatched.reference),
    lanes: unwatched.lanes?.map(watching),
    async createSession(model: Model, options?: SessionOptions): Promise<Session> {
      const during = watchdog.for(safeName(`${name}${loopsOf(model.graph)}`));
      const session = await during(() => unwatched.createSession(model, options));
      return { ...session, run: (feeds: Values, outputs) => during(() => session.run(feeds, outputs)) };
    },
  });
  return watching(runtime);
}

/** Beyond this share of the machine's memory the system would soon end some process, perhaps another one. */
const mostShare = 0.9;

/** Bytes that the process may have: of the machine, or of the container that it is in. */
function mostMemory(): number {
  return mostShare * Math.min(totalmem(), constrainedMemory() || Number.POSITIVE_INFINITY);
}

class Watchdog {
  readonly #limits: RunLimits;
  readonly #state = new Int32Array(new SharedArrayBuffer(4 * Object.keys(place).length));
  readonly #channel = new MessageChannel();
  #sessions = 0;
  #isStarted = false;

  constructor(limits: RunLimits) {
    this.#limits = limits;
    // Neither keeps a process that has nothing else to do.
    this.#channel.port1.unref();
  }

  /** What watches over each piece of work of one session. */
  for(what: string): <T>(work: () => Promise<T>) => Promise<T> {
    this.#sessions += 1;
    const session = this.#sessions;
    this.#channel.port1.postMessage([session, what]);
    return async (work) => {
      this.#start();
      Atomics.store(this.#state, place.session, session);
      this.#tell(1);
      try {
        return await work();
      } finally {
        this.#tell(-1);
      }
    };
  }

  #tell(more: 1 | -1): void {
    Atomics.add(this.#state, place.running, more);
    Atomics.add(this.#state, place.events, 1);
    Atomics.notify(this.#state, place.events);
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const data: WatchdogData = { state: this.#state, sessions: this.#channel.port2, limits: this.#limits };
    // The file has the ending that this one has: .ts in a checkout, .js as published.
    const file = new URL(import.meta.url.replace(/watchdog(\.[jt]s)$/, 'watchdogThread$1'));
    try {
      const thread = new Worker(file, { workerData: data, transferList: [this.#channel.port2], stdin: false });
      thread.on('error', sayUnwatched);
      thread.unref();
    } catch (cause) {
      // The system has no more threads to give.
      sayUnwatched(cause);
    }
  }
}

function sayUnwatched(cause: unknown): void {
  const why = cause instanceof Error ? cause.message : String(cause);
  say(`konkyo: runs of the model have no limits of time and memory, for nothing could watch them: ${why}\n`);
}

/** Loops are what may have no end. */
function loopsOf(graph: Graph): string {
  const loops = loopNodes(graph);
  if (loops.length === 0) return '';
  const more = loops.length > 3 ? ` and ${loops.length - 3} more` : '';
  return ` (which has ${loops.slice(0, 3).join(', ')}${more})`;
}

function loopNodes(graph: Graph): readonly string[] {
  return graph.nodes.flatMap((node) => [
    ...(node.op === 'Loop' ? [describeNode(node)] : []),
    ...subgraphs(node).flatMap(loopNodes),
  ]);
}
