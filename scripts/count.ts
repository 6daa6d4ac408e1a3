import { readFileSync } from 'node:fs';
import { circles, sources } from '../test/sourceImports.ts';

/* Prints how large the house is, and how often it does what it should do in one place only. */

const lines = (text: string) => text.split('\n').length - 1;
const sizes = [...sources].map(([file, text]) => ({ file, lines: lines(text) })).sort((a, b) => a.lines - b.lines);
const occurrences = (what: string) => [...sources.values()].reduce((sum, text) => sum + text.split(what).length - 1, 0);

/** What users can import: the names that the entries of package.json export, by entry. */
function publicNames(): readonly (readonly [string, number])[] {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return Object.entries<{ default?: string }>(manifest.exports).flatMap(([entry, { default: built }]) => {
    if (!built) return [];
    const text = sources.get(built.replace('./dist/', '').replace(/js$/, 'ts')) ?? '';
    const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].map(([, names = '']) => names);
    return [
      [
        entry.replace('.', 'konkyo'),
        lists
          .join(',')
          .split(',')
          .filter((name) => name.trim() !== '').length,
      ],
    ];
  });
}

const largest = sizes.at(-1);
const rows: readonly (readonly [string, number | string])[] = [
  ['files in src', sizes.length],
  ['lines in src', sizes.reduce((sum, { lines }) => sum + lines, 0)],
  ['median file', sizes[Math.floor(sizes.length / 2)]?.lines ?? 0],
  ['largest file', `${largest?.lines} (${largest?.file})`],
  ...publicNames().map(([entry, count]) => [`public names in ${entry}`, count] as const),
  ['groups of files that import each other', circles().length],
  ...['createSession(', "?? ''", '?? 0', 'finally'].map((what) => [what, occurrences(what)] as const),
];
for (const [what, count] of rows) process.stdout.write(`${what.padEnd(40)} ${count}\n`);
