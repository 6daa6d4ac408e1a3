import { count, listed, percent, quantity } from './numbers.ts';

/** A class label as quoted in running text. */
export function quoted(label: string): string {
  return `「${label}」`;
}

/** A target that is one class against another. */
export function rather(label: string, rival: string): string {
  return `${label}（${rival} との比較）`;
}

export function sure(probability: number): string {
  return `確信度 ${percent(probability)}`;
}

/** Of a model whose scores are taken for logits. */
export function sureIfLogits(probability: number): string {
  return `スコアがロジットであれば確信度 ${percent(probability)}`;
}

export function withScore(score: number): string {
  return `スコア ${quantity(score)}`;
}

export function shortScore(score: number): string {
  return `スコア ${quantity(score)}`;
}

/** A decision as a sentence without its full stop. */
export function decided(label: string, sureness: string): string {
  return `モデルの判定は${quoted(label)}です（${sureness}）`;
}

export const tie = '同点';

export function tied(names: readonly string[], more: number, first: string): string {
  const all = [...names.map(quoted), ...(more > 0 ? [`ほか ${count(more)} クラス`] : [])];
  return `同点です。${listed(all)}のスコアは完全に等しく、${quoted(first)}はその先頭というだけです`;
}

export function second(label: string, measure: string | undefined): string {
  return measure === undefined ? `2 位は${quoted(label)}です。` : `2 位は${quoted(label)}（${measure}）です。`;
}

export function secondBehind(label: string, measure: string | undefined, lead: number): string {
  const by = `${quantity(Math.abs(lead))} ${lead < 0 ? '高い' : '低い'}値です`;
  const own = measure === undefined ? quoted(label) : `${quoted(label)}（${measure}）`;
  return `2 位は${own}で、スコアは判定されたクラスより ${by}。`;
}

export function labelled(label: string, isRight: boolean | undefined): string {
  if (isRight === undefined) return `画像のラベルは${quoted(label)}です。`;
  return `画像のラベルは${quoted(label)}で、判定は${isRight ? '正しい' : '誤り'}といえます。`;
}

export const unlabelled = '画像にラベルがないため、判定が正しいかどうかはここではわかりません。';

export const right = '正解';

export function isReally(label: string): string {
  return `正しくは${quoted(label)}`;
}

export function independentLabels(above: number, classes: number): string {
  return `クラスは互いに独立したラベルです。${count(classes)} 個のうち ${count(above)} 個の確率が 50% を超えています。`;
}

export const saturated =
  'ここで説明しているのは、ちょうど 1 の確率です。1 に丸められている限り、どの画素を変えても変わらないので、勾配から作るマップは 0 になります。その手前のスコアを説明してください。';

/** Which number the maps explain, for someone who has never heard of a score. */
export function explainedScore(before: string, members: number | undefined, isOfLabels: boolean): string {
  const unit =
    before === 'HardSigmoid' || before === 'Tanh'
      ? ''
      : isOfLabels
        ? 'スコアが 1 増えると、そのクラスのオッズは約 2.7 倍になります。'
        : 'スコアが 1 増えると、そのクラスは他のクラスに対して約 2.7 倍起こりやすくなります。';
  if (members !== undefined) {
    return `マップが説明するのはスコアです。このモデルは ${count(members)} 個のモデルの確率を平均します。スコアは、${before === 'Sigmoid' ? 'シグモイド関数' : 'ソフトマックス関数'}に入れるとその平均になる数です。${unit}`;
  }
  const result = before === 'Tanh' ? '範囲の限られた数' : '確率';
  return `マップが説明するのはスコアです。スコアとは、最後の段階である ${before} が${isOfLabels ? 'それぞれを一つの確率に' : `全体を${result}に`}変える前に、モデルがクラスごとに計算する値です。${unit}`;
}

export const explainedProbability =
  'マップが説明するのは確率そのものです。ほぼ確実な判定では確率がほとんど動かないため、説明できることはわずかです。';

export const explainedOutput = 'マップが説明するのはモデルの出力そのものです。確率とは限りません。';

export function strongest(classes: number): string {
  return classes < 2 ? '判定されたクラス' : `上位 ${count(classes)} クラス`;
}

export const columns = {
  class: 'クラス',
  label: 'ラベル',
  probability: '確率',
  probabilityIfLogits: '確率（ロジットの場合）',
  score: 'スコア',
};

export function seenAs(height: number, width: number, isGrey: boolean): string {
  return `モデルが見たもの: ${width} × ${height} 画素、${isGrey ? 'グレースケール' : 'カラー'}`;
}

export function pictureAlternative(name: string, height: number, width: number): string {
  return `モデルが見た ${name}、${width} × ${height} 画素`;
}

export function tableRow(features: number): string {
  return `特徴量 ${count(features)} 個の行`;
}

export function signalOf(channels: number, length: number): string {
  return `${count(channels)} チャネルの信号、各 ${count(length)} 個の値`;
}

export const drawnDecision = 'どこを何と判定したか。色は表と同じです。';
