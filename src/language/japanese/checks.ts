import type { CurveSetting, Light, Verdict } from '../english/checks.ts';
import { count, listed } from './numbers.ts';

export const verdicts: Readonly<Record<Verdict, string>> = {
  good: '良',
  fair: '可',
  poor: '不可',
  neutral: '参考',
};

/** Beside a map. */
export const lights: Readonly<Record<Light, string>> = {
  good: '信頼できる',
  fair: '注意が必要',
  poor: '信頼できない',
  neutral: '判定なし',
  unchecked: '未検査',
};

export const question = 'マップはどう検査したか';
export const aboutLights =
  'すべての検査の結果が良いマップは信頼できます。ただし、それは確からしいということで、証明ではありません。検査が調べるのは、マップが示すものを判定が必要としているかと、マップが学習の結果に依存しているかです。';
export const gist = '各検査の値とその意味';

export function counts(
  all: number,
  found: readonly { readonly verdict: Verdict; readonly count: number }[],
  sumsOnly: boolean,
) {
  if (all === 0) return 'これらの値は参考です。合否は判定していません。';
  const what = sumsOnly ? '合計の検査' : '検査';
  return `${what} ${count(all)} 件: ${listed(found.map(({ verdict, count: own }) => `${verdicts[verdict]} ${count(own)} 件`))}。`;
}

export const allUnchecked =
  'これらのマップの忠実性は検査していません。どこまで信頼できるかは、ここでは何も言えません。';
export const untested = '検査していません。';
export const columns = { map: 'マップ', together: '総合' };

export const completeness = {
  label: '完全性の差',
  sums: (sum: string, difference: string) => `合計 ${sum}、スコアの差 ${difference}`,
  nothing: '合計するものがありません',
  meaning:
    'マップの合計は、この画像のスコアと、比較の対象（空の画像、または多数の平均）のスコアとの差に等しくなるはずです。この値は、足りない分です。ステップ数やサンプル数を増やすと小さくなります。',
};

export const conservation = {
  label: '保存性の差',
  where: {
    biases: 'バイアス',
    stabilizers: '除算の安定化項',
    emptyParts: '入力のない部分',
    others: '演算の内部の定数',
  },
  part: (value: string, where: string) => `${where}に ${value}`,
  account: (sum: string, score: string, parts: readonly string[], most: string | undefined) =>
    `スコア ${score} のうち ${sum} が画素に届きました${parts.length === 0 ? '' : `。${listed(parts)}`}${most === undefined ? '' : `。最も多いのは ${most}`}`,
  meaning:
    'スコアを層から層へと入力側に分配するので、マップの合計はスコアに等しくなるはずです。この値は、画素に届かずモデルの中に残った分で、多くはバイアスに残ります。',
};

export const randomisation = {
  label: 'パラメータのランダム化',
  meaning:
    '最初の層を除くすべての層の重みをランダムにしたとき、画素の順位がどれだけ同じままか（1 は完全に同じ、0 は無関係）。ほとんど変わらないマップは、モデルが学習したことではなく、画像そのものを示しています。',
};

export const curves = {
  deletion: '削除',
  insertion: '挿入',
  value: (own: string, random: string, edges: string, isTable: boolean) =>
    `${own}（ランダムなマップ ${random}、${isTable ? '値の大きさ' : 'エッジ'} ${edges}）`,
  own: 'このマップ',
  drawn: (lines: readonly string[]) => `曲線: ${listed(lines)}`,
  lines: { random: 'ランダムなマップ', edges: 'エッジ検出', sizes: '値の大きさ' },
  deletionMeaning: (setting: CurveSetting) =>
    `そのクラスを最も強く支持する画素から順に空白にしたときの、${meanOf(setting)}（${stepsOf(setting)}）。低いほど、マップが指すものを判定が必要としています。複数のランダムなマップよりも、それらの間のばらつきを超えて低く、モデルを知らない${plainOf(setting)}よりも低いはずです（破線）。`,
  insertionMeaning: (setting: CurveSetting) =>
    `同じ画素を同じ順に空の画像へ入れたときの、${meanOf(setting)}（${stepsOf(setting)}）。高いほど、マップが指すものだけで早く判定が決まります。複数のランダムなマップよりも、それらの間のばらつきを超えて高く、${plainOf(setting)}よりも高いはずです（破線）。`,
};

function meanOf({ isValue, isIfLogits }: CurveSetting): string {
  return isValue
    ? '出力の値の平均の位置（空の画像の値を 0%、この画像の値を 100% とする）'
    : `確信度の平均${isIfLogits ? '（スコアがロジットの場合）' : ''}`;
}

function plainOf({ kind }: CurveSetting): string {
  return kind === 'table' ? '各値の空白からの隔たりのマップ' : 'エッジ検出';
}

function stepsOf({ kind, segment, steps, baseline }: CurveSetting): string {
  if (kind) {
    const unit = kind === 'table' ? '特徴量を一つずつ' : segment === 1 ? '値を一つずつ' : `値を ${segment} 個ずつ`;
    return `${unit}、最大 ${steps} ステップ。空白はモデル入力で ${baseline}`;
  }
  const unit = segment === 1 ? '1 画素ずつ' : `${segment} × ${segment} 画素の正方形ごと`;
  return `${unit}、${steps} ステップ。空白は画素値 ${baseline}`;
}
