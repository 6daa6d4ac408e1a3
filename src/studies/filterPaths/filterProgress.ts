/** Told how far a part of the analysis is. */
export type FilterProgress = (done: number, total: number, what: string) => void;
