import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { apiPages } from './apiReference/document.ts';
import { readApi } from './apiReference/exports.ts';

/** Writes docs/api: what each entry point of the package exports, with the comments that stand in the code. */
const folder = fileURLToPath(new URL('../docs/api/', import.meta.url));
const pages = apiPages(readApi());
await mkdir(folder, { recursive: true });
const old = (await readdir(folder)).filter((name) => !pages.some((page) => page.name === name));
await Promise.all(old.map((name) => rm(`${folder}${name}`)));
await Promise.all(pages.map(({ name, text }) => writeFile(`${folder}${name}`, text)));
