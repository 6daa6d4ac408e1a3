/** A name that every file system takes: `digits:7` becomes `digits-7`. Different names may become the same. */
export function fileSafe(name: string): string {
  const safe = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return safe === '' ? 'unnamed' : safe;
}
