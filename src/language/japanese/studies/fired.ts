import type { Held } from '../../english/studies/fired.ts';
import { quoted } from '../decision.ts';
import { count, listed, percent } from '../numbers.ts';

export const question = 'どのルールに当たるか';
export const gist = 'ルールと、各条件の成立の度合い';

export function held({ label, fired, met, conditions, alsoFired }: Held): string {
  if (conditions === 0) return `${quoted(label)}のルールには条件がありません。`;
  const under = '図の下の数は、成立の度合い（0〜1）です。';
  if (fired) return `${quoted(label)}のルールが成立しました。${count(met)} 個の条件がすべて成り立っています。${under}`;
  const others =
    alsoFired.length === 0
      ? '成立したルールはありません。'
      : `${listed(alsoFired.map(quoted))}のルールは成立していますが、最も近いルールではありません。`;
  return `${others}最も近いのは${quoted(label)}のルールで、${count(conditions)} 個の条件のうち ${count(met)} 個が成り立っています。${under}`;
}

export function product(own: string, second: { readonly label: string; readonly product: string } | undefined): string {
  return `積項の値は ${own} です。${second ? `次は${quoted(second.label)}の ${second.product} です。` : ''}`;
}

/** @param decided what the network says. */
export function agreement(fired: boolean, agrees: boolean, decided: string): string {
  const network = agrees ? 'ネットワークの判定も同じです。' : `ネットワークの判定は異なり、${quoted(decided)}です。`;
  if (!fired)
    return `${network}ただし、ルールが成立していないので、${agrees ? 'この判定の理由にはなりません' : 'このことから言えるのはわずかです'}。`;
  return agrees ? network : `${network}ルールはこの判定を説明しません。`;
}

export function usually(oneRight: number, none: number, images: number): string {
  return `ルールを確かめた ${count(images)} 枚の画像のうち、ちょうど一つのルールが成立して正しいのは ${percent(oneRight)}、どのルールも成立しないのは ${percent(none)} です。`;
}

export const enough = 'この判定に十分なもの';

export function sufficient(names: readonly string[], all: number, decided: string, isSmallest: boolean): string {
  const proof = isSmallest
    ? 'これより少ない特徴量では成り立ちません。このことは証明されています。'
    : 'どれも省けませんが、より少ない別の組み合わせがあるかもしれません。';
  const fixed =
    names.length === 0
      ? `${all} 個の特徴量が 0 から 1 の間のどのような値でも`
      : `${listed(names)}（${all} 個の特徴量のうち ${count(names.length)} 個）がこの画像での値であれば、ほかの特徴量が 0 から 1 の間のどのような値でも`;
  return `${fixed}、ネットワークの全結合層の判定は${quoted(decided)}です。${proof}`;
}

/** A rule as pictures. */
export const drawing = {
  and: 'かつ',
  not: '否定',
  always: '常に',
  gives: 'ならば',
  maximisation: (feature: string) => `${feature} の最大化画像`,
  exciting: (feature: string) => `${feature} が最も大きい画像の平均`,
  over: (feature: string) => `1枚の画像で ${feature} を上げるところと下げるところ`,
};
