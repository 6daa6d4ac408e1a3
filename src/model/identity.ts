import { externalLocations } from '../onnx/readModel.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';

interface ModelIdentity {
  /** Hexadecimal. */
  readonly sha256: string;
  /** For the report, where it is not the plain SHA-256 of the file. */
  readonly notes: readonly string[];
}

/**
 * What tells a model from any other: the SHA-256 of its file; of one with external data, the SHA-256 of the list
 *
 *     SHA-256 of the .onnx file
 *     "LOCATION" SHA-256 of the file there
 *     ...
 *
 * by location, a line each with a line feed at its end, so that other weights are another model.
 */
export async function modelIdentity(bytes: Uint8Array, external: ExternalData = new Map()): Promise<ModelIdentity> {
  const own = await sha256(bytes);
  const locations = external.size === 0 ? [] : externalLocations(bytes).sort();
  if (locations.length === 0) return { sha256: own, notes: [] };
  const lines = [own];
  for (const location of locations) {
    lines.push(`${JSON.stringify(location)} ${await sha256(external.get(location) ?? new Uint8Array())}`);
  }
  const list = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
  const note = `The SHA-256 covers the model file and its data files: ${locations.join(', ')}.`;
  return { sha256: await sha256(list), notes: [note] };
}

/** The SHA-256 of bytes, hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
