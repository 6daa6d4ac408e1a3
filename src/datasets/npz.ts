import { unzipSync, type Zippable, zipSync } from 'fflate';
import { NpzFormatError } from './errors.ts';
import { readNpy, writeNpy } from './npy.ts';
import type { NpyArray } from './npyTypes.ts';
import { crc32, zipChecksums } from './zipChecksum.ts';

const SUFFIX = '.npy';

/** The earliest time a zip entry can carry, in local time as zip has it: the same bytes on every machine. */
const ENTRY_TIME = new Date(1980, 0, 1);

/**
 * Reads an archive as `numpy.savez` or `numpy.savez_compressed` writes it: its arrays by name, in the archive's order.
 * Entries that are not arrays are passed over.
 * @param where names the bytes in errors.
 * @throws NpzFormatError if it is not a zip archive of arrays, or damaged; the errors of `readNpy`, naming the array.
 */
export function readNpz(bytes: Uint8Array, where = 'NumPy archive'): ReadonlyMap<string, NpyArray> {
  const entries = Object.entries(unzip(bytes, where)).filter(([file]) => file.endsWith(SUFFIX));
  if (entries.length === 0) {
    throw new NpzFormatError({ where, what: 'the archive has no arrays', nextStep: 'Save arrays with numpy.savez' });
  }
  return new Map(
    entries.map(([file, content]) => {
      const name = file.slice(0, -SUFFIX.length);
      return [name, readNpy(content, `${where}, array "${name}"`)];
    }),
  );
}

/**
 * An archive for `numpy.load`, not compressed, as `numpy.savez` has it (scores and attributions hardly compress).
 * The same arrays in the same order give the same bytes.
 * @throws NpyFormatError if an array's shape does not fit its data.
 */
export function writeNpz(arrays: ReadonlyMap<string, NpyArray>): Uint8Array {
  const entries: Zippable = Object.create(null);
  for (const [name, array] of arrays) entries[`${name}${SUFFIX}`] = writeNpy(array, `array "${name}"`);
  return zipSync(entries, { level: 0, mtime: ENTRY_TIME });
}

function unzip(bytes: Uint8Array, where: string): Record<string, Uint8Array> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    const nextStep = 'Expected the output of numpy.savez; a single array from numpy.save is a .npy file';
    throw new NpzFormatError({ where, what: 'not a NumPy archive (zip)', nextStep });
  }
  try {
    const entries = unzipSync(bytes);
    const checksums = zipChecksums(bytes);
    const wrong = Object.entries(entries).find(([file, content]) => checksums.get(file) !== crc32(content));
    if (wrong !== undefined) throw new RangeError(`the checksum of ${wrong[0]} is wrong`);
    return entries;
  } catch (cause) {
    const what = 'the archive is cut short or damaged';
    throw new NpzFormatError({ where, what, nextStep: 'Copy or save the file again', cause });
  }
}
