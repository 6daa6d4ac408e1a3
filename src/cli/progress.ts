import cliProgress from 'cli-progress';
import { safeName } from './foreignText.ts';
import { say } from './streams.ts';
import { timeLeft } from './timeLeft.ts';

/** Says on stderr how far a piece of work is: a bar with the time left on a terminal, plain lines otherwise. */
export interface Progress {
  update(done: number, total: number, what: string): void;
  message(text: string): void;
  finish(): void;
}

/** @param now the clock that time left is told by, in milliseconds. */
export function progressTo(stream: NodeJS.WriteStream = process.stderr, now?: () => number): Progress {
  return stream.isTTY ? bar(stream, now) : lines();
}

function lines(): Progress {
  return {
    update: (done, total, what) => {
      if (done < total) say(`[${done + 1}/${total}] ${safeName(what)}\n`);
    },
    message: (text) => say(`${text}\n`),
    finish: () => {},
  };
}

/**
 * The bar leaves cursor and line wrap of the terminal as they are, and cuts its line to fit: whatever ends the process,
 * there is nothing to restore.
 */
function bar(stream: NodeJS.WriteStream, now?: () => number): Progress {
  const left = timeLeft(now);
  let current: cliProgress.SingleBar | undefined;
  const finish = () => {
    current?.stop();
    current = undefined;
  };
  return {
    update(done, total, what) {
      const time = left(done, total);
      // Beside the count that it is told by: the whole of the work may be several such counts.
      const shown = { what: safeName(what), left: time === undefined ? '' : `, ${time}:` };
      if (!current) {
        current = new cliProgress.SingleBar({
          stream,
          format: '  {bar} {value}/{total}{left} {what}',
          barCompleteChar: '█',
          barIncompleteChar: '░',
          barsize: 24,
          hideCursor: false,
          linewrap: true,
          gracefulExit: false,
        });
        current.start(total, done, shown);
      }
      current.setTotal(total);
      current.update(done, shown);
      if (done >= total) finish();
    },
    message(text) {
      finish();
      say(`${text}\n`);
    },
    finish,
  };
}
