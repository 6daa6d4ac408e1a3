import type { Words } from '../../language/words.ts';
import { dataUrl } from '../../pictures/png.ts';
import type { SignalChannel } from '../explanation/numbersView.ts';
import { type Html, html } from '../page/html.ts';
import { signedPicture } from './mapPicture.ts';

/** Evidence behind the lines: a row for each channel, or one for all. */
export interface Bands {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  /** The value at full colour. */
  readonly scale: number;
}

/** A line for each channel, each over its own range, with the evidence at each moment behind it. */
export function signalElement(
  channels: readonly SignalChannel[],
  alternative: string,
  { maps }: Words,
  bands?: Bands,
): Html {
  const [
    {
      values: { length },
    } = { values: new Float32Array() },
  ] = channels;
  return html`<div class="signal" role="img" aria-label="${alternative}">${channels.map(
    (channel, i) => html`
  <p><span>${channel.name}</span><span>${rangeWords(channel.values, maps)}</span></p>
  <div class="trace">${bands && band(bands, i)}<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><polyline points="${points(channel.values)}"/></svg></div>`,
  )}
  <p class="along"><span>1</span><span>${length}</span></p>
</div>`;
}

function band({ values, width, height, scale }: Bands, channel: number): Html {
  const row = Math.min(channel, height - 1);
  const strip = signedPicture(values.subarray(row * width, (row + 1) * width), 1, width, scale);
  return html`<img src="${dataUrl(strip)}" alt="">`;
}

const width = 1000;
const height = 100;
/** Kept free above and below the line. */
const margin = 8;
/** Of a longer signal, the least and the greatest value of each stretch are drawn. */
const mostPoints = 1000;

function points(values: Float32Array): string {
  const { low, high } = rangeOf(values);
  const last = Math.max(1, values.length - 1);
  const place = (i: number) => {
    const level = high > low ? ((values[i] ?? low) - low) / (high - low) : 0.5;
    return `${round((width * i) / last)},${round(margin + (1 - level) * (height - 2 * margin))}`;
  };
  return drawnIndices(values).map(place).join(' ');
}

function drawnIndices(values: Float32Array): readonly number[] {
  if (values.length <= mostPoints) return Array.from(values.keys());
  const stretches = mostPoints / 2;
  return Array.from({ length: stretches }, (_, k) => {
    const from = Math.floor((k * values.length) / stretches);
    const part = values.subarray(from, Math.floor(((k + 1) * values.length) / stretches));
    const { low, high } = rangeOf(part);
    return [from + part.indexOf(low), from + part.indexOf(high)].sort((a, b) => a - b);
  }).flat();
}

function rangeWords(values: Float32Array, { always, range }: Words['maps']): string {
  const { low, high } = rangeOf(values);
  return low === high ? always(low) : range(low, high);
}

function rangeOf(values: Float32Array): { readonly low: number; readonly high: number } {
  return values.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), {
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  });
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
