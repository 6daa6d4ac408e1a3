import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** konkyo as it is published, compiled once: it starts in a third of the time that compiling on the way takes. */
export interface Konkyo {
  /** A folder for a test's files; gone after `remove`. */
  readonly folder: string;
  run(args: readonly string[], stdin?: Uint8Array, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /**
   * Runs several one after the other in one process, which loads konkyo once: where neither signals nor streams are at stake, a
   * tenth of the time.
   */
  runAll(all: readonly (readonly string[])[], env?: Readonly<Record<string, string>>): Promise<readonly Ended[]>;
  remove(): Promise<void>;
}

/** Runs the command lines that come on stdin as JSON, and prints what each said. */
const runner = `
import { readFileSync } from 'node:fs';
import { runProgram } from './dist/cli/program.js';
const print = process.stdout.write.bind(process.stdout);
const all = JSON.parse(readFileSync(0, 'utf8'));
for (const words of all) {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text, done) => {
      said[name] += text;
      done?.();
      return true;
    };
  }
  process.exitCode = 0;
  await runProgram(words);
  print(JSON.stringify({ status: process.exitCode, ...said }) + '\\n');
}
process.exitCode = 0;
`;

export async function compileKonkyo(): Promise<Konkyo> {
  const folder = await mkdtemp(join(tmpdir(), 'konkyo-cli-'));
  const main = join(folder, 'dist', 'cli', 'main.js');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await new Promise<void>((resolve, reject) => {
    const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')];
    // Type errors are the type check's business.
    execFile(process.execPath, args, (error) => (existsSync(main) ? resolve() : reject(error)));
  });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'assets']) await symlink(join(root, name), join(folder, name));
  await writeFile(join(folder, 'runner.mjs'), runner);
  const started = (
    script: string,
    args: readonly string[],
    stdin?: Uint8Array | string,
    env?: Readonly<Record<string, string>>,
  ) =>
    new Promise<Ended>((resolve) => {
      const child = spawn(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, ...env } });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.stdin.end(stdin);
      child.on('close', (status) => resolve({ status, stdout, stderr }));
    });
  return {
    folder,
    run: (args, stdin, env) => started(main, args, stdin, env),
    async runAll(all, env) {
      const { stdout, stderr } = await started(join(folder, 'runner.mjs'), [], JSON.stringify(all), env);
      const done = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Ended]));
      if (done.length === all.length) return done;
      throw new Error(`konkyo ${all[done.length]?.join(' ')} ended the process: ${stderr}`);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
