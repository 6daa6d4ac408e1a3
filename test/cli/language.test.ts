import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(
    join(konkyo.folder, 'model.onnx'),
    readFileSync(new URL('../reference/lenet_digits.onnx', import.meta.url)),
  );
});
afterAll(() => konkyo.remove());

const explain = (out: string, flags: readonly string[], env?: Readonly<Record<string, string>>) =>
  konkyo.run(['explain', 'model.onnx', 'digits:3', '--method', 'saliency', '--no-checks', '--out', out, ...flags], env);
const page = (out: string) => readFile(join(konkyo.folder, out, 'index.html'), 'utf8');

describe('the language of konkyo explain', () => {
  it('is what --lang names: the page, what is printed and what is noted', async () => {
    const { status, stdout, stderr } = await explain('asked', ['--lang', 'ja']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^digits:3: 判定 \d（スコアがロジットであれば \d+\.\d%）\nマップ: 未検査 \d 個。\n/);
    expect(stdout).toMatch(/\nレポート: asked\/index\.html\n$/);
    expect(stderr).toContain('注意: 画素からモデル入力への変換が指定されていないため、0〜1 と仮定しました。');
    const html = await page('asked');
    expect(html).toContain('<html lang="ja">');
    expect(html).toMatch(/<h1>.*モデルの判定は「\d」です（.*）。/);
    expect(html).toContain('感度マップ');
    expect(html).toContain('Hiragino Sans');
  });

  it('marks what is English on a Japanese page as English, and nothing on an English one', async () => {
    await explain('mixed', ['--lang', 'ja']);
    await explain('english', []);
    expect(await page('mixed')).toMatch(/<span lang="en">[^<]*\bcheck/);
    expect(await page('english')).toContain('<html lang="en">');
    expect(await page('english')).not.toContain('<span lang');
  });

  it('is that of the locale where --lang is not given, and --lang wins over it', async () => {
    const locale = { LC_ALL: 'ja_JP.UTF-8' };
    expect((await explain('locale', [], locale)).stdout).toContain('レポート: ');
    expect((await explain('wins', ['--lang', 'en'], locale)).stdout).toContain('Report: ');
    expect((await explain('lang', [], { LC_ALL: '', LC_MESSAGES: '', LANG: 'ja_JP.UTF-8' })).stdout).toContain(
      'レポート',
    );
  });

  it('is refused where konkyo does not speak it, before any work', async () => {
    const { status, stderr } = await explain('refused', ['--lang', 'fr']);
    expect(status).toBe(2);
    expect(stderr).toContain('--lang is en or ja, not "fr".');
  });
});
