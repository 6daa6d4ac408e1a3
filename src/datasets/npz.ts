import { type Zippable, zipSync } from 'fflate';
import { inUnits, maxBytes } from '../files/limits.ts';
import { FileFormatError } from './errors.ts';
import { isNpyText, readNpy, writeNpy, writeNpyText } from './npy.ts';
import type { NpyArray, NpyText } from './npyTypes.ts';
import { isReadable, type ZipEntry, zipContent, zipEntries } from './zipDirectory.ts';

const SUFFIX = '.npy';

/** The earliest time a zip entry can carry, in local time as zip has it: the same bytes on every machine. */
const ENTRY_TIME = new Date(1980, 0, 1);

/**
 * Reads an archive as `numpy.savez` or `numpy.savez_compressed` writes it: its arrays by name, in the archive's order.
 * Entries that are not arrays are passed over, and arrays of text, such as names beside numbers.
 * @param where names the bytes in errors.
 * @param most the bytes that the arrays may have together; by default `maxBytes()`.
 * @throws FileFormatError if it is not a zip archive of arrays, damaged, larger than `most`, or has two arrays of one name; the
 * errors of `readNpy`, naming the array.
 */
export function readNpz(bytes: Uint8Array, where = 'NumPy archive', most = maxBytes()): ReadonlyMap<string, NpyArray> {
  const entries = unpacking(where, () => zipEntries(checkedZip(bytes, where))).filter(({ name }) =>
    name.endsWith(SUFFIX),
  );
  if (entries.length === 0) {
    throw new FileFormatError({ where, what: 'the archive has no arrays', nextStep: 'Save arrays with numpy.savez' });
  }
  checkSizes(entries, where, most);
  const arrays = new Map<string, NpyArray>();
  for (const entry of entries) {
    const name = entry.name.slice(0, -SUFFIX.length);
    if (arrays.has(name)) {
      const nextStep = 'Save each under a name of its own';
      throw new FileFormatError({ where, what: `the archive has two arrays "${name}"`, nextStep });
    }
    if (!isReadable(entry)) {
      const what = `the array "${name}" is ${entry.isEncrypted ? 'encrypted' : `packed in a way that numpy does not use (${entry.method})`}`;
      throw new FileFormatError({ where, what, nextStep: 'Save it with numpy.savez or numpy.savez_compressed' });
    }
    const content = unpacking(where, () => zipContent(bytes, entry));
    const place = `${where}, array "${name}"`;
    // Text beside numbers is passed over; alone, it is refused as `readNpy` does.
    const isPassedOver = entries.length > 1 && isNpyText(content, place);
    if (!isPassedOver) arrays.set(name, readNpy(content, place));
  }
  return arrays;
}

/**
 * An archive for `numpy.load`, not compressed, as `numpy.savez` has it (scores and attributions hardly compress).
 * The same arrays in the same order give the same bytes.
 * @throws FileFormatError if an array's shape does not fit its data.
 */
export function writeNpz(arrays: ReadonlyMap<string, NpyArray | NpyText>): Uint8Array {
  const entries: Zippable = Object.create(null);
  for (const [name, array] of arrays) {
    const where = `array "${name}"`;
    entries[`${name}${SUFFIX}`] = array.type === 'text' ? writeNpyText(array, where) : writeNpy(array, where);
  }
  return zipSync(entries, { level: 0, mtime: ENTRY_TIME });
}

function checkSizes(entries: readonly ZipEntry[], where: string, most: number): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total <= most) return;
  throw new FileFormatError({
    where,
    what: `its arrays have ${inUnits(total)}, and konkyo reads ${inUnits(most)}`,
    nextStep: 'Allow more with KONKYO_MAX_MEMORY, such as KONKYO_MAX_MEMORY=8GiB, or save fewer arrays',
  });
}

function checkedZip(bytes: Uint8Array, where: string): Uint8Array {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return bytes;
  const nextStep = 'Expected the output of numpy.savez; a single array from numpy.save is a .npy file';
  throw new FileFormatError({ where, what: 'not a NumPy archive (zip)', nextStep });
}

/** Whatever goes wrong in unpacking, the archive is to blame. */
function unpacking<T>(where: string, unpack: () => T): T {
  try {
    return unpack();
  } catch (cause) {
    if (cause instanceof FileFormatError) throw cause;
    const what = `the archive is cut short or damaged${cause instanceof RangeError ? ` (${cause.message})` : ''}`;
    throw new FileFormatError({ where, what, nextStep: 'Copy or save the file again', cause });
  }
}
