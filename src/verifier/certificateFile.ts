import * as v from 'valibot';
import { issueWords } from '../issueWords.ts';
import { CertificateError } from './errors.ts';

/*
 * A certificate as a file: what is claimed, and what makes the proof of it short. JSON; arrays of numbers of the input's size
 * are base64 of their bytes, little-endian. Nothing in it is believed: the verifier proves the claim anew from the model's file.
 */

const numbers = v.array(v.number());
const choice = v.strictObject({
  /** For each ReLU layer in the model's order, the slope of the line below each unit whose sign is open, 0 to 1. */
  slopes: v.array(numbers),
  /** For each ReLU layer what each assumed case is worth, 0 or more. */
  multipliers: v.array(numbers),
  /** For each max pooling: of each window the shares of its elements in the line below, and the height of the one above, 0 to 1. */
  pools: v.optional(v.array(v.strictObject({ shares: v.array(numbers), heights: numbers }))),
});

/** A proof of one margin: a bound, or the two cases of a unit, proved each. */
export type Tree =
  | { readonly choice?: number }
  | { readonly relu: number; readonly unit: number; readonly on: Tree; readonly off: Tree };

const tree: v.GenericSchema<Tree> = v.union([
  v.strictObject({ relu: v.number(), unit: v.number(), on: v.lazy(() => tree), off: v.lazy(() => tree) }),
  v.strictObject({ choice: v.optional(v.number()) }),
]);

const content = v.strictObject({
  konkyoCertificate: v.literal(1),
  model: v.strictObject({ sha256: v.string() }),
  image: v.strictObject({
    /** Of the model input's float32 bytes. */
    sha256: v.string(),
    shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(1))),
    /** Base64 of float32. */
    values: v.string(),
  }),
  /** Between which values each element of the input may lie: base64 of float64. */
  box: v.strictObject({ low: v.string(), high: v.string() }),
  /** The index of the class that is kept. */
  kept: v.pipe(v.number(), v.integer(), v.minValue(0)),
  choices: v.array(choice),
  proofs: v.array(v.strictObject({ rival: v.number(), tree })),
});
const file = v.strictObject({ ...content.entries, sha256: v.string() });

/** What a bound chooses; see the file's format. */
export type FileChoice = v.InferOutput<typeof choice>;

/** A certificate without the SHA-256 of its own content. */
export type CertificateContent = v.InferOutput<typeof content>;

/** The file's text. */
export async function writeCertificate(certificate: CertificateContent): Promise<string> {
  return `${JSON.stringify({ ...certificate, sha256: await hashOf(certificate) })}\n`;
}

/** @throws CertificateError where it is no certificate, or was changed since it was written. */
export async function readCertificate(text: string): Promise<CertificateContent> {
  const parsed = v.safeParse(file, jsonOf(text));
  if (!parsed.success) {
    throw new CertificateError(
      'file',
      `This is no certificate of konkyo, or a damaged one: ${issueWords(parsed.issues[0])}`,
    );
  }
  const { sha256, ...certificate } = parsed.output;
  const own = await hashOf(certificate);
  if (own === sha256) return certificate;
  throw new CertificateError(
    'file',
    `The certificate was changed after it was written: its content has the SHA-256 ${own}, and it says ${sha256}. Get it from its source again.`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CertificateError('file', 'This is no certificate of konkyo, or a damaged one: it is no JSON.');
  }
}

async function hashOf({
  konkyoCertificate,
  model,
  image,
  box,
  kept,
  choices,
  proofs,
}: CertificateContent): Promise<string> {
  const text = JSON.stringify({ konkyoCertificate, model, image, box, kept, choices, proofs });
  return sha256(new TextEncoder().encode(text));
}

/** Hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of an array, in base64. */
export function base64(array: Float32Array | Float64Array): string {
  const view = new DataView(new ArrayBuffer(array.byteLength));
  array.forEach((value, i) => {
    if (array instanceof Float32Array) view.setFloat32(4 * i, value, true);
    else view.setFloat64(8 * i, value, true);
  });
  let text = '';
  for (let i = 0; i < view.byteLength; i++) text += String.fromCharCode(view.getUint8(i));
  return btoa(text);
}

/** Back from base64. @throws CertificateError */
export function fromBase64(text: string, bytesEach: 4 | 8): Float64Array {
  let bytes: string;
  try {
    bytes = atob(text);
  } catch {
    throw new CertificateError('file', 'The certificate is damaged: its numbers are no base64.');
  }
  const view = new DataView(Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)).buffer);
  return Float64Array.from({ length: Math.floor(view.byteLength / bytesEach) }, (_, i) =>
    bytesEach === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
}
