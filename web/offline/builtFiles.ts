/** What was built, as the service worker is told. */
export interface BuiltFiles {
  /** A hash of all contents. */
  readonly version: string;
  readonly files: readonly BuiltFile[];
}

export interface BuiltFile {
  /** Below the app's folder; `./` is the page itself. */
  readonly path: string;
  /**
   * When it is kept for offline: with the service worker's installation; when the page is there, because it is large; or when it is
   * first used, because many never need it.
   */
  readonly kept: 'first' | 'soon' | 'whenUsed';
}

/** Vite puts a hash of their contents in the names of these files, which never change therefore. */
export function isHashed({ path }: BuiltFile): boolean {
  return path.startsWith('assets/');
}
