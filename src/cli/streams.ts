import { writeSync } from 'node:fs';
import { safeJson, safeText } from './foreignText.ts';

/*
 * All that konkyo says goes through here. Whoever reads it may go away, or have no room (a closed pipe, a full disk):
 * that must not end the work, whose results are files.
 */

/** Its file descriptor: in a thread of its own process.stderr is a message to the main one. */
const standardError = 2;

/** Why a stream takes nothing any more. */
const failures = new WeakMap<NodeJS.WritableStream, Error>();

/** Without a listener a stream's error ends the process. Call it before anything is written. */
export function surviveLostReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', (cause) => failures.set(stream, cause));
}

/** Writes text for people on stderr, as it is; there is nowhere to report that it could not be written. */
export function say(text: string): void {
  void write(process.stderr, safeText(text));
}

/** The same at once, from any thread: for a process that is about to end. */
export function sayLast(text: string): void {
  try {
    writeSync(standardError, safeText(text));
  } catch {
    // Whoever read it is gone.
  }
}

/** Prints what was found, in words: the results themselves are in files. That it could not be printed is said. */
export async function printWords(text: string): Promise<void> {
  const failure = await write(process.stdout, safeText(text));
  if (failure) say(`konkyo: the summary could not be printed (${failure.message}); the results are written.\n`);
}

/** Prints a result that is printed only: where that fails the exit status is 1. */
export async function printResult(text: string): Promise<void> {
  const failure = await write(process.stdout, safeText(text));
  if (!failure) return;
  say(`konkyo: the result could not be printed to standard output (${failure.message}).\n`);
  process.exitCode = 1;
}

export function printJson(value: unknown): Promise<void> {
  return printResult(`${safeJson(value)}\n`);
}

function write(stream: NodeJS.WritableStream, text: string): Promise<Error | undefined> {
  const earlier = failures.get(stream);
  if (earlier) return Promise.resolve(earlier);
  return new Promise((resolve) => {
    stream.write(text, (failure) => {
      if (failure) failures.set(stream, failure);
      resolve(failure ?? undefined);
    });
  });
}
