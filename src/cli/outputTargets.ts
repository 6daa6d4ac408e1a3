import type { Stats } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { KonkyoError } from '../konkyoError.ts';
import { OutputError, tryFile, tryFolder } from './output.ts';

/** Something that is there would be written over. */
class OverwriteError extends KonkyoError {
  readonly tag = 'overwrite';
}

/** A place that a command is going to write to. A report is a folder with `index.html`; a folder takes files of any name. */
export interface OutputTarget {
  readonly kind: FileKind | 'report' | 'folder';
  readonly path: string;
}

type FileKind = keyof typeof beginnings;

/** Whether a file begins as one of ours of its kind does; an empty file is nobody's. */
const beginnings = {
  page: (head: Buffer) => head.includes('<meta name="generator" content="konkyo">'),
  // The first field of an ONNX file is its version, a small number.
  model: (head: Buffer) => head[0] === 0x08 && (head[1] ?? 0xff) < 0x20,
  arrays: (head: Buffer) => firstEntry(head).endsWith('.npy') && firstEntry(head) !== 'konkyo.npy',
  checkpoint: (head: Buffer) => firstEntry(head) === 'konkyo.npy',
  description: (head: Buffer) => head.toString().trimStart().startsWith('{'),
  rules: (head: Buffer) => /^\s*\{\s*"konkyo":\s*"rules"/.test(head.toString()),
  figures: (head: Buffer) => /^\s*\{\s*"paper":/.test(head.toString()),
};

const kindWords: Readonly<Record<FileKind, string>> = {
  page: 'a page of konkyo',
  model: 'an ONNX model',
  arrays: 'a NumPy archive of maps',
  checkpoint: 'a checkpoint of a training',
  description: 'a JSON description of a model’s input',
  rules: 'rules of konkyo',
  figures: 'figures of konkyo',
};

interface TargetRules {
  /** Files and folders that the command reads; what does not exist (the name of a data set) is passed over. */
  readonly inputs: readonly (string | undefined)[];
  /** Write over inputs and over files of another kind. */
  readonly force: boolean | undefined;
}

/**
 * Tries every place a command will write to before it does any work.
 * @throws OutputError where nothing can be written.
 * @throws OverwriteError where two targets are one file, or an input or a file of another kind would be lost.
 */
export async function prepareTargets(targets: readonly OutputTarget[], { inputs, force }: TargetRules): Promise<void> {
  const all = targets.flatMap((target) => (target.kind === 'report' ? [target, pageOf(target)] : [target]));
  for (const { path } of targets) checkNamed(path);
  checkDistinct(all);
  for (const target of all) await (isFolder(target) ? tryFolder(target.path) : tryFile(target.path));
  if (force === true) return;
  for (const input of inputs) if (input !== undefined) await checkInput(input, all);
  for (const { kind, path } of all) if (kind !== 'folder' && kind !== 'report') await checkKind(kind, path);
}

/** "-" stands for standard input where something is read: here it would be a file of that name. */
function checkNamed(path: string): void {
  if (path !== '-') return;
  throw new OutputError('Results are written to files, not to standard output ("-"): give a name (./- for this one).');
}

function pageOf({ path }: OutputTarget): OutputTarget {
  return { kind: 'page', path: join(path, 'index.html') };
}

function isFolder({ kind }: OutputTarget): boolean {
  return kind === 'report' || kind === 'folder';
}

/** A file's place is nobody else's, and nothing can be in it. */
function checkDistinct(targets: readonly OutputTarget[]): void {
  for (const file of targets.filter((target) => !isFolder(target))) {
    const place = resolve(file.path);
    const other = targets.find(
      (each) => each !== file && (resolve(each.path) === place || beneath(resolve(each.path), place)),
    );
    if (!other) continue;
    throw new OverwriteError(
      `${file.path} is to be a file, and ${other.path} is to be there too. Give each result its own place.`,
    );
  }
}

function beneath(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** An input is the same file under any name: through links, and other spellings of its path. */
async function checkInput(input: string, targets: readonly OutputTarget[]): Promise<void> {
  const read = await stat(input).catch(() => undefined);
  if (!read) return;
  for (const { path } of targets) {
    const found = await stat(path).catch(() => undefined);
    if (found && isSame(found, read)) {
      const what = read.isDirectory() ? 'the folder' : 'the file';
      throw new OverwriteError(
        `${path} is ${what} that is read${path === input ? '' : ` (${input})`}, and would be written over. Choose another place, or give --force.`,
      );
    }
  }
  if (read.isDirectory()) await checkOutside(input, targets);
}

/** A report in a folder of a data set would be taken for pictures the next time. */
async function checkOutside(input: string, targets: readonly OutputTarget[]): Promise<void> {
  const folder = await realpath(input);
  for (const { kind, path } of targets) {
    if (kind !== 'report') continue;
    const place = await realpath(path).catch(() => undefined);
    if (place === undefined || !beneath(place, folder) || (await isOurs('page', join(place, 'index.html')))) continue;
    throw new OverwriteError(
      `${path} is a folder inside of ${input}, which is read. Choose another place, or give --force.`,
    );
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

async function checkKind(kind: FileKind, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.size === 0 || (await isOurs(kind, path))) return;
  throw new OverwriteError(
    `${join(dirname(path), basename(path))} is there and is not ${kindWords[kind]}, so it is not written over. Choose another place, or give --force.`,
  );
}

const headLength = 2048;

async function isOurs(kind: FileKind, path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
    return beginnings[kind](buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Name of the first entry of a zip archive; empty where it is none. */
function firstEntry(head: Buffer): string {
  if (head.length < 30 || head.toString('latin1', 0, 4) !== 'PK\x03\x04') return '';
  return head.toString('utf8', 30, 30 + head.readUInt16LE(26));
}
