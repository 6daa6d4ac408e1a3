import type { PreprocessingName } from '../english/assumptions.ts';
import { count, listed } from './numbers.ts';

/** How pixels become input, where nobody said so. */
export const preprocessing = (way: string) =>
  `画素からモデル入力への変換は指定されていません。次のように仮定しました: ${way}。`;

export const order = (used: string) => `モデルが受け取る色の順序は指定されていません。${used} と仮定しました。`;

export const allTheSame = (tried: number) => `よくある ${tried} 通りの変換を試したところ、判定はすべて同じでした。`;

/** @param named other decisions, each with the way that gives it. */
export function depends(decisive: number, images: number, named: readonly string[]): string {
  const which =
    images === 1
      ? '判定はこの仮定によって変わります'
      : `${count(images)} 件のうち ${count(decisive)} 件の判定は、この仮定によって変わります`;
  return `${which}。ほかのよくある変換では、${listed(named)}となります。仮定が誤っていれば、このページも誤りです。--scale、--mean、--std、--order で指定してください。`;
}

export const preprocessingNames: Readonly<Record<PreprocessingName, string>> = {
  '0..1': '0〜1',
  '-1..1': '−1〜1',
  '0..255': '0〜255',
  'mean and std of ImageNet': 'ImageNet の平均と標準偏差',
  '0..255 less the mean of ImageNet': '0〜255 から ImageNet の平均を引いた値',
  'mean and std of MNIST': 'MNIST の平均と標準偏差',
};

/** A usual way from pixels to input. */
export const wayName = (name: PreprocessingName, order: string | undefined) =>
  `${preprocessingNames[name]}${order === undefined ? '' : `・${order}`}`;

/** A decision, and the way from pixels to input that gives it: `0〜1・BGR なら「tabby」（93.9%）`. */
export const way = (says: string, name: string) => `${name} なら${says}`;

export const logits =
  'モデルの出力は確率に変換されていないスコアです。多くのモデルのようにこれがロジットであれば、ここに示す確率は正しい値です。ロジットであることは --softmax で指定できます。';

export const classNames = 'クラスの名前は指定されていないため、番号で示します（--classes で指定できます）。';
