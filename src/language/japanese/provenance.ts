import { listed, percent } from './numbers.ts';

export const question = 'どのように作成したか';
export const gist = 'モデル、入力、設定、バージョン、ハッシュ値';

/** Of work that a signal ended, for the page and the command line. */
export function interrupted(missing: readonly string[]): string {
  return `この実行は中断されました。欠けているもの: ${listed(missing)}。`;
}

export const headings = {
  model: 'モデル',
  input: '入力',
  settings: '設定',
  environment: '計算環境',
  repeat: '再現の方法',
};

export const repeatNote = 'モデル、画像、シード、バージョン、スレッド数が同じなら、同じ値になります。';

export const rows = {
  madeAt: '作成日時',
  author: '責任者',
  file: 'ファイル',
  madeBy: '作成元',
  opset: 'ONNX opset',
  parameters: 'パラメータ数',
  sha256: 'SHA-256',
  batch: '一度に計算する画像数',
  rewritten: '書き換えたモデル',
  note: '注記',
  runtime: 'ランタイム',
  threads: 'スレッド数',
  input: '入力',
  size: '大きさ',
  pixels: '画素',
  values: '値',
  comparedWith: '比較の対象',
  range: '範囲',
  saidBy: '指定元',
  image: '画像',
  model: 'モデル',
};

/** What a hash was taken of. */
export const hashes = { file: 'SHA-256', input: 'モデル入力の SHA-256' };

export const opsetFrom = (opset: number, from: number) => `${opset}（読み込み時に ${from} から書き換え）`;
export const difference = (part: number) =>
  `元のモデルとのスコアの差は、テスト画像でのスコアの変動幅の最大 ${percent(part)}`;
export const imageSize = (height: number, width: number, channels: string, layout: string) =>
  `${height} x ${width}、${channels}（${layout}）`;
export const grey = 'グレースケール';
export const channels = (count: number, order: string) => `${count} チャネル、${order}`;
export const pixels = (factor: string, mean: string, std: string) =>
  `0〜255 の画素値に ${factor} を掛け、${mean} を引き、${std} で割る`;
export const tableSize = (features: number) => `特徴量 ${features} 個の表`;
export const signalSize = (channels: number, length: number, isFirst: boolean) =>
  `${channels} チャネルの信号、各 ${length} 個の値（チャネルが${isFirst ? '先' : '後'}）`;
export const parts = { table: '特徴量', signal: 'チャネル' };
export const asTheyAre = 'そのまま';
export const standardised = (part: string) => `各${part}の平均を引き、標準偏差で割る`;
export const meanOfEach = (part: string) => `各${part}の平均`;
export const range = (low: number, high: number) =>
  `モデル入力で ${low} から ${high}（仮定）。書き換えたモデルを試す値と、ノイズの割合の基準に使います`;

const sources: Readonly<Record<string, string>> = {
  default: '既定値（指定なし）',
  'declared by the model': 'モデルの宣言',
};
const settingNames: Readonly<Record<string, string>> = {
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
  scores: 'スコアの種類',
};

/** Which settings a source gave: nobody (`default`), the model, or a file or flag by its name. */
export const saidBy = (source: string, settings: readonly string[]) =>
  `${sources[source] ?? source}: ${listed(settings.map((name) => settingNames[name] ?? name))}`;
