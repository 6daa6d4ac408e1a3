/** Where a store's files lie: a folder of a disk, say. Paths are relative, with slashes. */
export interface StoreFiles {
  /** What it is called in messages. */
  readonly name: string;
  /** The contents of a file; nothing where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /**
   * Puts whole files in their places, those that are there replaced, so that each outlasts a power failure.
   * @throws StoreWriteError
   */
  write(files: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Puts a whole file where there is none. @returns whether it did. @throws StoreWriteError */
  create(path: string, contents: Uint8Array): Promise<boolean>;
  /** The names of what lies in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Removes what writers that were killed left half-written. */
  tidy(): Promise<void>;
}
