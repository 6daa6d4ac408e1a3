/** The picture formats that are read. */
type PictureFormat = 'PNG' | 'JPEG' | 'WebP';

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

interface Signature {
  readonly kind: string;
  readonly at: number;
  readonly bytes: readonly number[];
}

interface PictureSignature extends Signature {
  readonly kind: PictureFormat;
}

const PICTURES: readonly PictureSignature[] = [
  { kind: 'PNG', at: 0, bytes: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a] },
  { kind: 'JPEG', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { kind: 'WebP', at: 8, bytes: ascii('WEBP') },
];

const OTHERS: readonly Signature[] = [
  { kind: 'a GIF picture', at: 0, bytes: ascii('GIF8') },
  { kind: 'a BMP picture', at: 0, bytes: ascii('BM') },
  { kind: 'a TIFF picture', at: 0, bytes: [...ascii('II'), 0x2a, 0] },
  { kind: 'a TIFF picture', at: 0, bytes: [...ascii('MM'), 0, 0x2a] },
  { kind: 'a HEIC or AVIF picture, or a video', at: 4, bytes: ascii('ftyp') },
  { kind: 'a PDF document', at: 0, bytes: ascii('%PDF') },
  { kind: 'a NumPy array (.npy)', at: 0, bytes: [0x93, ...ascii('NUMPY')] },
  { kind: 'a zip archive (.zip, .npz)', at: 0, bytes: ascii('PK') },
  { kind: 'a gzip file', at: 0, bytes: [0x1f, 0x8b] },
  { kind: 'markup (SVG, HTML or XML)', at: 0, bytes: ascii('<') },
];

/** Which picture format the bytes begin as, if any. */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  return PICTURES.find((signature) => matches(bytes, signature))?.kind;
}

/** What the bytes look like, for a message to a person. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const picture = pictureFormat(bytes);
  if (picture !== undefined) return `a ${picture} picture`;
  const known = OTHERS.find((signature) => matches(bytes, signature));
  if (known !== undefined) return known.kind;
  return bytes.subarray(0, 512).every(isTextByte) ? 'text' : 'bytes of an unknown kind';
}

function matches(bytes: Uint8Array, signature: Signature): boolean {
  return signature.bytes.every((byte, position) => bytes[signature.at + position] === byte);
}

function isTextByte(byte: number): boolean {
  return byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
