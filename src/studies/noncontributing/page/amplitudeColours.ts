import { mean } from '../../../faithfulness/mean.ts';
import type { Words } from '../../../language/words.ts';
import { type Colour, fromOklch, noValueColour } from '../../../pictures/colours.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { dataUrl } from '../../../pictures/png.ts';
import { outlined, pictureElement } from '../../../report/drawing/picture.ts';
import { type Html, html } from '../../../report/page/html.ts';

/*
 * Dark blue at 0, no noise; pale yellow at 1, noise of the whole range, independent from pixel to pixel. Straight through OKLab, so that equal
 * steps look equal, and apart in lightness alone, so that it reads in every kind of colour vision and in print.
 */
const still = { lightness: 0.27, chroma: 0.075, hue: 275 };
const noisy = { lightness: 0.94, chroma: 0.095, hue: 98 };

const steps = 255;
const scale: readonly Colour[] = Array.from({ length: steps + 1 }, (_, entry) => between(entry / steps));

/** The colour of an amplitude from 0 to 1. */
export function amplitudeColour(amplitude: number): Colour {
  if (!Number.isFinite(amplitude)) return noValueColour;
  return scale[Math.round(Math.min(1, Math.max(0, amplitude)) * steps)] ?? noValueColour;
}

/** Amplitudes as a picture, a pixel each. @param top the amplitude that is drawn palest. */
export function amplitudePicture({ width, height, values }: AmplitudeMap, top = 1): Picture {
  return {
    width,
    height,
    channels: 3,
    data: Uint8Array.from([...values].flatMap((value) => [...amplitudeColour(value / top)])),
  };
}

/** One number for each pixel, row by row. */
export interface AmplitudeMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * The amplitude to draw palest so that maps shown together can be told apart: 1, unless hardly any pixel comes near it; then
 * the 99.5th percentile, as in maps of evidence.
 */
export function topAmplitude(maps: readonly AmplitudeMap[]): number {
  const percentile = Math.max(...maps.map(({ values }) => values.toSorted()[Math.floor(0.995 * values.length)] ?? 0));
  return percentile > 0.5 || percentile === 0 ? 1 : percentile;
}

/** The scale itself as a strip one pixel high. */
export function amplitudeScale(): Picture {
  return { width: steps + 1, height: 1, channels: 3, data: Uint8Array.from(scale.flat()) };
}

function between(share: number): Colour {
  const mix = (from: number, to: number) => from + (to - from) * share;
  const [from, to] = [opponents(still), opponents(noisy)];
  const [a, b] = [mix(from.a, to.a), mix(from.b, to.b)];
  const hue = (Math.atan2(b, a) * 180) / Math.PI;
  return fromOklch(mix(still.lightness, noisy.lightness), Math.hypot(a, b), hue);
}

/** Green to red and blue to yellow. */
function opponents({ chroma, hue }: { readonly chroma: number; readonly hue: number }) {
  const angle = (hue * Math.PI) / 180;
  return { a: chroma * Math.cos(angle), b: chroma * Math.sin(angle) };
}

/** A map of amplitudes; the edge of bright strokes is drawn over it where the image has any. */
export function amplitudeElement(map: AmplitudeMap, picture: Picture, name: string, top: number, words: Words): Html {
  const drawn = pictureElement(amplitudePicture(map, top), words.studies.freedom.alternative(name, mean(map.values)));
  return outlined(drawn, picture);
}

const strip = dataUrl(amplitudeScale());

/** What the colours mean. */
export function amplitudeLegend(top: number, { studies: { freedom } }: Words): Html {
  const { colours, least, all, most } = freedom.legend;
  return html`<div class="legend"><img src="${strip}" alt="${colours}" width="256" height="10"><span>${least}</span><span>${top === 1 ? all : most(top)}</span></div>`;
}
