import { isFloat } from '../onnx/elementType.ts';
import type { Graph, ValueInfo } from '../onnx/graph.ts';
import { viewOf } from '../onnx/graphView.ts';
import { UnsuitableModelError } from './errors.ts';

/** What exporters call the ids of words. */
const tokenNames = /^(input_ids|token_ids|tokens|input_tokens|input_word_ids|decoder_input_ids)$/i;

/**
 * Refuses a model of text: its input holds numbers of words, and there is no more or less of a word that a slope could be of.
 * @param explained the input that was named, if one was; else all that the model has are looked at.
 * @throws UnsuitableModelError
 */
export function refuseText(graph: Graph, explained: string | undefined): void {
  const inputs = graph.inputs.filter(({ name }) => explained === undefined || name === explained);
  if (inputs.some(({ type }) => isFloat(type))) return;
  const ids = inputs.find((input) => !isFloat(input.type) && isTokens(graph, input));
  if (!ids) return;
  throw new UnsuitableModelError(
    `The input "${ids.name}" holds ids, as of words: text is not explained, for there is no more or less of an id that evidence could be told of. konkyo explains images, signals and tables. A model of text and an image is explained as one of its image, with the text held fixed.`,
  );
}

/** By its name, or because it only chooses rows of a table of weights. */
function isTokens(graph: Graph, { name, type }: ValueInfo): boolean {
  if (type !== 'int64' && type !== 'int32') return false;
  const readers = viewOf(graph).readers(name);
  const chooses = readers.some(
    ({ op, inputs: [table, rows] }) =>
      op === 'Gather' && rows === name && graph.initializers.get(table ?? '')?.dims.length === 2,
  );
  return tokenNames.test(name) || chooses;
}
