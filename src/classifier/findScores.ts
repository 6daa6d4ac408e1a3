import { intOf } from '../onnx/attributes.ts';
import type { Facts } from '../onnx/facts.ts';
import type { Graph } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';

/** The value whose elements are explained. */
export interface Scores {
  readonly name: string;
  /** The operator after it that makes probabilities of it; undefined where the output itself is explained. */
  readonly before?: 'Softmax' | 'LogSoftmax' | 'Sigmoid';
  /** The elements are probabilities already: a Softmax or Sigmoid has made them, and they are explained as they are. */
  readonly probabilities?: true;
  /** Elements an image: 1 is a single logit, for two classes. */
  readonly width: number;
}

const passing = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Dropout', 'Cast']);

/**
 * Walks back from an output over operators that only reshape it. If it meets a Softmax or LogSoftmax over all classes, or
 * a Sigmoid on a single logit, the scores before it are explained: probabilities saturate, scores do not.
 */
export function findScores(graph: Graph, output: string, facts: Facts): Scores {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const dimsOf = (name: string) => facts.get(name)?.dims ?? [];
  const width = sizeOf(dimsOf(output).slice(1));
  let name = output;
  for (let node = makers.get(name); node; node = makers.get(name)) {
    const [input = ''] = node.inputs;
    const { op } = node;
    if (op === 'Softmax' || op === 'LogSoftmax') {
      const dims = dimsOf(input);
      const axis = intOf(node, 'axis', -1);
      const classes = dims[axis < 0 ? axis + dims.length : axis];
      if (classes === width && sizeOf(dims) === sizeOf(dimsOf(output))) return { name: input, before: op, width };
      break;
    }
    if (op === 'Sigmoid' && width === 1) return { name: input, before: op, width };
    if (!passing.has(op)) break;
    name = input;
  }
  return { name: output, width };
}

/** The output itself as what is explained. */
export function outputAsScores(graph: Graph, output: string, facts: Facts): Scores {
  const { before, width } = findScores(graph, output, facts);
  const isProbability = before === 'Softmax' || before === 'Sigmoid';
  return { name: output, width, ...(isProbability ? { probabilities: true } : {}) };
}
