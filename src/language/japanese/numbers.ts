import { count, quantity, score, signed } from '../english/numbers.ts';

export { count, quantity, score, signed };

const minus = '\u2212';
const notANumber = '数値なし';

/** `0.9984` as `99.8%`. Never rounds a doubt away: only exact 0 and 1 read 0% and 100%. */
export function percent(fraction: number): string {
  if (!Number.isFinite(fraction)) return notANumber;
  if (fraction === 0 || fraction === 1) return `${fraction * 100}%`;
  const hundredths = fraction * 100;
  const size = Math.abs(hundredths);
  if (size < 0.01) return fraction > 0 ? '0.01% 未満' : '−0.01% から 0% の間';
  if (hundredths > 99.99 && hundredths < 100) return '99.99% 超';
  if (hundredths < -99.99 && hundredths > -100) return '−99.99% 未満';
  return `${hundredths.toFixed(size < 0.1 || (size > 99.9 && size < 100) ? 2 : 1).replace('-', minus)}%`;
}

export function share(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return '1% 未満';
  if (fraction > 0.99 && fraction < 1) return '99% 超';
  return Number.isFinite(fraction) ? `${Math.round(fraction * 100)}%` : notANumber;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return notANumber;
  if (seconds < 0.001) return '1 ミリ秒未満';
  if (seconds < 0.9995) return `${(seconds * 1000).toFixed(0)} ミリ秒`;
  return seconds < 99.95 ? `${seconds.toFixed(1)} 秒` : `${count(seconds)} 秒`;
}

export function inWords(whole: number): string {
  return count(whole);
}

/** Japanese has one form for one and for many. */
export function counted(whole: number, _one: string, many: string): string {
  return `${count(whole)} ${many}`;
}

export function listed(items: readonly string[]): string {
  return items.join('、');
}

export function sentence(text: string): string {
  return text;
}
