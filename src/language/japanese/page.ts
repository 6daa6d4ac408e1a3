import type { Language } from '../language.ts';

/** Of the page itself. */
export const language: Language = 'ja';
export const generator = 'konkyo で作成。このファイルは単独で完結し、ネットワークには接続しません。';
export const allImages = 'すべての画像';
export const nothing = '説明したものはありません。';
export const decisionQuestion = '数値で見る判定';
export const decisionGist = (classes: number) => `上位 ${classes} クラスのスコアと確率`;
export const glossary = '各手法と各検査の意味';
export const glossaryGist = 'それぞれ一、二文で';
/** Between sentences, and at their end. */
export const space = '';
export const fullStop = '。';
/** A text with more about it in parentheses. */
export const aside = (text: string, more: string) => `${text}（${more}）`;
/** Of a scrolling table, for those who do not see it. */
export const scrolls = (what: string) => `${what}、横にスクロールできます`;
