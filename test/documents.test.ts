import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { API } from 'typescript/unstable/sync';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const markdown = (folder: string, recursive: boolean) =>
  readdirSync(join(root, folder), { recursive })
    .map((name) => join(root, folder, String(name)))
    .filter((name) => name.endsWith('.md'));
const documents = [...markdown('.', false), ...markdown('docs', true)].sort();
const texts = new Map(documents.map((path) => [path, readFileSync(path, 'utf8')]));

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** What GitHub calls the headings of a page. */
function anchors(path: string): Set<string> {
  const text = (texts.get(path) ?? readFileSync(path, 'utf8')).replace(fence, '');
  const seen = new Map<string, number>();
  const named = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(named);
}

it('every link of the documents leads somewhere', () => {
  const anchorsOf = new Map<string, Set<string>>();
  const broken = documents.flatMap((path) => {
    const text = (texts.get(path) ?? '')
      .replace(fence, '')
      .replace(/^ {4}.*$/gm, '')
      .replace(/`[^`\n]*`/g, '');
    const targets = [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
    return targets
      .filter((target) => {
        if (/^[a-z]+:/.test(target)) return false;
        const [file = '', anchor] = target.split('#');
        const to = file === '' ? path : join(dirname(path), decodeURIComponent(file));
        if (!existsSync(to)) return true;
        if (anchor === undefined) return false;
        const known = anchorsOf.get(to) ?? anchors(to);
        anchorsOf.set(to, known);
        return !known.has(decodeURIComponent(anchor));
      })
      .map((target) => `${relative(root, path)}: ${target}`);
  });
  expect(broken).toEqual([]);
});

/** The numbers of each row of a document's tables, and its pictures. */
function figures(path: string) {
  const text = texts.get(path) ?? '';
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return {
    rows: rows.map((row) => row.match(/\d[\d,.]*\d|\d/g) ?? []),
    pictures: [...text.matchAll(/\]\(([^)]*\.png)\)/g)].map(([, picture = '']) => join(dirname(path), picture)),
  };
}

it.each(['rules', 'filters', 'noncontributing', 'regions'])('%s has the same figures in Japanese', (paper) => {
  const english = figures(join(root, 'docs/papers', `${paper}.md`));
  const japanese = figures(join(root, 'docs/ja/papers', `${paper}.md`));
  expect(japanese.pictures).toEqual(english.pictures);
  expect(japanese.rows).toHaveLength(english.rows.length);
  const missing = english.rows.flatMap((row, i) => {
    const left = [...(japanese.rows[i] ?? [])];
    return row.filter((number) => {
      const at = left.indexOf(number);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  });
  expect(missing).toEqual([]);
});

/** What a document may take as given in its code. */
const given = `
import type { Classifier, LabelledImages, Runtime, Tensor } from 'konkyo';
import type { Model } from 'konkyo/graph';
declare global {
  var ages: Float32Array;
  var bytes: Uint8Array;
  var classifier: Classifier;
  var faces: LabelledImages;
  var image: Tensor<'float32'>;
  var images: Tensor<'float32'>;
  var model: Model;
  var runtime: Runtime;
}
`;

it('code in the documents that imports konkyo compiles', () => {
  const folder = join(root, 'documents-code');
  const files = new Map([[join(folder, 'given.d.ts'), given]]);
  for (const [path, text] of texts) {
    const blocks = [...text.matchAll(fence)].filter(
      ([, language, code]) => language === 'ts' && /from 'konkyo/.test(code ?? ''),
    );
    blocks.forEach(([, , code = ''], index) => {
      const name = relative(root, path).replace(/\W+/g, '-');
      files.set(join(folder, `${name}-${index}.ts`), code);
    });
  }
  const config = join(root, 'tsconfig.documents.json');
  const settings = {
    extends: './examples/tsconfig.json',
    compilerOptions: { noUnusedLocals: false },
    include: [],
    files: [...files.keys()],
  };
  const virtual = new Map([...files, [config, JSON.stringify(settings)]]);
  const fs = {
    readFile: (path: string) => virtual.get(path),
    fileExists: (path: string) => virtual.has(path) || undefined,
    directoryExists: (path: string) => path === folder || undefined,
  };
  const api = new API({ cwd: root, fs });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    const wrong = [...files.keys()].flatMap((file) => {
      const of = project?.program;
      const found = of ? [...of.getSyntacticDiagnostics(file), ...of.getSemanticDiagnostics(file)] : [];
      return found.map(({ text }) => `${relative(folder, file)}: ${text}`);
    });
    expect(files.size).toBeGreaterThan(6);
    expect(project?.program.getSourceFileNames()).toEqual(expect.arrayContaining([...files.keys()]));
    expect(wrong).toEqual([]);
  } finally {
    api.close();
  }
});
