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

/** The name that a mistyped one was probably meant to be: at most a third of its letters differ. */
export function nearName(typed: string, names: readonly string[]): string | undefined {
  const near = names.map((name) => ({ name, distance: editDistance(String(typed).toLowerCase(), name) }));
  const best = near.reduce<(typeof near)[number] | undefined>(
    (least, other) => (least && least.distance <= other.distance ? least : other),
    undefined,
  );
  return best && best.distance <= best.name.length / 3 ? best.name : undefined;
}

/** How many letters must be put in, left out or changed to make one word of another (Levenshtein 1966). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const letter of from) {
    const next = [(row[0] ?? 0) + 1];
    for (let i = 0; i < to.length; i++) {
      const changed = (row[i] ?? 0) + (to[i] === letter ? 0 : 1);
      next.push(Math.min(changed, (row[i + 1] ?? 0) + 1, (next[i] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
