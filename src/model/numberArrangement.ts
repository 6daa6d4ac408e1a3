import type { ValueInfo } from '../onnx/graph.ts';
import { InputDescriptionError } from './errors.ts';
import { type InputSettings, showDims } from './inputDescription.ts';
import type { NumberKind } from './numberDescription.ts';

type Dim = number | string | undefined;

/** How the elements of a signal or a table are those of an image of one row. */
interface NumberArrangement {
  /** The same elements with four dimensions, the batch first. */
  readonly dims: readonly [Dim, Dim, Dim, Dim];
  /** What the dimensions were taken for: a sentence for the report. */
  readonly note: string;
}

/**
 * The image of one row that a signal or a table is. A signal: [length], [c, length], with the layout NHWC [length, c], or either with
 * a dimension of 1 between. A table: [features], or that and dimensions of 1.
 * @param sample the input's dimensions without the batch.
 * @throws InputDescriptionError for other dimensions.
 */
export function arrangeNumbers(
  kind: NumberKind,
  input: ValueInfo,
  { layout }: InputSettings,
  batch: Dim,
  sample: readonly Dim[],
): NumberArrangement {
  const shown = `The model takes ${input.type}[${showDims(input.dims ?? [])}]`;
  if (kind === 'table') {
    const [features, more] = sample.filter((dim) => dim !== 1);
    if (more === undefined) {
      const dims = [batch, 1, 1, sample.length === 0 ? 1 : (features ?? 1)] as const;
      return { dims, note: `${shown}; it was explained as a table of ${dims[3]} features.` };
    }
    throw new InputDescriptionError(
      `${shown}, but a row of a table is one list of numbers. If it is a signal, say --kind signal; if a picture, --kind image.`,
    );
  }
  const isLast = layout === 'NHWC';
  const along = sample.length === 1 ? (isLast ? [sample[0], 1] : [1, sample[0]]) : sample;
  const [first, second] = along.length === 3 ? along.toSpliced(isLast ? 0 : 1, 1) : along;
  const [channels, length] = isLast ? [second, first] : [first, second];
  const dims = isLast ? ([batch, 1, length, channels] as const) : ([batch, channels, 1, length] as const);
  const parts = channels === 1 ? 'one channel' : `${channels ?? '?'} channels`;
  return { dims, note: `${shown}; it was explained as a signal of ${parts}, ${length ?? '?'} values each.` };
}
