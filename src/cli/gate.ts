import type { ExplainSummary } from '../app/explainSummary.ts';
import { isEvidence } from '../attribution/method.ts';
import { lampWords } from '../faithfulness/lamp.ts';
import { methodKind } from '../methods.ts';
import { UsageError } from './flags.ts';

/** A map, or a whole image, that nothing vouches for well enough. */
interface Failure {
  readonly image: string;
  /** Absent where the image could not be explained. */
  readonly method?: string;
  readonly target?: string;
  /** What its lamp says, or why there is none. */
  readonly lamp: string;
}

/** What `--fail-on` asks, and what of a run does not meet it; in JSON as it is. */
export interface Gate {
  readonly failOn: string;
  readonly passed: boolean;
  readonly failures: readonly Failure[];
}

export const failOnWords =
  'status 1, once all is written, if a map is to be read with care ("careful") or not to be believed ("do-not-believe"); one that was not checked or not judged fails too';

/** By what --fail-on says, the lamps of maps that pass. */
const passing: Readonly<Record<string, readonly string[]>> = {
  careful: [lampWords.good],
  'do-not-believe': [lampWords.good, lampWords.fair],
};

/** @throws UsageError; call it before any work. */
export function checkFailOn(flag: string | undefined): void {
  if (flag === undefined || Object.hasOwn(passing, flag)) return;
  throw new UsageError(`--fail-on is ${Object.keys(passing).join(' or ')}, not "${flag}".`);
}

/**
 * Which maps do not pass: nothing vouches for a map that was not checked, and nothing for an image that could not be explained.
 * Maps that claim no evidence (non-contributing pixels) have no lamp to fail by.
 */
export function gateOf({ images, leftOut = [] }: ExplainSummary, failOn: string): Gate {
  const failures = [
    ...images.flatMap(({ name, methods }) =>
      methods.flatMap(({ id, target, lamp }): Failure[] => {
        const passes = !isEvidence(methodKind(id)) || passing[failOn]?.includes(lamp);
        return passes ? [] : [{ image: name, method: id, target, lamp }];
      }),
    ),
    ...leftOut.flatMap(({ image, method, reason }): Failure[] =>
      image === undefined || method !== undefined ? [] : [{ image, lamp: `not explained: ${reason}` }],
    ),
  ];
  return { failOn, passed: failures.length === 0, failures };
}

const mostNamed = 20;

/** Why a run fails, in words. */
export function gateInWords({ failOn, failures }: Gate): string {
  const named = failures
    .slice(0, mostNamed)
    .map(({ image, method, target, lamp }) =>
      method === undefined ? `  ${image}: ${lamp}` : `  ${image}: ${methodKind(method).title} for ${target}: ${lamp}`,
    );
  const more = failures.length > mostNamed ? [`  and ${failures.length - mostNamed} more`] : [];
  return [`--fail-on ${failOn}: status 1, for these do not pass:`, ...named, ...more].join('\n');
}
