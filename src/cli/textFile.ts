/**
 * Text as Windows writes it, too: a byte order mark says UTF-8 or UTF-16 and is no part of the text; without one it is UTF-8.
 * Not to be used for binary files.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
