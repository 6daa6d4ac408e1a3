import { InterruptedWorkError, type Runtime, type Session } from 'konkyo';

/** Between two runs no message of the page is left waiting longer than this, ms. */
const patience = 12;

/**
 * Runs one after the other, whoever asks: ONNX Runtime's WebAssembly takes one at a time. Between them the worker hears what the
 * page says, so that a stroke of the pen need not wait for a map, and work can be ended.
 */
export interface Turns {
  readonly through: (runtime: Runtime) => Runtime;
  /** Ends what long work is doing at its next run; where none is under way, nothing. */
  readonly skip: () => void;
  readonly long: <T>(work: () => Promise<T>) => Promise<T>;
  /** Work that is never ended, as it takes a moment. */
  readonly quick: <T>(work: () => Promise<T>) => Promise<T>;
}

export function turns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let heard = performance.now();
  let isSkipped = false;
  let [longOnes, quickOnes] = [0, 0];

  async function turn<T>(run: () => Promise<T>): Promise<T> {
    const before = last;
    const mine = (async () => {
      await before.catch(() => undefined);
      if (performance.now() - heard > patience) {
        await nextMessage();
        heard = performance.now();
      }
      if (isSkipped && quickOnes === 0) {
        isSkipped = false;
        throw new InterruptedWorkError('Ended by you.');
      }
      return run();
    })();
    last = mine;
    return mine;
  }

  function through(runtime: Runtime): Runtime {
    return {
      ...runtime,
      ...(runtime.reference ? { reference: through(runtime.reference) } : {}),
      createSession: async (model, options) => {
        const session: Session = await turn(() => runtime.createSession(model, options));
        return { ...session, run: (feeds, outputs) => turn(() => session.run(feeds, outputs)) };
      },
    };
  }

  return {
    through,
    skip: () => {
      isSkipped = longOnes > 0;
    },
    async long(work) {
      longOnes += 1;
      try {
        return await work();
      } finally {
        longOnes -= 1;
        if (longOnes === 0) isSkipped = false;
      }
    },
    async quick(work) {
      quickOnes += 1;
      try {
        return await work();
      } finally {
        quickOnes -= 1;
      }
    },
  };
}

/** Until the worker has looked at what was sent to it. A timer would wait four milliseconds. */
function nextMessage(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
