import type { Graph, ValueInfo } from '../onnx/graph.ts';
import { InputDescriptionError } from './errors.ts';
import { type InputSettings, showDims } from './inputDescription.ts';
import { channelsOfFirstConvolution, isChannelCount } from './inputKind.ts';
import type { NumberKind } from './numberDescription.ts';

type Dim = number | string | undefined;

/** How the elements of a signal or a table are those of an image of one row. */
interface NumberArrangement {
  /** The same elements with four dimensions, the batch first. */
  readonly dims: readonly [Dim, Dim, Dim, Dim];
  /** Where a signal's channels lie in them. */
  readonly layout: 'NCHW' | 'NHWC';
  /** What the dimensions were taken for: a sentence for the report. */
  readonly note: string;
}

/**
 * The image of one row that a signal or a table is. A signal: [length], [c, length], with the layout NHWC [length, c], or either with
 * a dimension of 1 between. A table: [features], or that and dimensions of 1. Without a layout a signal has its channels last where the
 * first convolution reads as many as the last dimension has, or where only the last is 1 or 3.
 * @param sample the input's dimensions without the batch.
 * @throws InputDescriptionError for other dimensions.
 */
export function arrangeNumbers(
  graph: Graph,
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
      return { dims, layout: 'NCHW', note: `${shown}; it was explained as a table of ${dims[3]} features.` };
    }
    throw new InputDescriptionError(
      `${shown}, but a row of a table is one list of numbers. If it is a signal, say --kind signal; if a picture, --kind image.`,
    );
  }
  const isLast = layout === undefined ? hasChannelsLast(graph, input, sample) : layout === 'NHWC';
  const along = sample.length === 1 ? (isLast ? [sample[0], 1] : [1, sample[0]]) : sample;
  const [first, second] = along.length === 3 ? along.toSpliced(isLast ? 0 : 1, 1) : along;
  const [channels, length] = isLast ? [second, first] : [first, second];
  const dims = isLast ? ([batch, 1, length, channels] as const) : ([batch, channels, 1, length] as const);
  const parts = channels === 1 ? 'one channel' : `${channels ?? '?'} channels`;
  return {
    dims,
    layout: isLast ? 'NHWC' : 'NCHW',
    note: `${shown}; it was explained as a signal of ${parts}, ${length ?? '?'} values each.`,
  };
}

function hasChannelsLast(graph: Graph, { name }: ValueInfo, sample: readonly Dim[]): boolean {
  const [first, last] = [sample[0], sample.at(-1)];
  if (sample.length < 2 || first === last) return false;
  const read = channelsOfFirstConvolution(graph, name);
  if (read !== undefined && (read === first || read === last)) return read === last;
  return isChannelCount(last) && !isChannelCount(first) && typeof first === 'number';
}
