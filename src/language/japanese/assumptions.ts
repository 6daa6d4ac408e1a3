import type { Setting } from '../english/assumptions.ts';
import { listed } from './numbers.ts';

const names: Readonly<Record<Setting, string>> = {
  layout: '軸の順序',
  size: '大きさ',
  order: '色の順序',
  scale: '画素値の倍率',
  mean: '平均',
  std: '標準偏差',
  classes: 'クラスの名前',
  kind: '入力の種類',
  features: '特徴量の名前',
  task: 'タスク',
  detection: '検出器の形式',
};

/** How pixels become input, where nobody said so. */
export function preprocessing(settings: readonly Setting[], pixels: string): string {
  return `画素からモデル入力への変換: ${listed(settings.map((name) => names[name]))}の指定がないため、次のように仮定しました: ${pixels}。この仮定が誤っていれば、このページの内容もすべて誤りです。`;
}

export const classNames = 'クラスの名前: 指定がないため、番号で示します。';
export const blank = (words: string) => `「隠す」「空の画像」とは、${words}にすることです。`;
