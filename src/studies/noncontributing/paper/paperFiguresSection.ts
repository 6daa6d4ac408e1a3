import type { Classifier } from '../../../model/classifier.ts';
import { toPixels } from '../../../model/pixels.ts';
import { rows, type Tensor } from '../../../onnx/tensor.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { contactSheet, sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { PageSection } from '../../../report/page/page.ts';
import { amplitudePicture } from '../page/amplitudeColours.ts';
import { amplitudeMap } from '../page/besideView.ts';
import type { MaskedLayer, PaperFigures } from './paperFigures.ts';

/** Figures 3 and 5 of the paper, of one image. */
export function paperFiguresSection(
  classifier: Classifier,
  { image, amplitude, figures }: { image: Tensor<'float32'>; amplitude: Tensor<'float32'>; figures: PaperFigures },
): PageSection {
  const draws = Array.from({ length: figures.draws.dims[0] ?? 0 }, (_, i) => rows(figures.draws, i, i + 1));
  const pixels = (values: Tensor<'float32'>) => toPixels(values.data, classifier.input);
  return {
    id: 'paper-figures',
    question: 'What goes into the network, and what do the masks hold back?',
    answer: html`
<p class="measure">As figure 3 of the paper: noise of the amplitudes found is added to the image. Each of the three has other noise. Pixels are cut off at black and white here.</p>
${contactSheet([
  { picture: pixels(image), alternative: 'The image', caption: 'x, the image' },
  {
    picture: amplitudePicture(amplitudeMap(classifier, amplitude)),
    alternative: 'Amplitudes found with masks',
    caption: 'w, with masks: pale yellow 1, dark blue 0',
  },
  ...draws.map((draw, i) => ({
    picture: pixels(draw),
    alternative: `The image with noise, draw ${i + 1}`,
    caption: `x + U w, draw ${i + 1}`,
  })),
])}
<p class="measure">As figure 5 of the paper: what a layer passes on is multiplied with a mask, 0 where the image itself shows no feature there. For each masked layer three rows: the image, the first noisy image as the network itself sees it, and the same with what is held at 0 in blue. The noise in the blue positions never reaches the scores; the network itself has no such masks.</p>
${figures.layers.map((layer) => layerFigure(layer))}`,
  };
}

function layerFigure({ layer, threshold, clean, noisy }: MaskedLayer): Html {
  const [, maps = 1, height = 1, width = 1] = clean.dims;
  const top = Math.max(...clean.data, ...noisy.data);
  const size = height * width;
  const row = ({ data }: Tensor<'float32'>, isHeld: (at: number) => boolean) =>
    Array.from({ length: maps }, (_, map) =>
      mapPicture({ width, height }, (at) => ({
        share: (data[map * size + at] ?? 0) / top,
        held: isHeld(map * size + at),
      })),
    );
  const never = () => false;
  const held = (at: number) => (clean.data[at] ?? 0) <= threshold;
  const pictures = [...row(clean, never), ...row(noisy, never), ...row(noisy, held)];
  const name = `${maps} maps of ${layer}: of the image, with noise, and with the mask’s positions in blue`;
  return html`<figure class="seen wide">${pictureElement(sheetPicture(pictures, maps, Math.max(2, Math.round(96 / width)), 3), name)}<figcaption>${layer}, threshold ${threshold}</figcaption></figure>`;
}

const heldColour = [96, 125, 190] as const;

function mapPicture(
  { width, height }: Pick<Picture, 'width' | 'height'>,
  at: (position: number) => { readonly share: number; readonly held: boolean },
): Picture {
  const pixels = Array.from({ length: width * height }, (_, position) => {
    const { share, held } = at(position);
    const grey = Math.round(255 * Math.min(1, Math.max(0, share)));
    return held ? heldColour : [grey, grey, grey];
  });
  return { width, height, channels: 3, data: Uint8Array.from(pixels.flat()) };
}
