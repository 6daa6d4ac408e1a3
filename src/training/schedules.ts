/** The learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export function constant(rate: number): Schedule {
  return () => rate;
}

/** Multiplied by `factor` after every `every` steps. */
export function stepDecay(rate: number, every: number, factor: number): Schedule {
  return (step) => rate * factor ** Math.floor(step / every);
}

/** Half a cosine wave from `rate` down to `floor` at step `steps`, and `floor` from there on (Loshchilov & Hutter 2017). */
export function cosine(rate: number, steps: number, floor = 0): Schedule {
  return (step) => floor + ((rate - floor) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2;
}

/** Rises in a straight line to the schedule's rate over the first `steps` steps, then follows it. */
export function warmUp(steps: number, then: Schedule): Schedule {
  return (step) => then(step) * Math.min(1, (step + 1) / steps);
}
