import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { circles, imports, packagesWith, sources } from './sourceImports.ts';

/** Who may import whom, type imports included: each floor itself, the errors that all share, and what stands here. */
const floors: Readonly<Record<string, readonly string[]>> = {
  language: [],
  onnx: [],
  random: [],
  pictures: [],
  // Shares no code with what finds a proof.
  verifier: [],
  files: ['onnx'],
  runtime: ['onnx', 'transforms'],
  transforms: ['onnx'],
  datasets: ['random', 'files', 'pictures'],
  model: ['onnx', 'random', 'pictures', 'files', 'runtime', 'transforms', 'datasets'],
  training: ['onnx', 'random', 'runtime', 'transforms', 'datasets', 'model'],
  attribution: ['onnx', 'random', 'runtime', 'transforms', 'model'],
  faithfulness: ['language', 'onnx', 'random', 'runtime', 'transforms', 'datasets', 'model', 'training', 'attribution'],
  report: ['language', 'onnx', 'pictures', 'model', 'attribution', 'faithfulness'],
  studies: [
    'language',
    'onnx',
    'random',
    'pictures',
    'runtime',
    'transforms',
    'datasets',
    'model',
    'training',
    'attribution',
    'faithfulness',
    'report',
    'verifier',
  ],
  methods: ['attribution', 'studies'],
  compile: ['onnx', 'runtime', 'model', 'attribution', 'methods'],
  bulk: [
    'language',
    'onnx',
    'random',
    'pictures',
    'runtime',
    'datasets',
    'model',
    'attribution',
    'faithfulness',
    'report',
  ],
  app: [],
  node: [],
  cli: [],
};
const shared = ['konkyoError', 'argumentError', 'issueWords', 'progress', 'version'];
const all = Object.keys(floors).filter((floor) => floor !== 'cli');
const allowed = {
  ...floors,
  app: all.filter((floor) => floor !== 'node'),
  index: all,
  graph: all,
  relevance: all,
  node: all,
  web: all,
  cli: all,
  konkyoError: [],
  argumentError: shared,
  issueWords: [],
  progress: shared,
  version: [],
};

/** May import what only Node has; everything else runs in a browser. */
const onlyInNode = /^(cli\/|node\/|files\/|runtime\/node(Lane)?\.ts|datasets\/)/;

const floorOf = (file: string) => file.replace(/[/.].*/s, '');

function complaint(file: string, imported: string): string | undefined {
  const [own, other] = [floorOf(file), floorOf(imported)];
  const what = `src/${file} imports ${imported}`;
  if (imported.startsWith('node:'))
    return onlyInNode.test(file) ? undefined : `${what}, but ${own}/ runs in a browser too`;
  if (own === other || shared.includes(other)) return undefined;
  const may: readonly string[] | undefined = Object.entries(allowed).find(([floor]) => floor === own)?.[1];
  if (!may) return `${what}, but nothing says what ${own}/ may import`;
  return may.includes(other) ? undefined : `${what}, but ${own}/ may import only ${may.join(', ') || 'itself'}`;
}

it('no floor imports one above it, nor what its readers have not', () => {
  const broken = [...imports].flatMap(([file, names]) => names.flatMap((name) => complaint(file, name) ?? []));
  expect(broken).toEqual([]);
});

it('no file imports itself, by whatever way', () => expect(circles()).toEqual([]));

it.each(['index.ts', 'cli/explainCommand.ts'])('%s starts without what draws charts or decodes pictures', (entry) => {
  const packages = packagesWith(entry);
  expect(packages).toContain('fflate');
  for (const heavy of ['@observablehq/plot', 'linkedom/worker', 'sharp']) expect(packages).not.toContain(heavy);
});

it('an app that bundles konkyo need not have the packages of queues, which are asked for when there is a queue', () => {
  const reached = new Set(['index.ts']);
  for (const file of reached) for (const name of imports.get(file) ?? []) reached.add(name);
  expect(reached).toContain('app/bulk.ts');
  expect([...reached].filter((file) => /import\('(bullmq|ioredis)'\)/.test(sources.get(file) ?? ''))).toEqual([]);
});

it('a page of an evaluation draws charts', () => {
  expect([...packagesWith('report/evaluation/page.ts')]).toEqual(
    expect.arrayContaining(['@observablehq/plot', 'linkedom/worker']),
  );
});

/** The walks of docs/architecture.md, as lists of files. */
const walks = readFileSync('docs/architecture.md', 'utf8')
  .split(/^\*\*/m)
  .map((part) => [...part.matchAll(/^\d+\. `([^`]*)`/gm)].map(([, file = '']) => file))
  .filter((stops) => stops.length > 0);

it('the walks through the house go down, from a file to one that it or an earlier one imports', () => {
  expect(walks.length).toBeGreaterThanOrEqual(3);
  const order = Object.keys(floors);
  for (const stops of walks) {
    expect(stops.length).toBeLessThanOrEqual(10);
    for (const [i, stop] of stops.entries()) {
      const earlier = stops.slice(0, i);
      expect(i === 0 || earlier.some((file) => imports.get(file)?.includes(stop)), `${stop} is imported`).toBe(true);
      const before = earlier.at(-1) ?? stop;
      expect(order.indexOf(floorOf(before)), `${stop} after ${before}`).toBeGreaterThanOrEqual(
        order.indexOf(floorOf(stop)),
      );
    }
  }
});
