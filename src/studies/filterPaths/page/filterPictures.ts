import type { Colour } from '../../../pictures/colours.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import type { FilterAnalysis } from '../filterAnalysis.ts';
import { pathFigure } from './pathFigureView.ts';
import { regionRow } from './regionRowView.ts';
import type { Rank } from './view.ts';

/** Side of one map in the pictures, pixels. */
const side = 56;

/** The page's figures as pictures to stand alone: a row a class. */
export function filterPictures(
  analysis: FilterAnalysis,
): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const figure = pathFigure(analysis);
  const map = (picture: Picture | undefined, rank?: Rank) =>
    framedPicture(picture && enlarged(picture, side), side, rank);
  const paths = figure?.rows.map(({ picture, cells }) => [
    map(picture),
    ...cells.map((cell) => map(cell.map, cell.rank)),
  ]);
  const example = figure?.example?.rows.map(({ cells }) => cells.map((cell) => map(cell.map, cell.rank)));
  const regions = analysis.regions
    .flatMap((found) => regionRow(analysis, found))
    .map(({ example: { picture }, drops, flips, wrongDrops, deciding, sufficient }) =>
      [picture, drops, flips, wrongDrops, deciding?.picture, sufficient?.picture].map((one) => map(one)),
    );
  return [
    { name: 'filters-paths.png', rows: paths },
    { name: 'filters-example.png', rows: example },
    { name: 'filters-regions.png', rows: regions },
  ].flatMap(({ name, rows }) => (rows && rows.length > 0 ? [{ name, bytes: encodePictureFile(inRows(rows)) }] : []));
}

/** Red for the first, blue for the second: the paper's frames. */
const frameColours: Readonly<Record<Rank, Colour>> = { first: [200, 50, 31], second: [42, 99, 196] };

/** Thickness of a frame, pixels. */
const frame = 3;

/** A picture drawn as a square of `side` pixels in colour, its pixels as blocks. */
export function enlarged({ width, height, channels, data }: Picture, side: number): Picture {
  const larger = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const y = Math.floor((Math.floor(at / side) * height) / side);
    const x = Math.floor(((at % side) * width) / side);
    for (let c = 0; c < 3; c++) {
      larger[3 * at + c] = data[(y * width + x) * channels + (channels === 1 ? 0 : c)] ?? 0;
    }
  }
  return { width: side, height: side, channels: 3, data: larger };
}

/** A square picture with room for a frame around it, in its rank's colour; white where there is no picture. */
export function framedPicture(picture: Picture | undefined, side: number, rank: Rank | undefined): Picture {
  const whole = side + 2 * frame;
  const data = new Uint8Array(whole * whole * 3).fill(255);
  for (let at = 0; at < whole * whole; at++) {
    const [y, x] = [Math.floor(at / whole) - frame, (at % whole) - frame];
    const inside = y >= 0 && x >= 0 && y < side && x < side;
    if (inside && picture) data.set(picture.data.subarray(3 * (y * side + x), 3 * (y * side + x + 1)), 3 * at);
    else if (!inside && rank) data.set(frameColours[rank], 3 * at);
  }
  return { width: whole, height: whole, channels: 3, data };
}

/** Rows of pictures of one size as one picture. */
export function inRows(rows: readonly (readonly Picture[])[]): Picture {
  return sheetPicture(rows.flat(), rows[0]?.length ?? 1, 1, 4);
}
