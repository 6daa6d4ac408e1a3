import type { Light } from '../english/checks.ts';
import type { Part, Sureness, Way } from '../english/command.ts';
import { preprocessingNames } from './assumptions.ts';
import { lights } from './checks.ts';

const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

/** Before what a command has to say beside its result. */
export const note = (text: string) => `注意: ${text}`;

export const ofImage = (name: string, said: string) => `${name}: 判定 ${said}`;

export function sureness({ probability, probabilityIfLogits, score }: Sureness): string {
  if (probability !== undefined) return percent(probability);
  if (probabilityIfLogits !== undefined) return `スコアがロジットであれば ${percent(probabilityIfLogits)}`;
  return `スコア ${score.toPrecision(4)}`;
}

/** @param tie classes of exactly the same score. @param more how many others. */
export function decided(label: string, sure: string, tie: readonly string[], more: number, isSaturated: boolean) {
  const tied =
    tie.length > 0 ? `、スコアが完全に等しい同点: ${tie.join('、')}${more > 0 ? ` ほか ${more} 個` : ''}` : '';
  return `${label}（${sure}${tied}${isSaturated ? '、確率がちょうど 1 のため勾配は 0' : ''}）`;
}

const listed = (parts: readonly Part[]) => parts.map(({ label, share }) => `${label} ${percent(share)}`).join('、');

/** A class without a name is called by its number, which says nothing by itself. */
const named = (label: string) => (/^\d+$/.test(label) ? `クラス ${label}` : label);

export const labels = (present: readonly Part[]) => listed(present);
export const noLabel = (strongest: readonly Part[]) => `ラベルなし（最も高いもの: ${listed(strongest)}）`;
export const value = (own: number, tolerance: number) => `${own}（差が ${tolerance} 以内なら同じとみなす）`;
export const segmentation = (classes: readonly Part[]) =>
  listed(classes.map(({ label, share }) => ({ label: named(label), share })));

export const boxesFound = (kept: number) => `検出された枠 ${kept} 個`;
export function box({ label, share }: Part, sides: readonly number[], kept: number, isKept: boolean): string {
  const own = `${label} ${percent(share)}、位置 ${sides.join(',')}`;
  return isKept ? `${own}（${boxesFound(kept)}のうち）` : `${own}、指定されたが不採用（${boxesFound(kept)}）`;
}

export function maps(_all: number, found: readonly { readonly lamp: Light; readonly count: number }[]): string {
  return `マップ: ${found.map(({ lamp, count }) => `${lights[lamp]} ${count} 個`).join('、')}。`;
}

export const unchecked = (count: number, why: string) => `未検査: マップ ${count} 個。${why}`;
export const report = (path: string) => `レポート: ${path}`;

export const tie = (image: string) => `${image} は、スコアが完全に等しい同点です。`;
export const saturated = (image: string) =>
  `${image} で説明しているのはちょうど 1 の確率で、そこでは勾配が 0 になります。`;

const way = ({ name, order }: Way) =>
  order === undefined ? preprocessingNames[name] : `${preprocessingNames[name]}・${order}`;
const assumed = (used: Way) => `画素からモデル入力への変換が指定されていないため、${way(used)} と仮定しました。`;
const say = '--scale、--mean、--std、--order、または MODEL.konkyo.json で指定してください。';

export const sameAnyway = (used: Way) => `${assumed(used)}ほかのよくある変換でも判定は同じです。${say}`;

/** @param image the first of several whose decision depends on it. */
export function depends(used: Way, others: readonly Way[], decisive: number, images: number, image: string): string {
  const found = [used, ...others].map((one) => `${way(one)} なら ${one.label}（${sureness(one)}）`);
  const which = images === 1 ? '判定は' : `${images} 枚のうち ${decisive} 枚の判定は`;
  return `${assumed(used)}${which}この仮定によって変わります: ${images === 1 ? '' : `${image} は `}${found.join('、')}。${say}`;
}
