/** Base of every error konkyo raises on purpose: a tag, fields, and a message that says what, where and the next step. */
export abstract class KonkyoError extends Error {
  abstract readonly tag: string;

  override get name(): string {
    return this.tag;
  }
}

/** Whether an error is one of konkyo's own; with a tag, whether it is that one. */
export function isKonkyoError(error: unknown, tag?: string): error is KonkyoError {
  return error instanceof KonkyoError && (tag === undefined || error.tag === tag);
}
