import { count, counted, listed, quantity } from '../../../language/english/numbers.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import { contactSheet, type SheetPicture, sheetPicture } from '../../../report/drawing/contactSheet.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { type Content, type Html, html } from '../../../report/page/html.ts';
import { type PageSection, renderPage } from '../../../report/page/page.ts';
import type { MaximizationView, SeenPicture, UnitView } from './maximizationView.ts';

/** A layer's units on one page: what each wants to see, and how much it responds. */
export function renderMaximization(view: MaximizationView): string {
  const { model, layer, units, provenance } = view;
  return renderPage({
    title: `${model}, layer ${layer}`,
    headline: `What ${units.length === 1 ? 'a unit' : counted(units.length, 'unit', 'units')} of ${layer} ${units.length === 1 ? 'wants' : 'want'} to see`,
    lede: lede(view),
    sections: [ascentSection(view), ...bestSection(view), gradientSection(view), figuresSection(view)],
    provenance,
  });
}

/** The contact sheets as PNG files. */
export function maximizationPictures({
  units,
}: MaximizationView): { readonly name: string; readonly png: Uint8Array }[] {
  const zoom = Math.max(1, Math.min(4, Math.floor(112 / (units[0]?.ascent.picture.width ?? 28))));
  const sheet = (pictures: readonly SeenPicture[]) =>
    encodePictureFile(
      sheetPicture(
        pictures.map(({ picture }) => picture),
        10,
        zoom,
      ),
    );
  const best = units.flatMap((unit) => unit.best ?? []);
  return [
    { name: 'ascent.png', png: sheet(units.map(({ ascent }) => ascent)) },
    { name: 'gradients.png', png: sheet(units.map(({ gradient }) => gradient)) },
    ...(best.length > 0 ? [{ name: 'best.png', png: sheet(best) }] : []),
  ];
}

function lede({ units, images, before, over }: MaximizationView): string {
  const beaten = units.filter(({ ascent, best }) => best && ascent.value > best.value).length;
  const compared = images
    ? ` ${beaten === units.length ? 'Every' : `${sentenceCount(beaten)} of ${counted(units.length, 'unit', 'units')}:`} picture raises its unit above the largest value any of ${count(images.count)} images of ${images.name} reaches.`
    : '';
  const value = before
    ? ` Values are taken before the layer's ${before.toLowerCase()}, where differences between strong responses can still be seen.`
    : '';
  return `Each picture was made from noise so that one unit responds to it as strongly as possible: it shows what that unit has learned to look for, free of any one image.${compared}${value}${over ? ` ${over}` : ''}`;
}

function sentenceCount(whole: number): string {
  const words = counted(whole, '', '').trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function ascentSection(view: MaximizationView): PageSection {
  const { steps, starts, images } = view;
  return {
    id: 'ascent',
    question: 'What does each unit want to see?',
    answer: html`
<p class="measure">By gradient ascent: ${count(steps)} steps from each of ${counted(starts, 'noisy start', 'noisy starts')}, the best kept. Pixels are drawn back to a blank image and
towards their neighbours, so that what stands out is what the unit needs: bright here, dark there.${images ? ` In brackets: the largest value of any image of ${images.name}.` : ''}</p>
${unitSheet(
  view.units.map((unit) => ({
    picture: unit.ascent.picture,
    alternative: `The image found for unit ${unit.unit}`,
    caption: html`Unit ${unit.unit}: ${quantity(unit.ascent.value)}${unit.best ? ` (${quantity(unit.best.value)})` : ''}`,
  })),
)}`,
  };
}

/** Ten pictures fit into a row. */
function unitSheet(pictures: readonly SheetPicture[]): Html {
  return html`<div class="units">${contactSheet(pictures)}</div>`;
}

function bestSection({ units, images }: MaximizationView): readonly PageSection[] {
  const found = units.flatMap(({ unit, best }) => (best ? [{ unit, best }] : []));
  if (!images || found.length === 0) return [];
  return [
    {
      id: 'best',
      question: `Which images of ${images.name} does it respond to most?`,
      answer: html`
<p class="measure">Of ${count(images.count)} images, the one with the largest value. What it shares with the picture above is what the unit found in it.</p>
${unitSheet(
  found.map(({ unit, best }) => ({
    picture: best.picture,
    alternative: `Image ${best.index}`,
    caption: html`Unit ${unit}: ${quantity(best.value)}<br>image ${count(best.index)}`,
  })),
)}`,
    },
  ];
}

function gradientSection({ units, samples, noise, images }: MaximizationView): PageSection {
  const where = images ? `the image of ${images.name} that it responds to most` : 'the picture above';
  return {
    id: 'gradients',
    question: 'Which change of the image would raise it?',
    answer: html`
<p class="measure">The mean gradient over ${count(samples)} noisy versions (standard deviation ${noise} of the pixel range) of ${where}:
red where a brighter pixel raises the unit's value, blue where it lowers it. For a unit of the first layer this is its filter. For a deeper one it is right only near that image,
and often cannot be read. The value is that of its red part taken as an image.</p>
${unitSheet(
  units.map(({ unit, gradient }) => ({
    picture: gradient.picture,
    alternative: `The mean gradient of unit ${unit}`,
    caption: html`Unit ${unit}: ${quantity(gradient.value)}`,
  })),
)}`,
  };
}

function figuresSection({ units, images, before }: MaximizationView): PageSection {
  const kinds: readonly { readonly label: string; readonly of: (unit: UnitView) => SeenPicture | undefined }[] = [
    { label: 'gradient ascent', of: ({ ascent }) => ascent },
    ...(images ? [{ label: `best of ${images.name}`, of: ({ best }: UnitView) => best }] : []),
    { label: 'mean gradient', of: ({ gradient }) => gradient },
  ];
  const cells = (unit: UnitView): Content[] =>
    kinds.flatMap(({ of }) => {
      const seen = of(unit);
      if (!seen) return before ? ['', ''] : [''];
      return before ? [quantity(seen.value), quantity(seen.output)] : [quantity(seen.value)];
    });
  const columns = kinds.flatMap(({ label }) =>
    before
      ? [
          { label, number: true },
          { label: `after the ${before.toLowerCase()}`, number: true },
        ]
      : [{ label, number: true }],
  );
  return {
    id: 'figures',
    question: 'How strongly does each unit respond?',
    answer: html`${note(units, images !== undefined)}${dataTable(
      `What each unit makes of the ${listed(['picture found for it', ...(images ? ['best image'] : []), 'mean gradient as an image'])}`,
      [{ label: 'unit' }, ...columns],
      units.map((unit) => [String(unit.unit), ...cells(unit)]),
    )}`,
  };
}

function note(units: readonly UnitView[], compared: boolean): Html {
  const over = units.filter(({ ascent, gradient }) => ascent.value > gradient.value).length;
  const all = units.length;
  const text = `The picture by gradient ascent reaches more than the mean gradient's for ${over} of ${all} ${all === 1 ? 'unit' : 'units'}${compared ? `, and more than any image for ${units.filter(({ ascent, best }) => best && ascent.value > best.value).length}` : ''}.`;
  return html`<p class="measure">${text}</p>`;
}
