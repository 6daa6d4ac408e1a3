import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { built } from './build.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** konkyo as it is published, in a folder of a test's own. */
export interface Konkyo {
  /** For a test's files; gone after `remove`. */
  readonly folder: string;
  /**
   * Runs a command line, after those asked for earlier, in one process that loads konkyo once: where neither signals nor streams
   * are at stake, a tenth of the time.
   */
  run(args: readonly string[], env?: Environment): Promise<Ended>;
  /** Runs a command line in a process of its own. */
  runAlone(args: readonly string[], more?: { readonly stdin?: Uint8Array; readonly env?: Environment }): Promise<Ended>;
  remove(): Promise<void>;
}

/** Runs the command lines that come on stdin, one a line as JSON, and prints what each said. */
const runner = `
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { createInterface } from 'node:readline';
// One thread where none are asked for, as in the tests' own processes.
os.availableParallelism = () => 1;
syncBuiltinESMExports();
import { runProgram } from './dist/cli/program.js';
const print = process.stdout.write.bind(process.stdout);
let said;
for (const name of ['stdout', 'stderr']) {
  process[name].write = (text, done) => {
    said[name] += text;
    done?.();
    return true;
  };
}
for await (const line of createInterface({ input: process.stdin })) {
  const { args, env } = JSON.parse(line);
  const before = { ...process.env };
  Object.assign(process.env, env);
  said = { stdout: '', stderr: '' };
  process.exitCode = 0;
  // Pages show the command that made them.
  process.argv = [process.argv[0], 'konkyo', ...args];
  await runProgram(args);
  for (const name of Object.keys(env)) {
    if (name in before) process.env[name] = before[name];
    else delete process.env[name];
  }
  print(JSON.stringify({ status: process.exitCode, ...said }) + '\\n');
}
process.exitCode = 0;
`;

export async function compileKonkyo(): Promise<Konkyo> {
  const folder = await mkdtemp(join(tmpdir(), 'konkyo-cli-'));
  for (const name of ['dist', 'package.json', 'assets']) await symlink(join(built, name), join(folder, name));
  await writeFile(join(folder, 'runner.mjs'), runner);
  const start = (script: string, args: readonly string[], env: Environment = {}) =>
    spawn(process.execPath, [join(folder, script), ...args], { cwd: folder, env: { ...process.env, ...env } });
  let shared: ReturnType<typeof oneByOne> | undefined;
  return {
    folder,
    run(args, env = {}) {
      shared ??= oneByOne(start('runner.mjs', []));
      return shared.run(args, env);
    },
    runAlone(args, { stdin, env } = {}) {
      const child = start(join('dist', 'cli', 'main.js'), args, env);
      const said = { stdout: textOf(child.stdout), stderr: textOf(child.stderr) };
      child.stdin.end(stdin);
      return new Promise((resolve) =>
        child.on('close', (status) => resolve({ status, stdout: said.stdout(), stderr: said.stderr() })),
      );
    },
    async remove() {
      await shared?.end();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a stream has said so far. */
function textOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return () => text;
}

/** Has the process of `runner` run one command line after the other. */
function oneByOne(child: ChildProcess) {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('no pipes to the process that runs konkyo');
  const waiting: { readonly args: readonly string[]; resolve(ended: Ended): void; reject(error: Error): void }[] = [];
  const said = textOf(stderr);
  createInterface({ input: stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)));
  const closed = new Promise<void>((resolve) =>
    child.on('close', () => {
      for (const { args, reject } of waiting.splice(0))
        reject(new Error(`konkyo ${args.join(' ')} did not end: ${said()}`));
      resolve();
    }),
  );
  return {
    run: (args: readonly string[], env: Environment) =>
      new Promise<Ended>((resolve, reject) => {
        waiting.push({ args, resolve, reject });
        stdin.write(`${JSON.stringify({ args, env })}\n`);
      }),
    end() {
      stdin.end();
      return closed;
    },
  };
}
