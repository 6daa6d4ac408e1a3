import type { Finding } from '../../attribution/explainer.ts';
import type { StructuredKind } from './changes/change.ts';

/** How much independent noise the pixels of one image may have at once without changing the decision, and how that was measured. */
export interface Freedom {
  /** Mean amplitude, 0 to 1: 1 is noise from minus to plus the whole pixel range. */
  readonly meanAmplitude: number;
  /** Share of the amplitudes above 0.9. */
  readonly free: number;
  /** On the network as it is, whatever the amplitudes were found with. */
  readonly measured: MeasuredFreedom;
  /** The keep rate under changes of other kinds than the independent noise of `measured`, within the same amplitudes. */
  readonly structured: readonly KeptUnder[];
  /** Under the worst changes that were found by looking for them, within the same amplitudes. */
  readonly attacked: AttackedFreedom;
}

/** How often the class stays under changes of one kind. */
export interface KeptUnder {
  readonly kind: StructuredKind;
  readonly draws: number;
  /** Share of the draws. */
  readonly kept: number;
  /** Smallest lead of the decided class over the strongest other one, score units. */
  readonly leastLead: number;
}

/** What projected gradient descent finds within the amplitudes: leads of the decided class, score units; below 0 where it loses. */
export interface AttackedFreedom {
  /** The lead in the image itself. */
  readonly margin: number;
  readonly lead: number;
  /** With pixels from 0 to 255 only. */
  readonly leadClipped: number;
}

/** What fresh noise of the amplitudes found, which took no part in finding them, does to a network. */
export interface MeasuredFreedom {
  readonly draws: number;
  /** Share of the draws in which the class stayed. */
  readonly kept: number;
  /** The same with noisy pixels brought back to 0 to 255. */
  readonly keptClipped: number;
  /** Share of the draws, as drawn, in which all scores kept their order. */
  readonly ordered: number;
  /** Largest change of the decided class's score in any draw, score units. */
  readonly worstChange: number;
  /** Smallest lead of the decided class over the strongest other one; negative where it lost. */
  readonly leastLead: number;
  /** sum_k max(|y_k - y'_k| - a, 0), averaged over the draws. */
  readonly straying: number;
  /** Standard error of that mean. */
  readonly strayingError: number;
}

/** What is measured beside a map of amplitudes. */
export interface FreedomFinding extends Finding, Freedom {
  readonly study: typeof study;
}

const study = 'noncontributing';

export function freedomFinding(freedom: Freedom): FreedomFinding {
  return { study, figures: figuresOf(freedom), ...freedom };
}

function figuresOf({ measured, structured, attacked }: Freedom): Readonly<Record<string, number>> {
  const byKind = structured.map(({ kind, kept }) => [`kept${kind[0]?.toUpperCase()}${kind.slice(1)}`, kept] as const);
  return { kept: measured.kept, ...Object.fromEntries(byKind), attackedLead: attacked.lead };
}

/** What the noise of a map was measured to do; undefined beside maps of other methods. */
export function freedomOf({ finding }: { readonly finding?: Finding }): Freedom | undefined {
  return finding && isFreedom(finding) ? finding : undefined;
}

function isFreedom(finding: Finding): finding is FreedomFinding {
  return finding.study === study;
}
