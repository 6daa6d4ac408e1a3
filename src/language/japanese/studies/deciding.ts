import type { Cover, PathSum, Regions } from '../../english/studies/deciding.ts';
import { quoted } from '../decision.ts';
import { count, listed, percent, quantity, signed } from '../numbers.ts';

export const question = '判定に欠かせない領域はどこか。どのフィルタが判定を担ったか';
export const gist = '領域を一つずつ、また組み合わせて隠した結果と、最も強い経路';

export const drop = (largest: number) =>
  `赤: その領域を隠すとスコアが下がります（最大 ${quantity(largest)}）。青: 上がります。`;
export const without = (whole: number, decides: string) =>
  `${count(whole)} 個の領域を隠すと、判定は${quoted(decides)}になります。`;
export const onlyWith = (whole: number, decides: string) =>
  whole === 0
    ? `領域をすべて隠しても、判定は${quoted(decides)}のままです。`
    : `${count(whole)} 個の領域だけを見せても、判定は${quoted(decides)}のままです。`;

export function covered(cover: Cover): string {
  if (cover === 'mean') return '隠した領域は画像の平均の色';
  if (cover === 'blur') return '隠した領域はぼかした画像';
  return `隠した領域は画素値 ${cover.pixel}`;
}

export function found({ grid, cover, flips, deciding, sufficient }: Regions): string {
  const alone =
    flips === 0
      ? '一つだけ隠して判定が変わる領域はありません。'
      : `一つだけ隠して判定が変わる領域は ${count(flips)} 個あります。`;
  const set =
    deciding === undefined
      ? '全体の半分までの組み合わせでは、隠すと判定が変わるものは見つかりませんでした。'
      : `隠すと判定が変わる組み合わせのうち、見つかった最小のものは ${count(deciding)} 個の領域です。`;
  const enough =
    sufficient === undefined
      ? ''
      : sufficient === 0
        ? '逆に、何も見えない画像でもモデルは同じ判定をします。'
        : `逆に、${count(sufficient)} 個の領域だけでこの判定になります。`;
  return `画像を ${grid.side} × ${grid.side} 画素の領域 ${grid.rows} × ${grid.columns} 個に分け、一つずつ隠しました（${covered(cover)}）。${alone}${set}${enough}隠した領域は紫で示します。`;
}

export const filtersOf = (target: string) => `${quoted(target)}のスコアを担ったフィルタ`;

/** The score as a sum of which the strongest paths are a part that is worth showing. */
export function carried(sum: PathSum): string {
  const through = sum.layers.map(({ name, filter, part }) => `${name} のフィルタ ${filter}（${signed(part)}）`);
  return `${linear(sum)}下に示すのは、見つかった経路のうちこの判定を最も強く支持するもので、スコアの構成要素の ${percent(sum.share)}を占めます。図は、その経路の貢献が最初のフィルタのどの位置から来るかを示します。${rest(sum)}貢献度が最も大きいフィルタは、${listed(through)}です。`;
}

/** Of paths that bring next to nothing. */
export function notCarried(sum: PathSum): string {
  const few =
    sum.paths === 0
      ? 'この判定を支持する経路は見つかりませんでした。'
      : `この判定を最も強く支持する ${count(sum.paths)} 本の経路は、スコアの構成要素の ${percent(sum.share)}しか占めません。`;
  return `${linear(sum)}${few}${rest(sum)}少数のフィルタがこの判定を担っているわけではないため、図は示しません。`;
}

function linear({ score }: PathSum): string {
  return `素子のオン、オフをこの画像での状態に固定すると、ネットワークは線形になり、スコア ${quantity(score)} は、フィルタからフィルタへの経路の貢献度の和になります。`;
}

function rest({ constant, remainder }: PathSum): string {
  return `ほかの経路の貢献度の合計は ${signed(remainder)}、バイアスなどの定数は ${signed(constant)} です。`;
}

export const pathMap = (path: string) => `経路 ${path} の貢献が来る位置`;
