import { describe, expect, it } from 'vitest';
import * as english from '../../src/language/english/index.ts';
import * as japanese from '../../src/language/japanese/index.ts';
import { languageOf } from '../../src/language/language.ts';
import { boxMethodKinds, methodKinds } from '../../src/methods.ts';
import { said } from './arguments.ts';

const hasJapanese = /[\u3000-\u30ff\u3400-\u9fff]/;
/** What Japanese readers call by its English name, and words that are names of files, flags or formats. */
const names =
  /Grad-CAM|Guided Grad-CAM|SmoothGrad|KernelSHAP|DeepLIFT|D-RISE|RISE|AttnLRP|LRP|epsilon-[a-z0-9-]+|Deep Taylor|ReLU|ONNX|opset|SHA-256|konkyo|ImageNet|MNIST|RGB|BGR|MODEL\.konkyo\.json|--[a-z]+|Softmax|HardSigmoid|Sigmoid|Tanh|NCHW/g;

/** Messages that are no words to be read, or are the user's own. */
const ofNoLanguage = new Set(['page.language', 'methods.described']);

interface Pair {
  readonly path: string;
  readonly own: unknown;
  readonly other: unknown;
}

/** Every message of both catalogues, by where it is. */
function pairs(own: unknown, other: unknown, path = ''): Pair[] {
  if (typeof own === 'object' && own !== null) {
    return Object.entries(own).flatMap(([name, message]) =>
      pairs(message, (other as Record<string, unknown>)?.[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return [{ path, own, other }];
}

/** Whether a text has words of English beside names, and beside what it was given. */
function englishIn(text: string): boolean {
  return /[A-Za-z]{2,}/.test(text.replace(names, '').replace(/Q[A-Z]+/g, ''));
}

/** The numbers and the names in capitals that a message was given. */
const given = (text: string) => new Set(text.match(/\d[\d.,]*\d|\d|Q[A-Z]+/g) ?? []);

const messages = pairs(english, japanese);

describe('the Japanese catalogue', () => {
  it.each(messages)('says $path in Japanese', ({ path, own, other }) => {
    const spoken = said(path, own).map((text, i) => ({ text, translated: said(path, other)[i] ?? '' }));
    expect(spoken.length).toBeGreaterThan(0);
    for (const { text, translated } of spoken) {
      expect(typeof translated).toBe('string');
      expect(translated).not.toMatch(/undefined|NaN|\[object/);
      if (ofNoLanguage.has(path)) continue;
      expect(englishIn(translated)).toBe(false);
      // Where there are no words in English (`87.5%`), there is nothing to translate.
      if (englishIn(text)) expect(translated).toMatch(hasJapanese);
      const kept = given(translated);
      for (const name of text.match(/Q[A-Z]+/g) ?? []) expect(kept).toContain(name);
      for (const number of text.match(/\b\d{3,}\b|\d+\.\d+/g) ?? []) expect([...kept].join(' ')).toContain(number);
    }
  });

  it('has a text of its own for every method, and leaves a method of the user’s its words', () => {
    for (const { id, title, about, unit } of [...methodKinds, ...boxMethodKinds]) {
      const own = { title, about, unit };
      const text = japanese.methods.described(id, own);
      expect(text.about, id).toMatch(hasJapanese);
      expect(text.unit, id).toMatch(hasJapanese);
      expect(englishIn(`${text.title} ${text.about} ${text.unit}`), id).toBe(false);
      expect(text.about, id).toMatch(/。$/);
    }
    const mine = { title: 'Mine', about: 'What I say.', unit: 'things' };
    expect(japanese.methods.described('mine', mine)).toBe(mine);
  });

  it('puts sentences together without English punctuation', () => {
    const { firstScreen, decision, checks } = japanese;
    expect(decision.decided('7', decision.sure(0.998))).toBe('モデルの判定は「7」です（確信度 99.8%）');
    expect(firstScreen.whyNotAnswer('7', '9', '中央', '左上')).toBe(
      '「7」の根拠は主に中央に、「9」の根拠は主に左上にあります。',
    );
    expect(
      checks.counts(
        10,
        [
          { verdict: 'good', count: 8 },
          { verdict: 'poor', count: 2 },
        ],
        false,
      ),
    ).toBe('検査 10 件: 良 8 件、不可 2 件。');
  });
});

it('a locale says the language; what is not spoken is English', () => {
  expect(languageOf('ja_JP.UTF-8')).toBe('ja');
  expect(languageOf('ja')).toBe('ja');
  expect(languageOf('en_GB.UTF-8')).toBe('en');
  expect(languageOf('C')).toBe('en');
  expect(languageOf('java')).toBe('en');
  expect(languageOf(undefined)).toBe('en');
});
