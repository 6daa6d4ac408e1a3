import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { apiPages } from '../scripts/apiReference/document.ts';
import { readApi } from '../scripts/apiReference/exports.ts';

const entries = readApi();
const folder = fileURLToPath(new URL('../docs/api/', import.meta.url));

it('docs/api is what npm run docs:api writes', () => {
  const pages = apiPages(entries);
  expect(readdirSync(folder).sort()).toEqual(pages.map(({ name }) => name).sort());
  for (const { name, text } of pages) {
    expect(readFileSync(`${folder}${name}`, 'utf8') === text, `${name} is old: npm run docs:api`).toBe(true);
  }
});

it('every exported function and value says what it is', () => {
  const values = entries.flatMap(({ exports }) => exports).filter(({ kind }) => kind !== 'type');
  const silent = values.filter(({ about, tags }) => about === '' && !tags.some(({ name }) => name === 'returns'));
  expect(silent.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
});

it('a method is shown with the settings that it takes', () => {
  const exported = entries[0]?.exports.find(({ name }) => name === 'deepLift');
  expect(exported?.signature).toMatch(/^function deepLift\(settings\?: {\n {2}baseline\?: number;\n/);
});
