/** What a user sees of a page that is frozen: no new frame. */
export interface Frames {
  readonly frames: number;
  /** The longest time between two frames, ms. */
  readonly longestGap: number;
}

/** Counts frames until it is asked. */
export function watchFrames(): () => Frames {
  let frames = 0;
  let longestGap = 0;
  let last = performance.now();
  let next = requestAnimationFrame(function count() {
    noteGap();
    frames += 1;
    next = requestAnimationFrame(count);
  });
  function noteGap(): void {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last);
    last = now;
  }
  return () => {
    cancelAnimationFrame(next);
    noteGap();
    return { frames, longestGap };
  };
}
