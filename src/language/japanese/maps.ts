import type { Cell, Place } from '../english/maps.ts';
import { quoted } from './decision.ts';
import { count, listed, percent, quantity, share, signed } from './numbers.ts';

const cells: Readonly<Record<Cell, string>> = { pixel: '画素', moment: '時点', feature: '特徴量' };

const ninths = ['左上', '上部', '右上', '左側', '中央', '右側', '左下', '下部', '右下'];

const thirds = ['始め', '中ほど', '終わり'];

export function place(found: Place): string {
  if (found.kind === 'image') return ninths[found.ninth] ?? '';
  if (found.kind === 'table') return quoted(found.feature);
  return `${found.channel === undefined ? '' : `${quoted(found.channel)}の`}${thirds[found.third]}`;
}

export const noValue = (cell: Cell) => `値のある${cells[cell]}がありません。この手法はここでは失敗しました。`;
export const allZero = (cell: Cell) => `すべての${cells[cell]}がちょうど 0 です。この手法は何も見つけませんでした。`;
export const constant = (cell: Cell, value: number) =>
  `すべての${cells[cell]}が同じ値 ${signed(value)} です。マップは一様で、場所を示していません。`;

/** Share and place of the evidence, so that a map can be understood without seeing its colours. */
export function balance(part: number, forPlace: Place | undefined, againstPlace: Place | undefined): string {
  const mostly = (found: Place | undefined) => (found === undefined ? '' : `（主に${place(found)}）`);
  if (part === 1) return `根拠はすべて支持するものです${mostly(forPlace)}。`;
  if (part === 0) return `根拠はすべて反対するものです${mostly(againstPlace)}。`;
  return `根拠の ${share(part)}が支持${mostly(forPlace)}、${share(1 - part)}が反対${mostly(againstPlace)}です。`;
}

/** What full colour means. @param beyond the share of cells beyond it; 0 where that is not worth a word. */
export function fullColour(scale: number, unit: string, beyond: number, cell: Cell): string {
  const more = beyond > 0 ? `${percent(beyond)}の${cells[cell]}がそれを超え、同じ色で示されます。` : '';
  return `最も濃い色は ${quantity(scale)} です（単位: ${unit}）。${more}`;
}

export function withoutValue(without: number, all: number, cell: Cell): string {
  const drawn = cell === 'feature' ? '' : '濃い灰色で示します。';
  return `${count(all)} 個の${cells[cell]}のうち ${count(without)} 個には値がありません（計算結果が有限の数になりませんでした）。${drawn}`;
}

export const inUnit = (unit: string) => `単位: ${unit}。`;

export function alternative(title: string, target: string, balance: string): string {
  return `${title}、${target} の根拠: ${balance}`;
}

export const summedChannels = (channels: number) => `各画素の値は、${channels} つの色チャネルの根拠の合計です。`;

export function coarse(height: number, width: number, over: 'image' | 'signal' | 'table'): string {
  const whole = { image: '画像', signal: '信号', table: '表' }[over];
  return `このマップは ${width} × ${height} のマス目を${whole}の大きさに引き伸ばしたものです。`;
}

export function drawnCoarse(side: number): string {
  return `このページのマップは、${side} × ${side} 画素のブロックごとの平均を描いたものです。`;
}

export const computedIn = (time: string) => `計算時間: ${time}。`;
export const layer = (name: string, channels: number) =>
  `層 ${name} のマップです${channels > 1 ? `（${channels} チャネルを合計）` : ''}。`;

/** Methods whose maps show the same. */
export function also(titles: readonly string[]): string {
  return `${listed(titles)}のマップは、ここでは尺度を除いてこれと同じなので、省略しています。`;
}

export const question = 'すべてのマップ（検査の結果の良い順）';
export function gist(maps: number): string {
  return `${count(maps)} 個のマップと、その尺度、手法、検査の値`;
}

export const evidenceFor = '根拠の対象:';
export const forComparison = {
  image: '比較用の画像。',
  signal: '比較用の信号。',
};

export function introduction(isOutlined: boolean): string {
  const beneath = isOutlined
    ? '細い灰色の線は、明るい線の輪郭です。'
    : 'マップの値が小さいところには、画像が薄い灰色で透けて見えます。';
  return `赤い画素はマップの上に示したクラスを支持し、青い画素は反対しました。色の薄い画素は、その手法ではほとんど影響がありませんでした。尺度はマップごとに異なるため、色の濃さではなく、色のある場所を比べてください。${beneath}`;
}

export const tableIntroduction =
  '右に伸びる棒は上に示したクラスを支持し、左に伸びる棒は反対しました。強い順に、その特徴量の値とともに並べています。尺度は手法ごとに異なるため、棒の長さではなく順序を比べてください。手法の説明で画素と呼ぶものは、ここでは特徴量です。空の画像は、モデル入力がすべて 0 の行です。';

export const signalIntroduction =
  '線は信号で、縦軸はその値の範囲です。背景が赤いところは上に示したクラスを支持し、青いところは反対しました。背景の薄い区間は、その手法ではほとんど影響がありませんでした。尺度はマップごとに異なるため、色の濃さではなく、色のある場所を比べてください。手法の説明で画素と呼ぶものは、ここでは信号の値です。空の画像は、モデル入力がすべて 0 の信号です。';

export const noScale = '色の尺度なし: 示すものがありません。';
export const scaleEnd = { for: (value: string) => `支持 ${value}`, against: (value: string) => `反対 ${value}` };
export const scaleAlternative = {
  both: '青から白に近い色を経て赤までの色の尺度',
  one: '白に近い色から赤までの色の尺度',
};

export const more = (rest: number) => `ほか ${rest} 個`;
export const always = (value: number) => `常に ${quantity(value)}`;
export const range = (low: number, high: number) => `${quantity(low)}〜${quantity(high)}`;
