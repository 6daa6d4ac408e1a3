import { mean } from '../../../faithfulness/mean.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { dataUrl } from '../../../pictures/png.ts';
import { outlined, pictureElement } from '../../../report/drawing/picture.ts';
import { type Html, html } from '../../../report/page/html.ts';
import { percent, quantity } from '../../../report/page/number.ts';
import { type AmplitudeMap, amplitudePicture, amplitudeScale } from './amplitudeColours.ts';

/** A map of amplitudes; the edge of bright strokes is drawn over it where the image has any. */
export function amplitudeElement(map: AmplitudeMap, picture: Picture, name: string, top: number): Html {
  const drawn = pictureElement(
    amplitudePicture(map, top),
    `${name}: ${percent(mean(map.values))} of the pixel range in the mean`,
  );
  return outlined(drawn, picture);
}

const strip = html`<img src="${dataUrl(amplitudeScale())}" alt="Colour scale from dark blue to pale yellow" width="256" height="10">`;

/** What the colours mean. */
export function amplitudeLegend(top: number): Html {
  const end = top === 1 ? '1: could be anything' : `${quantity(top)}: the freest`;
  return html`<div class="legend">${strip}<span>0: must stay</span><span>${end}</span></div>`;
}
