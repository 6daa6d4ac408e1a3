import cliProgress from 'cli-progress';

/** Says on stderr how far a piece of work is: a bar on a terminal, plain lines otherwise. */
export interface Progress {
  update(done: number, total: number, what: string): void;
  message(text: string): void;
  finish(): void;
}

export function progressTo(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function lines(stream: NodeJS.WriteStream): Progress {
  return {
    update: (done, total, what) => {
      if (done < total) stream.write(`[${done + 1}/${total}] ${what}\n`);
    },
    message: (text) => {
      stream.write(`${text}\n`);
    },
    finish: () => {},
  };
}

function bar(stream: NodeJS.WriteStream): Progress {
  let current: cliProgress.SingleBar | undefined;
  const finish = () => {
    current?.stop();
    current = undefined;
  };
  return {
    update(done, total, what) {
      if (!current) {
        current = new cliProgress.SingleBar({
          stream,
          format: '  {bar} {value}/{total} {what}',
          barCompleteChar: '█',
          barIncompleteChar: '░',
          barsize: 24,
          hideCursor: true,
        });
        current.start(total, done, { what });
      }
      current.setTotal(total);
      current.update(done, { what });
      if (done >= total) finish();
    },
    message(text) {
      finish();
      stream.write(`${text}\n`);
    },
    finish,
  };
}
