import { quoted } from '../decision.ts';
import { count, percent, quantity } from '../numbers.ts';

export const question = '独立なノイズを加えても判定が変わらない画素はどれか';
export const gist = '非貢献部と、ノイズのもとで判定が保たれた割合、そのほかの変化の影響';

export const forComparison = '比較用の画像。';
export const map = '非貢献部';

/** For someone who has never heard of noise amplitudes, where some pixels take much noise. Shares are 0 to 1. */
export function free(label: string, share: number, mean: number): string {
  return `すべての画素を同時に、画素ごとに独立な乱数で明るくまたは暗くしても、判定は${quoted(label)}のままでした。明るく示した画素は大きなノイズに耐え、暗く示した画素はわずかなノイズにしか耐えません。画素の ${percent(share)}は、黒から白までの範囲のほぼ全体に及ぶノイズに耐え、平均では範囲の ${percent(mean)}です。これは独立なノイズについて分かったことで、ほかの変化には当てはまりません。同じ大きさのほかの変化の影響は下に示します。`;
}

/** The same where no pixel takes much. @param top the largest amplitude. */
export function bound(label: string, top: number, mean: number): string {
  return `すべての画素を同時に、画素ごとに独立な乱数で明るくまたは暗くしたとき、判定が${quoted(label)}のままであったのは、ノイズが小さいあいだだけでした。最も大きなノイズに耐えるのは明るく示した画素で、黒から白までの範囲の最大 ${percent(top)}、平均では ${percent(mean)}です。これは独立なノイズについて分かったことで、ほかの変化には当てはまりません。同じ大きさのほかの変化の影響は下に示します。`;
}

export const kept = {
  label: '独立なノイズで判定が保たれた割合',
  value: (share: number, draws: number) => `${count(draws)} 回の試行のうち ${percent(share)}`,
  meaning:
    'マップが許す大きさの乱数を画素ごとに独立に加えて、クラスが変わらなかった割合。試行はマップを求めるのに使っていません。',
};

export const others = {
  caption: '同じ大きさのほかの変化のもとで、クラスが変わらなかった割合',
  change: '変化',
  kept: '保たれた割合',
  least: '最悪の場合の差',
  kinds: {
    blocks: 'ブロックごとに同じノイズ',
    blur: 'ぼかし',
    pasted: '別の画像、またはこの画像を反転してずらしたものの内容',
    mixed: '二種類の変化を別々の場所に',
  },
  sought: '探して見つかった最悪の変化',
  soughtClipped: '同じく、画素値を黒から白までに限る',
  isKept: '保たれた',
  isLost: '失われた',
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
  least: '0: ノイズなし',
  all: '1: 範囲全体のノイズ',
  most: (top: number) => `${quantity(top)}: 最も大きなノイズに耐える`,
};
