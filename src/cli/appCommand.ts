import type { Command } from 'commander';
import { builtApp, serveApp } from '../node/appServer.ts';
import { UsageError } from './flags.ts';
import { interruption } from './interruption.ts';
import { printResult, say } from './streams.ts';

/** Fixed, for browsers keep the app for its address. It reads “yoroshiku” in Japanese; 8080, 8787 and their like are other tools'. */
const usualPort = '4649';

/** Addresses that no other machine reaches. */
const ownAddress = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

export function addAppCommand(program: Command): void {
  program
    .command('app')
    .description('serve the browser app on this machine; what is dropped there stays in the browser')
    .option('--port <n>', 'where it listens; 0 for any that is free', usualPort)
    .option('--host <address>', 'the address it listens at; any but 127.0.0.1 opens it to other machines', '127.0.0.1')
    .action(run);
}

interface Flags {
  readonly port: string;
  readonly host: string;
}

async function run({ port, host }: Flags): Promise<void> {
  const { address, close } = await serveApp(builtApp, { port: portOf(port), host });
  await printResult(`${address}\n`);
  say('Open it in a browser. It runs there: no model and no picture is sent anywhere. End it with Ctrl-C.\n');
  if (!ownAddress.test(host)) say(openWords(host));
  // A signal is how it ends, no failure: the exit status is 0.
  await interrupted();
  await close();
}

/** @throws UsageError */
function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`--port takes a whole number from 0 to 65535, not "${text}".`);
}

function openWords(host: string): string {
  return (
    `Because of --host ${host}, other machines reach it, too: whoever does can load the app, and sees none of what you open in it. ` +
    'They see it over plain http, where browsers allow one thread, no WebGPU and no offline use; for all of that they need https.\n'
  );
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    if (interruption.aborted) resolve();
    else interruption.addEventListener('abort', () => resolve(), { once: true });
  });
}
