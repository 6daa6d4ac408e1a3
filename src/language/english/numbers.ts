const minus = '\u2212';
const notANumber = 'not a number';

/** `0.9984` as `99.8%`. Never rounds a doubt away: only exact 0 and 1 read 0% and 100%. */
export function percent(fraction: number): string {
  if (!Number.isFinite(fraction)) return notANumber;
  if (fraction === 0 || fraction === 1) return `${fraction * 100}%`;
  const hundredths = fraction * 100;
  const size = Math.abs(hundredths);
  if (size < 0.01) return fraction > 0 ? 'under 0.01%' : 'between −0.01% and 0%';
  if (hundredths > 99.99 && hundredths < 100) return 'over 99.99%';
  if (hundredths < -99.99 && hundredths > -100) return 'under −99.99%';
  const digits = size < 0.1 || (size > 99.9 && size < 100) ? 2 : 1;
  return `${withMinus(hundredths.toFixed(digits))}%`;
}

/** A part of a whole, in whole percent: `78%`. What is neither nothing nor all never reads 0% or 100%. */
export function share(fraction: number): string {
  if (fraction > 0 && fraction < 0.01) return 'under 1%';
  if (fraction > 0.99 && fraction < 1) return 'over 99%';
  return Number.isFinite(fraction) ? `${Math.round(fraction * 100)}%` : notANumber;
}

/** A measured value to three significant digits: `0.42`, `1,230`, `4.1 × 10⁻⁵`. */
export function quantity(value: number): string {
  if (Number.isNaN(value)) return notANumber;
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : `${minus}infinite`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa = '', exponent = ''] = value.toExponential(1).split('e');
    return `${withMinus(mantissa)} × 10${superscript(exponent.replace('+', ''))}`;
  }
  const rounded = Number(value.toPrecision(3));
  return withMinus(Math.abs(rounded) >= 1000 ? count(rounded) : String(rounded));
}

/** {@link quantity} with its sign always shown, for the ends of a scale. */
export function signed(value: number): string {
  return value > 0 ? `+${quantity(value)}` : quantity(value);
}

/** A score in a column of scores: two decimals, so that they line up; very small or large ones as {@link quantity}. */
export function score(value: number): string {
  const size = Math.abs(value);
  return size >= 0.01 && size < 1e4 ? withMinus(value.toFixed(2)) : quantity(value);
}

/** A whole number with thousands separated: `1,235,496`. */
export function count(whole: number): string {
  return withMinus(Number(whole.toFixed(0)).toLocaleString('en-US'));
}

/** `0.0123` as `12 ms`, `1.234` as `1.2 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return notANumber;
  if (seconds < 0.001) return 'under 1 ms';
  if (seconds < 0.9995) return `${(seconds * 1000).toFixed(0)} ms`;
  return seconds < 99.95 ? `${seconds.toFixed(1)} s` : `${count(seconds)} s`;
}

const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** Small numbers in words, as in running text: `three`, `1,024`. */
export function inWords(whole: number): string {
  return words[whole] ?? count(whole);
}

/** `one image`, `three images`. */
export function counted(whole: number, one: string, many: string): string {
  return `${inWords(whole)} ${whole === 1 ? one : many}`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** The first letter of a sentence. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function withMinus(text: string): string {
  return text.replace('-', minus);
}

const raised: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

function superscript(digits: string): string {
  return [...digits].map((digit) => raised[digit] ?? digit).join('');
}
