/**
 * What Japanese needs in addition: fonts that have it, lines that break between phrases and never before a full stop, more room between
 * lines of taller letters, and no italics, which it does not know.
 */
export const japaneseStyle = `
:root:lang(ja) {
  --serif: 'Hiragino Mincho ProN', 'Yu Mincho', YuMincho, 'Noto Serif CJK JP', 'Noto Serif JP', 'IPAexMincho', serif;
  --sans: -apple-system, BlinkMacSystemFont, 'Hiragino Sans', 'Hiragino Kaku Gothic ProN', 'Yu Gothic UI', 'Yu Gothic', Meiryo, 'Noto Sans CJK JP', 'Noto Sans JP', 'IPAexGothic', sans-serif;
}
:lang(ja) { line-break: strict; overflow-wrap: anywhere; }
h1:lang(ja) { line-height: 1.3; letter-spacing: 0; } :is(h2, h3, h4, h5):lang(ja) { line-height: 1.4; letter-spacing: 0; }
:is(h1, h2, h3, h4, h5, th, figcaption, .gist, .lede):lang(ja) { word-break: auto-phrase; }
.page:lang(ja):has(.first-screen) h1 { max-width: 36em; }
em:lang(ja) { font-style: normal; font-weight: 600; }
`;
