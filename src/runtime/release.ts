/** What holds sessions: a program, an explainer, a classifier. */
export interface Releasable {
  release(): Promise<void>;
}

/** Notes a resource for release, and returns it. */
type Keep = <R extends Releasable>(opened: R | Promise<R>) => Promise<R>;

/**
 * Runs what opens things for itself: all that it kept is released when it ends, however it ends, the last one first.
 * (`await using` would say the same. What TypeScript makes of it throws in browsers without Symbol.asyncDispose.)
 */
export async function scoped<T>(run: (keep: Keep) => Promise<T>): Promise<T> {
  const kept: Releasable[] = [];
  try {
    return await run(keeping(kept));
  } finally {
    await releaseAll(kept);
  }
}

/**
 * Opens what stands on several others. Where one of them cannot be opened, or anything else fails, those before it are
 * released; else its `release` releases them all.
 */
export async function together<T extends object>(open: (keep: Keep) => Promise<T>): Promise<T & Releasable> {
  const kept: Releasable[] = [];
  try {
    return { ...(await open(keeping(kept))), release: () => releaseAll(kept) };
  } catch (error) {
    await releaseAll(kept);
    throw error;
  }
}

function keeping(kept: Releasable[]): Keep {
  return async (opened) => {
    const resource = await opened;
    kept.push(resource);
    return resource;
  };
}

/** Releases each resource once, the last opened first, and goes on where the release of one fails. */
async function releaseAll(kept: Releasable[]): Promise<void> {
  const last = kept.pop();
  if (!last) return;
  try {
    await last.release();
  } finally {
    await releaseAll(kept);
  }
}
