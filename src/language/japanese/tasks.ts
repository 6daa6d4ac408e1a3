import { quoted } from './decision.ts';
import { count, listed, percent, quantity } from './numbers.ts';

/** So many are named in a sentence. */
const mostNamed = 4;

/** The first of several, and how many more there are. */
function named(names: readonly string[]): string {
  if (names.length <= mostNamed) return listed(names);
  return `${listed(names.slice(0, mostNamed))}、ほか ${names.length - mostNamed} 個`;
}

export const labels = {
  none: 'ラベルなし',
  decided: (present: readonly string[]) => named(present),
  measure: (present: number, all: number, threshold: number) =>
    `${count(all)} 個のラベルのうち ${count(present)} 個が ${percent(threshold)}超`,
  found: (present: readonly string[]) =>
    `モデルは ${count(present.length)} 個のラベルを付けました: ${named(present.map(quoted))}`,
  nothing: (threshold: number, strongest: string | undefined, probability: number) =>
    `${percent(threshold)}を超えるラベルはありません${strongest === undefined ? '' : `。最も高いのは${quoted(strongest)}で、${percent(probability)}です`}`,
  about: (threshold: number, target: string) =>
    `各ラベルは独立した確率を持ち、${percent(threshold)}を超えたものが付きます。説明の対象は ${target} です。`,
  strongest: (shown: number, all: number) =>
    all > shown ? `${all} 個のラベルのうち上位 ${shown} 個` : 'すべてのラベル',
};

export const value = {
  measure: (words: string, tolerance: number) => `${words}、差が ${quantity(tolerance)} 以内なら同じとみなす`,
  sentence: (words: string, value: number) => `モデルの出力（${words}）は ${quantity(value)} です`,
  about: (tolerance: number) =>
    `数値の出力はクラスを選びません。差が ${quantity(tolerance)} 以内の値は同じとみなします。マップが説明するのは数値そのもので、赤は値を上げた部分、青は下げた部分です。`,
};

export const segmentation = {
  nothing: '何もなし',
  measure: (share: number) => `位置の ${percent(share)}`,
  sentence: (classes: readonly { readonly label: string; readonly share: number }[]) =>
    `モデルは ${count(classes.length)} 個のクラスを見つけました: ${named(classes.map(({ label, share }) => `${quoted(label)} ${percent(share)}`))}`,
  about: (height: number, width: number, target: string) =>
    `${height} × ${width} の各位置でクラスを判定します。説明の対象は ${target} です。`,
  caption: 'どこに何を見たか',
  share: '割合',
  drawn: (classes: readonly string[]) => `モデルがどこに何を見たかを重ねた画像: ${listed(classes)}`,
};

export const detection = {
  none: '枠なし',
  measure: (probability: number, sides: string) => `${percent(probability)}、位置 ${sides}`,
  sentence: (boxes: readonly string[], image: string) => {
    const more = boxes.length - mostNamed;
    const shown = [...boxes.slice(0, mostNamed), ...(more > 0 ? [`ほか ${more} 個`] : [])];
    return boxes.length === 0
      ? `${image} に検出された枠はありません`
      : `${image} に ${count(boxes.length)} 個の枠が検出されました: ${listed(shown)}`;
  },
  about: (sides: string, places: number) =>
    `ここで説明する枠の位置は ${sides}（元の画像ファイルの画素での左、上、右、下）で、検出器の ${places} か所がこの枠を提案しています。`,
  caption: (shown: number, all: number) => (all > shown ? `${all} 個の枠のうち上位 ${shown} 個` : '枠（確率の高い順）'),
  at: (label: string, sides: string, isKept: boolean) => `${label}、位置 ${sides}${isKept ? '' : '（不採用）'}`,
};

export const probabilityColumn = '確率';
