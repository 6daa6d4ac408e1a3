import type { Picture } from '../../../pictures/picture.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import type { FilterAnalysis } from '../filterAnalysis.ts';
import { pathFigure } from './pathFigureView.ts';
import { enlarged, framedPicture, inRows } from './pictureRows.ts';
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
