import { mean } from '../../faithfulness/mean.ts';
import { type Decision, leadFrom, outcomeOf, scoreOf } from '../../model/decision.ts';
import type { Scores } from '../../model/findScores.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Values } from '../../runtime/runtime.ts';
import { strayingIn } from './cost.ts';
import type { KeptUnder, MeasuredFreedom } from './freedom.ts';
import { type Keeping, keepingOrder } from './keeping.ts';
import type { NoiseDraws } from './noiseDraws.ts';
import { type NoiseSource, uniformNoise } from './uniformNoise.ts';

/** An image with amplitudes, and the network they are tried on. */
export interface Trial {
  readonly draws: NoiseDraws;
  readonly image: Tensor<'float32'>;
  readonly amplitude: Tensor<'float32'>;
  readonly masks: Values;
  /** What that network's scores are without noise. */
  readonly clean: Float32Array;
  readonly decision: Decision;
  readonly scores: Scores;
}

/** The keep rate and the changes of the scores under fresh noise. @param tolerance a, score units. */
export async function measureFreedom(
  trial: Trial,
  { count, seed, tolerance }: { readonly count: number; readonly seed: number; readonly tolerance: number },
): Promise<MeasuredFreedom> {
  const { clean, decision } = trial;
  const of = (row: Float32Array) => scoreOf(row, decision.chosen);
  const order = keepingOrder(clean);
  const strayed: number[] = [];
  let [kept, ordered, worstChange, leastLead] = [0, 0, 0, Number.POSITIVE_INFINITY];
  const noise = () => uniformNoise(seed, trial.image.dims.slice(1));
  await eachDraw(trial, { count, noise: noise(), clipped: false }, (row, lead) => {
    if (outcomeOf(lead) === 'stays') kept += 1;
    leastLead = Math.min(leastLead, lead);
    worstChange = Math.max(worstChange, Math.abs(of(row) - of(clean)));
    strayed.push(strayingIn(row, clean, tolerance));
    if (order.slack(row) > 0) ordered += 1;
    return 'go on';
  });
  let keptClipped = 0;
  await eachDraw(trial, { count, noise: noise(), clipped: true }, (_row, lead) => {
    if (outcomeOf(lead) === 'stays') keptClipped += 1;
    return 'go on';
  });
  return {
    draws: count,
    kept: kept / count,
    keptClipped: keptClipped / count,
    worstChange,
    leastLead,
    ordered: ordered / count,
    straying: mean(strayed),
    strayingError: standardError(strayed),
  };
}

/** The mean over draws of what E punishes. */
export async function strayingOf(
  trial: Trial,
  {
    count,
    noise,
    cost,
  }: {
    readonly count: number;
    readonly noise: NoiseSource<'float32'>;
    /** Of one row of scores. */
    readonly cost: (row: Float32Array) => number;
  },
): Promise<Straying> {
  const strayed: number[] = [];
  await eachDraw(trial, { count, noise, clipped: false }, (row) => {
    strayed.push(cost(row));
    return 'go on';
  });
  return { mean: mean(strayed), error: standardError(strayed) };
}

interface Straying {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

/** Of the mean of independent draws; NaN of fewer than two. */
function standardError(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** The keep rate under changes of one kind, as drawn. */
export async function keptUnder(
  trial: Trial,
  noise: NoiseSource<'float32'>,
  count: number,
): Promise<Omit<KeptUnder, 'kind'>> {
  let [kept, leastLead] = [0, Number.POSITIVE_INFINITY];
  await eachDraw(trial, { count, noise, clipped: false }, (_row, lead) => {
    if (outcomeOf(lead) === 'stays') kept += 1;
    leastLead = Math.min(leastLead, lead);
    return 'go on';
  });
  return { draws: count, kept: kept / count, leastLead };
}

/**
 * Whether what is to be kept has more than `reserve` of slack in every draw, as it is and clipped; the first draw that fails ends them.
 * @param noise gives the same changes each time it is called.
 */
export async function keepsInAll(
  trial: Trial,
  {
    count,
    noise,
    slack,
    reserve,
  }: Pick<Keeping, 'slack'> & {
    readonly count: number;
    readonly noise: () => NoiseSource<'float32'>;
    readonly reserve: number;
  },
): Promise<boolean> {
  let keeps = true;
  for (const clipped of [false, true]) {
    if (!keeps) return false;
    await eachDraw(trial, { count, noise: noise(), clipped }, (row) => {
      keeps &&= slack(row) > reserve;
      return keeps ? 'go on' : 'stop';
    });
  }
  return keeps;
}

async function eachDraw(
  { draws, image, amplitude, masks, clean, decision, scores }: Trial,
  which: { readonly count: number; readonly noise: NoiseSource<'float32'>; readonly clipped: boolean },
  visit: (row: Float32Array, lead: number) => 'go on' | 'stop',
): Promise<void> {
  await draws.scores({ image, amplitude, masks, ...which }, (rows) => {
    for (let from = 0; from < rows.length; from += clean.length) {
      const row = rows.subarray(from, from + clean.length);
      if (visit(row, leadFrom(decision, row, scores)) === 'stop') return 'stop';
    }
    return 'go on';
  });
}
