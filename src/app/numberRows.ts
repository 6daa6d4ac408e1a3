import type { NumberRows } from '../datasets/csv.ts';
import type { Classifier } from '../model/classifier.ts';
import { InvalidInputError } from '../model/errors.ts';
import { type NumberDescription, toModelInput } from '../model/numberDescription.ts';
import { float32 } from '../onnx/tensor.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';

/**
 * What the rows of a CSV file are to a model: of a table, each row is explained by itself; of a signal, each row is a moment, with a
 * column a channel. Values are in their own unit: what is subtracted and divided by is the description's.
 * @throws InvalidInputError for columns that are not the model's, naming them, or a signal of another length.
 */
export function fromRows(table: NumberRows, name: string, classifier: Pick<Classifier, 'input'>): NamedImage[] {
  const { numbers, width, channels } = classifier.input;
  if (!numbers) {
    throw new InvalidInputError(
      `${name} holds rows of numbers, but the model takes images. If it takes a table or a signal, say --kind table or --kind signal.`,
    );
  }
  const { features, areNamed: isSaid } = numbers;
  const columns = columnsOf(table, numbers, name, isSaid);
  const names = isSaid ? undefined : table.names;
  const rows = table.rows.map((row) =>
    features.map((feature, i) => toModelInput(row[columns[i] ?? 0] ?? Number.NaN, feature)),
  );
  if (numbers.kind === 'table') {
    return rows.map((row, i) => ({
      name: rows.length === 1 ? name : `${name}[${i}]`,
      image: float32([1, 1, 1, width], row),
      features: names,
    }));
  }
  if (rows.length !== width) {
    throw new InvalidInputError(
      `${name} has ${rows.length} rows, but the model's signal has ${width} moments: give a row for each, and a column for each of its ${channels} channels.`,
    );
  }
  const isLast = classifier.input.layout === 'NHWC';
  const values = isLast ? rows.flat() : features.flatMap((_, channel) => rows.map((row) => row[channel] ?? Number.NaN));
  const dims = isLast ? [1, 1, width, channels] : [1, channels, 1, width];
  return [{ name, image: float32(dims, values), features: names }];
}

/** For each of the model's features, which column it is: by name where the description names them, else in order. */
function columnsOf(
  { names, rows: [first] }: NumberRows,
  { kind, features }: NumberDescription,
  name: string,
  isSaid: boolean,
): readonly number[] {
  const own = features.map((feature) => feature.name);
  if (isSaid && names) {
    const missing = own.filter((one) => !names.includes(one));
    const unknown = names.filter((one) => !own.includes(one));
    if (missing.length === 0 && unknown.length === 0) return own.map((one) => names.indexOf(one));
    const faults = [
      missing.length > 0 && `it has no column ${quoted(missing)}`,
      unknown.length > 0 && `the model has no feature ${quoted(unknown)}`,
    ].filter((fault) => fault !== false);
    throw new InvalidInputError(
      `${name}: the header does not match the "features" of the model's description: ${faults.join('; ')}. The features are ${quoted(own)}.`,
    );
  }
  const count = first?.length ?? 0;
  if (count === own.length) return own.map((_, i) => i);
  const what = kind === 'table' ? 'features' : 'channels';
  throw new InvalidInputError(
    `${name} has ${count} columns${names ? ` (${quoted(names)})` : ''}, but the model takes ${own.length} ${what}. Leave in the file only what the model was trained on, in its order, or name its ${what} as "features" in MODEL.konkyo.json.`,
  );
}

/** At most so many names are listed. */
const mostNamed = 12;

function quoted(names: readonly string[]): string {
  const more = names.length - mostNamed;
  const shown = names.slice(0, mostNamed).map((name) => `"${name}"`);
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
