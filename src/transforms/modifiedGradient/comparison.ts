/** An image's values beside those of what it is compared with, in one graph. */
export interface Comparison {
  /** The name of a value in the forward copy for the baseline, see addForwardCopy. */
  readonly inCopy: (name: string) => string;
  /** Whether a value changes with the pixels. */
  readonly isData: (name: string) => boolean;
  /** Whether a multiplier can be passed back through it to the pixels. */
  readonly carries: (name: string) => boolean;
}
