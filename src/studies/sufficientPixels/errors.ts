import { KonkyoError } from '../../konkyoError.ts';

/** A network that is not affine operators and ReLUs one after the other, or whose weights as matrices do not fit in memory. */
export class NoReluChainError extends KonkyoError {
  readonly tag = 'no-relu-chain';
}

/** An epsilon that is no share of the pixel range. */
export class EpsilonError extends KonkyoError {
  readonly tag = 'epsilon';
}
