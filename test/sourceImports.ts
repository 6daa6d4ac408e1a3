import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const src = join(import.meta.dirname, '..', 'src');

/** The texts in src/, by path from there: `onnx/graph.ts`. */
export const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(src, name), 'utf8')]),
);

/** What each imports of these and of Node, types included: `onnx/graph.ts`, `node:fs`. */
export const imports: ReadonlyMap<string, readonly string[]> = new Map(
  [...sources].map(([file, text]) => {
    const found = [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'((?:\.|node:)[^']*)'/g)];
    const names = found.map(([, name = '']) => name);
    return [file, names.map((name) => (name.startsWith('node:') ? name : posix.join(posix.dirname(file), name)))];
  }),
);

/** The packages that load with a file: what its imports lead to, those that wait for a call left out. */
export function packagesWith(entry: string): ReadonlySet<string> {
  const [files, packages] = [new Set([entry]), new Set<string>()];
  for (const file of files) {
    for (const [, name = ''] of (sources.get(file) ?? '').matchAll(
      /^(?:import|export) (?!type )[^;'()]*'([^']+)';/gm,
    )) {
      if (name.startsWith('.')) files.add(posix.join(posix.dirname(file), name));
      else packages.add(name);
    }
  }
  return packages;
}

/** A way from a file back to itself for each group of files that import each other. */
export function circles(): readonly string[] {
  const done = new Set<string>();
  let found: readonly (readonly string[])[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const circle = path.includes(file) ? path.slice(path.indexOf(file)) : [];
    if (circle.length > 0 && !found.some((other) => other.some((each) => circle.includes(each))))
      found = [...found, circle];
    if (circle.length > 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found.map((circle) => [...circle, circle[0]].join(' > '));
}
