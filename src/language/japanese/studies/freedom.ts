import { quoted } from '../decision.ts';
import { count, percent, quantity } from '../numbers.ts';

export const question = '何であっても判定が変わらない画素はどれか';
export const gist = '非貢献部と、判定が保たれた割合';

export const forComparison = '比較用の画像。';
export const map = '非貢献部';

/** For someone who has never heard of noise amplitudes, where some pixels are free. Shares are 0 to 1. */
export function free(label: string, share: number, mean: number): string {
  return `明るく示した画素は、判定に影響しませんでした。すべて同時に、それぞれ無作為に大きく明るくまたは暗くしても、判定は${quoted(label)}のままです。暗く示した画素は、ほぼ元の値のままでなければなりません。画素の ${percent(share)}は、ほとんどどのような値でも構いません。平均すると、黒から白までの範囲の ${percent(mean)}だけ変えられます。`;
}

/** The same where no pixel is free. @param top the largest amplitude. */
export function bound(label: string, top: number, mean: number): string {
  return `どのような値でも構わない画素は、ここにはありません。すべての画素を同時に無作為に変えるとき、判定が${quoted(label)}のままであるには、元の値の近くに留める必要があります。最も大きく変えられるのは明るく示した画素で、黒から白までの範囲の最大 ${percent(top)}、平均では ${percent(mean)}です。`;
}

export const kept = {
  label: '判定が保たれた割合',
  value: (share: number, draws: number) => `${count(draws)} 回の試行のうち ${percent(share)}`,
  meaning:
    'マップが許す大きさの無作為な変化を加えて、クラスが変わらなかった割合。試行はマップを求めるのに使っていません。',
};

/** @param lead of the class at worst, in score units like the change. */
export function detail(clipped: number, change: number, lead: number): string {
  const left =
    lead < 0
      ? `ほかのクラスより ${quantity(-lead)} 低くなりました`
      : `ほかのクラスよりなお ${quantity(lead)} 高いままでした`;
  return `一回の試行では、すべての画素に、そのノイズの大きさを上限とする正負一様な乱数を加え、モデルに判定させます。試行はマップを求めるのに使っていません。画素値を黒から白までの範囲に収めた場合、判定は ${percent(clipped)}で保たれました。最悪の場合、このクラスのスコアは ${quantity(change)} 変わり、${left}。これは試した結果で、証明ではありません。試行からは、最悪の場合についてほとんど何も言えません。`;
}

export const alternative = (name: string, mean: number) => `${name}: 画素値の範囲の平均 ${percent(mean)}`;
export const legend = {
  colours: '暗い青から明るい黄色までの色の尺度',
  least: '0: 変えられない',
  all: '1: 何でもよい',
  most: (top: number) => `${quantity(top)}: 最も自由`,
};
