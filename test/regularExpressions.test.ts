import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';

/*
 * A regular expression may try the same text again and again, for a time that grows with a power of its length or doubles with each
 * character: `(\s*\d+,?)*` took for ever on a file of 118 bytes. Most text that comes here is a stranger's.
 */

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

interface Literal {
  readonly pattern: string;
  readonly flags: string;
}

/** The expressions in a source text, and where one is put together at run time, which cannot be looked at here. */
function expressionsIn(source: string): { readonly literals: readonly Literal[]; readonly computed: number } {
  const literals: Literal[] = [];
  let computed = 0;
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    const { type, regex, callee } = node as { type?: string; regex?: Literal; callee?: { name?: string } };
    if (type === 'Literal' && regex) literals.push(regex);
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') computed += 1;
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(source, { lang: 'ts' }));
  return { literals, computed };
}

/** What takes more than linear time, in words. */
function slowness({ pattern, flags }: Literal): string[] {
  const { parsed, reports } = analyse({ source: pattern, flags });
  return reports.map(
    ({ type, exponential }) => `${type}${exponential ? ' (exponential)' : ''} in /${parsed.pattern.raw}/${flags}`,
  );
}

describe('expressions that take too long', () => {
  it.each(['(a+)+b', '(\\s*\\d+L?\\s*,?)*x', 'a*a*b', '\\s*(.*)\\s*$', '(a|a)*b', '(x+x+)+y', '[a-z]*[a-y]*;', '-+$'])(
    'are told: %s',
    (pattern) => {
      expect(slowness({ pattern, flags: '' })).not.toEqual([]);
    },
  );

  it.each(['^\\d+$', '^[\\w@%+=:,./-]+$', '\\.onnx$', '^([<>|=])(\\w+)$'])('are told from others: %s', (pattern) => {
    expect(slowness({ pattern, flags: '' })).toEqual([]);
  });

  it('are none of konkyo’s', () => {
    const found = files.map((file) => ({ file, ...expressionsIn(readFileSync(`${src}${file}`, 'utf8')) }));
    expect(found.flatMap(({ literals }) => literals).length).toBeGreaterThan(20);
    const slow = found.flatMap(({ file, literals }) => literals.flatMap(slowness).map((what) => `${file}: ${what}`));
    expect(slow).toEqual([]);
    expect(found.filter(({ computed }) => computed > 0).map(({ file }) => file)).toEqual([]);
  });
});
