import { kill, memoryUsage, pid } from 'node:process';
import { isatty } from 'node:tty';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { inUnits, mostSeconds } from '../files/limits.ts';
import { sayLast } from './streams.ts';
import { place, type WatchdogData } from './watchdogState.ts';

/*
 * The thread that watches the main one while ONNX Runtime has it: a run cannot be interrupted, so where it does not end, the
 * process does. See watchdog.ts.
 */

/** How often memory is looked at. */
const lookMilliseconds = 200;

function watch({ state, sessions, limits: { seconds, memory } }: WatchdogData): never {
  for (let since = Date.now(); ; ) {
    const events = Atomics.load(state, place.events);
    const running = Atomics.load(state, place.running) > 0;
    const happened = Atomics.wait(state, place.events, events, running ? lookMilliseconds : Number.POSITIVE_INFINITY);
    if (happened !== 'timed-out') since = Date.now();
    else if (Date.now() - since > seconds * 1000) {
      const more = Math.min(10 * seconds, mostSeconds);
      end(`took longer than ${seconds} seconds. If it needs so long, allow more: KONKYO_TIME_LIMIT=${more}`);
    } else if (memoryUsage.rss() > memory) {
      end(`took more than ${inUnits(memory)} of memory, nine tenths of what there is`);
    }
  }

  function end(why: string): never {
    const session = Atomics.load(state, place.session);
    let what = 'a model';
    for (let got = receiveMessageOnPort(sessions); got; got = receiveMessageOnPort(sessions)) {
      const [number, name] = got.message as readonly [number, string];
      if (number === session) what = name;
    }
    // On a terminal, after the line that a progress bar is on.
    sayLast(`${isatty(2) ? '\n' : ''}konkyo: one run of ${what} ${why}.\n`);
    kill(pid, 'SIGKILL');
    throw new Error('not reached');
  }
}

watch(workerData as WatchdogData);
