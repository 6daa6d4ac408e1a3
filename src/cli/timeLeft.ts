/** From then on enough is known of how fast the work goes. */
const leastSeconds = 2;
const leastShare = 0.1;

/**
 * How long a piece of work will go on, in words, from how far it is at each call: left = so far * (total - done) / done.
 * Undefined until it has gone on for 2 seconds and a tenth of it is done. Work starts anew where `total` changes or `done` falls.
 * @param now the clock, in milliseconds.
 */
export function timeLeft(
  now: () => number = () => performance.now(),
): (done: number, total: number) => string | undefined {
  let start = { done: 0, total: 0, at: 0 };
  let before = Number.POSITIVE_INFINITY;
  return (done, total) => {
    // What was done when the work was first heard of, such as in a training that goes on, took none of this time.
    if (total !== start.total || done < before) start = { done, total, at: now() };
    before = done;
    const seconds = (now() - start.at) / 1000;
    const [own, all] = [done - start.done, total - start.done];
    if (seconds < leastSeconds || own < leastShare * all || done >= total) return undefined;
    return `about ${durationWords((seconds * (total - done)) / own)} left`;
  };
}

function durationWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
