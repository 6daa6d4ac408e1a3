import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeJson, safeName, safeText } from '../../src/cli/foreignText.ts';

/** What a terminal obeys: C0, DEL, C1, direction marks and overrides, separators, tags; joiners are letters' business. */
const obeyed = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('foreign text', () => {
  it.each([
    ['an escape sequence', '\u001b[2Jname', '\\x1b[2Jname'],
    ['a title (OSC) with its bell', '\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
    ['C1 control sequences', '\u009b31m\u0090x\u009c', '\\x9b31m\\x90x\\x9c'],
    ['a carriage return', 'good\rbad', 'good\\x0dbad'],
    ['direction overrides', 'a\u202egnp.exe\u2066', 'a\\u202egnp.exe\\u2066'],
    ['invisible tags', '\u{e0041}', '\\u{e0041}'],
    ['a lone surrogate', '\ud800', '\\ud800'],
  ])('shows %s by its code', (_, text, shown) => {
    expect([safeText(text), safeName(text)]).toEqual([shown, shown]);
  });

  it('leaves letters of all scripts, and lines but of names', () => {
    const words = 'Größe 日本 می‌خواهم 👩‍👩‍👧 é';
    expect([safeText(`${words}\n\tx`), safeName('a\nb')]).toEqual([`${words}\n\tx`, 'a\\x0ab']);
  });

  it('never lets through what a terminal obeys, and JSON stays the same data', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(obeyed.test(safeText(text))).toBe(false);
        expect(obeyed.test(safeJson({ [text]: text }))).toBe(false);
        expect(JSON.parse(safeJson({ text }))).toEqual({ text });
      }),
    );
  });
});
