import type { Method } from '../attribution/method.ts';
import type { Figure } from '../faithfulness/evaluation/figures.ts';
import { KonkyoError } from '../konkyoError.ts';
import type { Refusals } from './leftOut.ts';
import type { UnmeasuredMap } from './unmeasured.ts';

/** Some images of an evaluation, measured: plain data, so that an evaluation can go on after it was interrupted. */
export interface EvaluatedPart {
  /** Which part of the images, counted from 0. */
  readonly part: number;
  /** Places in the test set, and whether the model decides each right. */
  readonly images: readonly number[];
  readonly right: readonly boolean[];
  readonly figures: readonly Figure[];
  readonly unmeasured: readonly UnmeasuredMap[];
  /** Methods, by id, and images that were left out. */
  readonly leftOut: readonly { readonly method?: string; readonly image?: string; readonly reason: string }[];
}

/** Where parts are kept until an evaluation is finished. */
export interface PartStore {
  /** Those that an earlier run of the same evaluation left. */
  readonly earlier: readonly EvaluatedPart[];
  save(part: EvaluatedPart): Promise<void>;
}

/** A part on one line. JSON has no numbers that are none. */
export function partToLine(part: EvaluatedPart): string {
  return JSON.stringify(part, (_key, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );
}

/** @throws SyntaxError for a line that was not written to its end */
export function partFromLine(line: string): EvaluatedPart {
  return JSON.parse(line, (_key, value) =>
    value !== null && typeof value === 'object' && typeof value.number === 'string' ? Number(value.number) : value,
  );
}

/** What an earlier run left out, with its reason. */
class LeftOutEarlierError extends KonkyoError {
  readonly tag = 'left-out-earlier';
}

/** Says of an earlier run's part again what was left out of it. */
export function sayAgain({ leftOut }: EvaluatedPart, methods: readonly Method[], refusals: Refusals): void {
  for (const { method, image, reason } of leftOut) {
    const of = methods.find(({ id }) => id === method);
    refusals.add({ method: of, image, error: new LeftOutEarlierError(reason) }, methods.length + 1);
  }
}
