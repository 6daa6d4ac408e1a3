/** Seconds of one call. */
export type Measured = number;

const repetitions = 5;
/** Calls shorter than this are measured several at a time: the clock and the event loop have their own grain. */
const shortest = 0.02;

/**
 * The median seconds of each action, over five rounds after a warm-up; the actions take turns, so that what else the machine
 * does in the meantime slows all of them.
 */
export async function measure(actions: readonly (() => Promise<unknown>)[]): Promise<Measured[]> {
  const timed = actions.map((action) => ({ action, rounds: [] as number[], calls: 1 }));
  for (const entry of timed) {
    await entry.action();
    const once = await secondsOf(entry.action, 1);
    entry.calls = Math.max(1, Math.min(100, Math.round(shortest / once)));
  }
  for (let round = 0; round < repetitions; round++) {
    for (const { action, rounds, calls } of timed) rounds.push(await secondsOf(action, calls));
  }
  return timed.map(({ rounds }) => median(rounds));
}

async function secondsOf(action: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await action();
  return (performance.now() - start) / 1000 / calls;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
