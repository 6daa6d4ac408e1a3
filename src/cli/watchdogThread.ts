import { writeSync } from 'node:fs';
import { totalmem } from 'node:os';
import { constrainedMemory, kill, memoryUsage, pid } from 'node:process';
import { isatty } from 'node:tty';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { place, type WatchdogData } from './watchdogState.ts';

/*
 * The thread that watches the main one while ONNX Runtime has it: a run cannot be interrupted, so where it does not end, the
 * process does. See watchdog.ts.
 */

/** How often memory is looked at. */
const lookMilliseconds = 200;
/** Beyond this share of the machine's memory the system would soon end some process, perhaps another one. */
const mostMemory = 0.9;

function watch({ state, sessions, seconds }: WatchdogData): never {
  const memory = mostMemory * Math.min(totalmem(), constrainedMemory() || Number.POSITIVE_INFINITY);
  for (let since = Date.now(); ; ) {
    const events = Atomics.load(state, place.events);
    const running = Atomics.load(state, place.running) > 0;
    const happened = Atomics.wait(state, place.events, events, running ? lookMilliseconds : Number.POSITIVE_INFINITY);
    if (happened !== 'timed-out') since = Date.now();
    else if (Date.now() - since > seconds * 1000) {
      end(`took longer than ${seconds} seconds. If it needs so long, allow more: KONKYO_TIME_LIMIT=${10 * seconds}`);
    } else if (memoryUsage.rss() > memory) {
      end(`took more than ${(memory / 2 ** 30).toFixed(1)} GiB of memory, nine tenths of what there is`);
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
    writeSync(2, `${isatty(2) ? '\n' : ''}konkyo: one run of ${what} ${why}.\n`);
    kill(pid, 'SIGKILL');
    throw new Error('not reached');
  }
}

watch(workerData as WatchdogData);
