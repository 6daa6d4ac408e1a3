import { del, get, set } from 'idb-keyval';
import type { InputSettings } from './worker/protocol.ts';

/* How a model's input is made, as its user said it: kept in this browser by the model's hash. */

const keyOf = (sha256: string) => `input-settings/${sha256}`;

export async function rememberedSettings(sha256: string): Promise<InputSettings | undefined> {
  try {
    return await get(keyOf(sha256));
  } catch {
    // Browsers deny storage in private windows: then nothing was kept, which is no error.
    return undefined;
  }
}

/** @returns whether the browser keeps it. */
export async function remember(sha256: string, settings: InputSettings): Promise<boolean> {
  try {
    await set(keyOf(sha256), settings);
    return true;
  } catch {
    return false;
  }
}

export async function forget(sha256: string): Promise<void> {
  await del(keyOf(sha256)).catch(() => undefined);
}
