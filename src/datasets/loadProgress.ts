/** How far the loading of a data set is. */
export interface LoadProgress {
  /** Such as "Downloading mnist: train-images-idx3-ubyte.gz". */
  readonly what: string;
  readonly unit: 'bytes' | 'pictures';
  readonly done: number;
  readonly total: number;
}

/** What loading takes from its caller, whatever the data set. */
export interface LoadControl {
  readonly onProgress?: (progress: LoadProgress) => void;
  /** When it is aborted, loading stops with an InterruptedError and leaves nothing half-written. */
  readonly signal?: AbortSignal;
}
