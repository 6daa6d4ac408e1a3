import type { Graph, ValueInfo } from '../onnx/graph.ts';
import { viewOf } from '../onnx/graphView.ts';
import type { InputSettings } from './inputDescription.ts';

/** What the numbers of an input are: an image's pixels, a signal's values along time, or a row of a table. */
export type InputKind = 'image' | 'signal' | 'table';

/** A kind, and where nobody has said it, why it was taken for that: the end of a sentence. */
interface FoundKind {
  readonly kind: InputKind;
  readonly because?: string;
}

type Dims = NonNullable<ValueInfo['dims']>;

/** The smallest square that is guessed from a number of features: sklearn's digits. Fewer are rarely pixels. */
export const smallestSquare = 8;

const isChannels = (dim: Dims[number]) => dim === 1 || dim === 3;

/**
 * The kind of an input of one to three dimensions: as it was said; else a signal where the model begins with a convolution along one
 * dimension, a table or signal where the numbers are those of a CSV file or make no image, and an image otherwise, or where pictures are explained.
 * @param sample the input's dimensions without the batch.
 * @param isNumbers true where a CSV file is explained, false where pictures are.
 */
export function findKind(
  graph: Graph,
  input: ValueInfo,
  sample: Dims,
  { kind, size }: InputSettings,
  isNumbers: boolean | undefined,
): FoundKind {
  if (kind !== undefined) return { kind };
  if (isNumbers === false) return { kind: 'image' };
  if (sample.length === 2 && beginsAlongOneAxis(graph, input.name)) {
    return { kind: 'signal', because: 'its first step is a convolution along one dimension' };
  }
  if (isNumbers) {
    const because = 'a file of numbers is explained';
    return sample.length === 1 ? { kind: 'table', because } : { kind: 'signal', because };
  }
  if (size !== undefined) return { kind: 'image' };
  const because = 'so many numbers make no square image';
  if (sample.length === 1 && isNoSquare(sample[0], [1, 3])) return { kind: 'table', because };
  const length = sample.length === 2 ? lengthBesideChannels(sample) : undefined;
  return length !== undefined && isNoSquare(length, [1]) ? { kind: 'signal', because } : { kind: 'image' };
}

function lengthBesideChannels([first, second]: Dims): Dims[number] {
  if (isChannels(first)) return second;
  return isChannels(second) ? first : undefined;
}

function isNoSquare(count: Dims[number], channels: readonly number[]): boolean {
  if (typeof count !== 'number') return false;
  return channels.every((each) => {
    const side = Math.sqrt(count / each);
    return !Number.isInteger(side) || side < smallestSquare;
  });
}

/** Whether what reads the input first is a convolution along one dimension: its weights are [out, in, length]. */
function beginsAlongOneAxis(graph: Graph, name: string): boolean {
  const readers = viewOf(graph).readers(name);
  return readers.some(({ op, inputs, outputs: [output] }) =>
    ['Transpose', 'Cast', 'Identity'].includes(op)
      ? output !== undefined && beginsAlongOneAxis(graph, output)
      : op === 'Conv' && graph.initializers.get(inputs[1] ?? '')?.dims.length === 3,
  );
}
