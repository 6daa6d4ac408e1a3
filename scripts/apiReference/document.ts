import * as library from '../../src/index.ts';
import { methodKinds } from '../../src/methods.ts';
import type { ApiEntry, ApiExport } from './exports.ts';

/** A file of docs/api. */
export interface ApiPage {
  readonly name: string;
  readonly text: string;
}

/** docs/api: a page for each entry point, and one that lists them. */
export function apiPages(entries: readonly ApiEntry[]): ApiPage[] {
  return [index(entries), ...entries.map(page)];
}

const written = 'Written from the comments in the code by `npm run docs:api`; a test compares it.';

const fileOf = (entry: string): string => `${entry.replace('/', '-')}.md`;

function index(entries: readonly ApiEntry[]): ApiPage {
  const rows = entries.map(
    ({ name, about, exports }) => `| [\`${name}\`](${fileOf(name)}) | ${exports.length} | ${about} |`,
  );
  return {
    name: 'README.md',
    text: `# API reference\n\n${written}\n\n| entry point | names | |\n| --- | ---: | --- |\n${rows.join('\n')}\n`,
  };
}

function page({ name, about, exports }: ApiEntry): ApiPage {
  const anchors = anchorsOf(name);
  const section = (title: string, shown: readonly ApiExport[]): string[] => {
    if (shown.length === 0) return [];
    anchors(title);
    const links = shown.map((one) => `[\`${one.name}\`](#${anchors(one.name)})`);
    return [`## ${title}`, links.join(', '), ...shown.map(entry)];
  };
  const types = exports.filter(({ kind }) => kind === 'type');
  const values = exports.filter(({ kind }) => kind !== 'type');
  const parts = [`# ${name}`, about, written, ...section('Functions and values', values), ...section('Types', types)];
  return { name: fileOf(name), text: `${parts.join('\n\n')}\n` };
}

/** What GitHub calls the headings of a page, from the top: of equal names the later ones get a number. */
function anchorsOf(title: string): (heading: string) => string {
  const seen = new Map<string, number>();
  const anchor = (heading: string): string => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  };
  anchor(title);
  return anchor;
}

function entry({ name, kind, signature, about, tags, file }: ApiExport): string {
  const parts = [
    `### ${name}`,
    `${kind}, [${file}](../../${file})`,
    about,
    tags.map(tag).join('\n'),
    `\`\`\`ts\n${signature}\n\`\`\``,
    settings(name),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function tag({ name, text }: ApiExport['tags'][number]): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  const [, parameter, rest] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  return name === 'param' ? `- **\`${parameter}\`** ${rest}` : `- **${name}** ${line}`;
}

/** The options of an attribution method, which it describes itself. */
function settings(name: string): string {
  const kind = methodKinds.find((candidate) => candidate === (library as Readonly<Record<string, unknown>>)[name]);
  const options = Object.entries(kind?.options ?? {});
  if (options.length === 0) return '';
  const rows = options.map(([option, { about, default: value, min, max }]) => {
    const range = max === undefined ? `${min} or more` : `${min} to ${max}`;
    return `| \`${option}\` | ${value} | ${range} | ${about.replaceAll('|', '\\|')} |`;
  });
  return ['| setting | default | range | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
