import { Inflate } from 'fflate';
import { inUnits } from '../files/limits.ts';
import { crc32 } from './crc32.ts';

/*
 * What a zip archive's directory says of its entries, and an entry's contents: no more bytes than the directory states, with
 * the checksum it states. fflate's own unzip believes both.
 */

const END_OF_DIRECTORY = 0x06054b50;
const END_LENGTH = 22;
/** The end may be followed by a comment of at most so many bytes. */
const COMMENT_LENGTH = 0xffff;
const DIRECTORY_ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL_ENTRY = 0x04034b50;
const LOCAL_LENGTH = 30;
const ZIP64_EXTRA = 0x0001;
const ZIP64_MARK = 0xffffffff;

export interface ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
  /** 0 is stored, 8 is deflate. */
  readonly method: number;
  readonly checksum: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where the entry's own header begins in the archive, in bytes. */
  readonly offset: number;
}

/** @throws RangeError if the directory is cut short or damaged. */
export function zipEntries(archive: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - END_LENGTH;
  const earliest = Math.max(0, end - COMMENT_LENGTH);
  while (end >= earliest && !isEnd(view, end)) end--;
  if (end < earliest) throw new RangeError('the zip directory is missing');
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new RangeError('the zip directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const extraAt = at + ENTRY_LENGTH + nameLength;
    entries.push({
      name: new TextDecoder().decode(archive.subarray(at + ENTRY_LENGTH, extraAt)),
      isEncrypted: view.getUint16(at + 8, true) % 2 === 1,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      ...zip64(view, at, extraAt, extraAt + extraLength),
    });
    at = extraAt + extraLength + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Its comment reaches to the end of the archive, so that what stands in a comment is not taken for it. */
function isEnd(view: DataView, at: number): boolean {
  if (view.getUint32(at, true) !== END_OF_DIRECTORY) return false;
  return at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength;
}

/** The three numbers that stand in an extra field where 32 bits do not hold them. */
function zip64(view: DataView, at: number, extraFrom: number, extraTo: number) {
  let next = extraFrom;
  while (next < extraTo && view.getUint16(next, true) !== ZIP64_EXTRA) next += 4 + view.getUint16(next + 2, true);
  next += 4;
  const number = (field: number): number => {
    const short = view.getUint32(at + field, true);
    if (short !== ZIP64_MARK) return short;
    next += 8;
    return Number(view.getBigUint64(next - 8, true));
  };
  const size = number(24);
  return { size, packedSize: number(20), offset: number(42) };
}

/** Whether `zipContent` can read an entry. */
export function isReadable({ isEncrypted, method }: ZipEntry): boolean {
  return !isEncrypted && (method === 0 || method === 8);
}

/** @throws RangeError if the entry is not what the directory says. */
export function zipContent(archive: Uint8Array, { name, method, checksum, ...entry }: ZipEntry): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  if (view.getUint32(entry.offset, true) !== LOCAL_ENTRY)
    throw new RangeError(`there is no ${name} where it should be`);
  const start =
    entry.offset + LOCAL_LENGTH + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  if (start + entry.packedSize > archive.length) throw new RangeError(`${name} is cut short`);
  const packed = archive.subarray(start, start + entry.packedSize);
  const content = method === 0 ? packed : inflate(packed, entry.size, name);
  if (content.length !== entry.size) {
    throw new RangeError(`${name} has ${inUnits(content.length)} where ${inUnits(entry.size)} are stated`);
  }
  if (crc32(content) !== checksum) throw new RangeError(`the checksum of ${name} is wrong`);
  return content;
}

/** So many packed bytes at a time: they give at most 1,032 times as many, which is all that is made beyond what is stated. */
const CHUNK = 2 ** 14;

function inflate(packed: Uint8Array, size: number, name: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflater = new Inflate((part) => {
    length += part.length;
    parts.push(part);
  });
  for (let at = 0; at < packed.length; at += CHUNK) {
    inflater.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
    if (length > size) throw new RangeError(`${name} has more than the ${inUnits(size)} that are stated`);
  }
  const content = new Uint8Array(length);
  parts.reduce((at, part) => {
    content.set(part, at);
    return at + part.length;
  }, 0);
  return content;
}
