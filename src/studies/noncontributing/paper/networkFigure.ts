/** One figure of one network. */
export interface NetworkFigure {
  readonly id: string;
  readonly what: string;
  /** NaN where it was not measured. */
  readonly value: number;
}
