import type { Method } from '../attribution/method.ts';
import { KonkyoError } from '../konkyoError.ts';
import { UnsupportedOperatorsError } from '../transforms/gradient/errors.ts';
import { RelevanceRefusedError } from '../transforms/relevance/errors.ts';

/** What the summary says of a method or an image that was left out; of a method that failed for one image, of both. */
export interface LeftOut {
  readonly method?: string;
  readonly image?: string;
  readonly reason: string;
  /** Every node that the reason is about, where it names operators. */
  readonly nodes?: readonly string[];
}

/** Everything that was asked for had to be left out. */
class NothingExplainedError extends KonkyoError {
  readonly tag = 'nothing-explained';
}

/** A method that could not be used, for one image if that is named; or an image that could not be explained. */
export interface Refusal {
  readonly method?: Method;
  /** What the user calls it. */
  readonly image?: string;
  readonly error: KonkyoError;
}

/** What was left out so far. */
export interface Refusals {
  readonly all: readonly Refusal[];
  /** Says it at once, unless it was the only one of its kind (@param asked of them): then its error is the last word. */
  add(refusal: Refusal, asked: number): void;
  /** Whether a method was refused as a whole, not for single images. */
  has(method: Method): boolean;
  /** A sentence for each, for the report. */
  notes(): string[];
  /** For the summary; undefined where nothing was left out. */
  summary(): LeftOut[] | undefined;
  /** The error that there is when nothing is left. */
  asError(): KonkyoError;
}

export function refusalsOf(message: ((text: string) => void) | undefined): Refusals {
  const all: Refusal[] = [];
  let lastWord: KonkyoError | undefined;
  return {
    all,
    add(refusal, asked) {
      all.push(refusal);
      if (asked > 1) message?.(`Left out: ${nameOf(refusal)}. ${refusal.error.message}`);
      else lastWord = refusal.error;
    },
    has: ({ id }) => all.some(({ method, image }) => method?.id === id && image === undefined),
    notes: () => all.map((refusal) => `${nameOf(refusal)} was left out. ${refusal.error.message}`),
    summary: () => (all.length > 0 ? all.map(leftOutOf) : undefined),
    asError: () =>
      lastWord ??
      new NothingExplainedError(
        `Nothing is left to show: ${all.map(nameOf).join(', ')} had to be left out, for the reasons above.`,
      ),
  };
}

function nameOf({ method, image }: Refusal): string {
  if (method === undefined) return `The image ${image ?? ''}`;
  return image === undefined ? method.title : `${method.title} for the image ${image}`;
}

function leftOutOf({ method, image, error }: Refusal): LeftOut {
  return { method: method?.id, image, reason: error.message, nodes: nodesOf(error) };
}

function nodesOf(error: KonkyoError): string[] | undefined {
  if (error instanceof UnsupportedOperatorsError) return error.unsupported.map(({ node }) => node);
  return error instanceof RelevanceRefusedError ? error.refused.map(({ node }) => node) : undefined;
}
