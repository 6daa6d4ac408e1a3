import { intOf } from '../onnx/attributes.ts';
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

/** As many as a grey or coloured image has channels, and signals mostly have. */
export function isChannelCount(dim: Dims[number] | undefined): boolean {
  return dim === 1 || dim === 3;
}

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
  if (sample.length === 2 && channelsOfFirstConvolution(graph, input.name) !== undefined) {
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
  if (isChannelCount(first)) return second;
  return isChannelCount(second) ? first : undefined;
}

function isNoSquare(count: Dims[number], channels: readonly number[]): boolean {
  if (typeof count !== 'number') return false;
  return channels.every((each) => {
    const side = Math.sqrt(count / each);
    return !Number.isInteger(side) || side < smallestSquare;
  });
}

/**
 * How many channels the convolution along one dimension takes that reads a value first, where there is one: its weights are
 * [out, in / group, length].
 */
export function channelsOfFirstConvolution(graph: Graph, name: string): number | undefined {
  for (const node of viewOf(graph).readers(name)) {
    const [output] = node.outputs;
    if (node.op === 'Conv') {
      const weights = graph.initializers.get(node.inputs[1] ?? '')?.dims ?? [];
      if (weights.length === 3) return (weights[1] ?? 0) * intOf(node, 'group', 1);
    } else if (output !== undefined && ['Transpose', 'Cast', 'Identity'].includes(node.op)) {
      const found = channelsOfFirstConvolution(graph, output);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
