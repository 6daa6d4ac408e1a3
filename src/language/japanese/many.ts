import type { Mistake, Thing } from '../english/many.ts';
import { quoted } from './decision.ts';
import { count, listed, percent } from './numbers.ts';

/** What is counted, with its counter word: `3 枚の画像`. */
const counters: Readonly<Record<Thing, string>> = {
  image: '枚の画像',
  box: '個の枠',
  signal: '個の信号',
  row: '件の行',
  input: '件の入力',
};

const things = (whole: number, thing: Thing) => `${count(whole)} ${counters[thing]}`;

export const decidedAs = (whole: number, thing: Thing, labels: readonly string[]) =>
  `${things(whole, thing)}: 判定は${listed(labels.map(quoted))}。`;
export const severalDecisions = (whole: number, thing: Thing, decisions: number) =>
  `${things(whole, thing)}: ${count(decisions)} 種類の判定。`;
export const allRight = (images: number) => `モデルは ${count(images)} 枚の画像すべてをラベルどおりに判定しました。`;
export const someRight = (right: number, images: number) =>
  `モデルは ${count(images)} 枚の画像のうち ${count(right)} 枚をラベルどおりに判定しました。`;

export const mistakes = (wrong: readonly Mistake[]) =>
  `誤った判定: ${listed(wrong.map(({ name, decided, truth }) => `${name} を${quoted(decided)}（ラベルは${quoted(truth)}）`))}。`;
export const leastSure = (name: string, probability: number) =>
  `最も確信度が低いのは ${name} で、${percent(probability)}です。`;
export const ties = (whole: number) => `${count(whole)} 件の判定は、スコアが完全に等しい同点です。`;
export const flat = (whole: number) =>
  `${count(whole)} 枚の画像では、説明する確率がちょうど 1 のため、勾配から作るマップは 0 になります。`;
export const each =
  '以下では判定ごとに、図、何があれば判定が変わるか、どこまで信頼できるかを示します。ほかは折りたたんであります。';

export const glance = '一覧';
export const overviewLabel = 'すべての画像とマップ';
export const columns = { image: '画像', decision: '判定', checks: '検査', map: 'マップ' };
export function overview(thing: Thing, columnsShown: number, most: number): string {
  const row = { image: '画像', box: '枠', signal: '信号', row: '行', input: '入力' }[thing];
  const wide = columnsShown > most ? `マップが ${columnsShown} 列あるため、表は横にスクロールします。` : '';
  return `1 行が一つの${row}です。赤は説明の対象を支持した部分、青は反対した部分で、濃さの尺度はマップごとに異なります。名前から、それぞれの説明へ移動できます。${wide}`;
}
export const ratherThanSecond = '2 位との比較';
export const targetNumber = (turn: number) => `対象 ${turn}`;
export const notComputed = '計算していません';
export const aTie = (sure: string) => `${sure}、同点`;
export const tieOf = '同点';
export const comma = '、';

/** The index of a report in which every image has a page of its own. */
export const index = {
  lede: '画像ごとに一つのページがあり、判定の根拠と、それぞれの図をどこまで信頼できるかを示します。画像の名前から移動できます。',
  model: (file: string) => `モデル: ${file}。`,
  wrong: 'ラベルと異なる判定',
  unsure: '確信度の低い判定',
  shown: (shown: number, of: number) => `${count(of)} 枚のうち ${count(shown)} 枚。`,
  decisions: '判定の内訳',
  images: '画像',
  others: 'ほかの画像',
  range: (from: number, to: number) => `画像 ${count(from)}〜${count(to)}`,
  part: (from: number, to: number) => `${count(from)}〜${count(to)} 枚目`,
  before: (rows: number) => `前の ${count(rows)} 枚`,
  allRight: (images: number) => `モデルは ${count(images)} 枚の画像すべてをラベルどおりに判定しました。`,
  someRight: (right: number, images: number) =>
    `モデルは ${count(images)} 枚の画像のうち ${count(right)} 枚をラベルどおりに判定しました。`,
  frequent: (shown: number, more: number) => `多い順に ${count(shown)} 種類の判定。ほか ${count(more)} 種類は省略。`,
  every: 'すべての判定（多い順）。',
  otherwise: 'ラベルと不一致',
  imagesColumn: '画像数',
  table: (mapTitle: string | undefined) =>
    `1 行が一枚の画像です。${mapTitle === undefined ? '' : `最初のマップ（${mapTitle}）では、赤が説明の対象を支持した部分、青が反対した部分で、濃さの尺度はマップごとに異なります。`}検査の欄は、マップについての値を、良、可、不可ごとに数えたものです。`,
  noMap: 'マップなし',
  notChecked: '未検査',
};
