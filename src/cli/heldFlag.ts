import { basename } from 'node:path';
import { asTensor, type InputPart, inputParts } from '../app/severalInputs.ts';
import { readNpz } from '../datasets/npz.ts';
import type { HeldInputs } from '../model/heldInputs.ts';
import { modelFileInputs } from '../node/modelFile.ts';
import { readNamedFile } from '../node/namedFile.ts';
import { UsageError } from './flags.ts';

/** The values that --with gives. @throws FileError, FileFormatError */
export async function heldFrom(path: string): Promise<HeldInputs> {
  const arrays = readNpz(await readNamedFile(path, 'held inputs'), path);
  return new Map([...arrays].map(([name, array]) => [name, asTensor(array)]));
}

interface SeveralFlags {
  readonly input?: string;
  readonly with?: string;
}

const isNpz = (path: string) => /\.npz$/i.test(path);

/**
 * What is explained where a model has several inputs and the INPUT files an array for each; undefined where it has one, or --with gives
 * the others.
 * @throws UsageError, InvalidInputError
 */
export async function severalInputs(
  modelPath: string,
  files: readonly string[],
  flags: SeveralFlags,
): Promise<readonly InputPart[] | undefined> {
  if (flags.with !== undefined || modelPath === '-' || !files.some(isNpz)) return undefined;
  const inputs = await modelFileInputs(modelPath);
  if (inputs.length < 2) return undefined;
  const other = files.find((path) => !isNpz(path));
  if (other !== undefined) {
    throw new UsageError(
      `${other} has no values for all ${inputs.length} inputs of the model (${inputs.map(({ name }) => name).join(', ')}): give .npz files with an array for each, or hold the others with --with FILE.npz.`,
    );
  }
  if (flags.input !== undefined && !inputs.some(({ name }) => name === flags.input)) {
    throw new UsageError(
      `The model has no input "${flags.input}". It has: ${inputs.map(({ name }) => name).join(', ')}.`,
    );
  }
  const read = async (path: string) => ({
    name: basename(path),
    arrays: readNpz(await readNamedFile(path, 'input'), path),
  });
  return inputParts(inputs, await Promise.all(files.map(read)), flags.input);
}
