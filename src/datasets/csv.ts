import { dsvFormat } from 'd3-dsv';
import { FileFormatError } from './errors.ts';

/** Rows of numbers, as many in each. */
export interface NumberRows {
  /** The names of the columns, where the file has a header. */
  readonly names?: readonly string[];
  readonly rows: readonly Float64Array[];
}

/**
 * Reads a CSV or TSV file of numbers. The first row is a header unless all its cells are numbers; cells are separated by commas, or
 * where the first line has none, by semicolons or tabs.
 * @param where names the text in errors.
 * @throws FileFormatError for a file without rows, rows of different lengths, two columns of one name, or a cell that is no finite
 *   number, naming the cell.
 */
export function readNumberRows(text: string, where: string): NumberRows {
  const cells = dsvFormat(separatorOf(text))
    .parseRows(text)
    .filter((row) => row.some((cell) => cell.trim() !== ''));
  const [first] = cells;
  if (!first)
    throw new FileFormatError({ where, what: 'the file is empty', nextStep: 'Save a header and rows of numbers' });
  const hasHeader = first.some((cell) => Number.isNaN(numberIn(cell)));
  const names = hasHeader ? first.map((cell) => cell.trim()) : undefined;
  const twice = names?.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new FileFormatError({
      where,
      what: `two columns are called "${twice}"`,
      nextStep: 'Give each a name of its own',
    });
  }
  const body = hasHeader ? cells.slice(1) : cells;
  if (body.length === 0) {
    throw new FileFormatError({
      where,
      what: 'there is a header, but no rows below it',
      nextStep: 'Save rows of numbers',
    });
  }
  const rows = body.map((row, i) => {
    const number = i + (hasHeader ? 2 : 1);
    if (row.length !== first.length) {
      const what = `row ${number} has ${row.length} cells, and the first has ${first.length}`;
      throw new FileFormatError({ where, what, nextStep: 'Give every row as many' });
    }
    return Float64Array.from(row, (cell, column) => {
      const value = numberIn(cell);
      if (Number.isFinite(value)) return value;
      const named = names?.[column] === undefined ? `column ${column + 1}` : `column "${names[column]}"`;
      const what = `row ${number}, ${named} is ${cell.trim() === '' ? 'empty' : `"${cell.trim()}"`}`;
      throw new FileFormatError({ where, what, nextStep: 'An explanation needs finite numbers in every cell' });
    });
  });
  return { names, rows };
}

function separatorOf(text: string): string {
  const [line = ''] = text.split(/[\r\n]/, 1);
  return [',', ';', '\t'].find((separator) => line.includes(separator)) ?? ',';
}

/** NaN for what is no number: an empty cell too. */
function numberIn(cell: string): number {
  return cell.trim() === '' ? Number.NaN : Number(cell);
}
