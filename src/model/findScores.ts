import type { Facts } from '../onnx/facts.ts';
import type { Graph } from '../onnx/graph.ts';
import { GraphBuilder, scoresStage } from '../onnx/graphBuilder.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { addScores, scoresInGraph, sourcesOf } from './head/addScores.ts';
import { headOf, type SigmoidHead, type SoftmaxHead } from './head/head.ts';
import { readColumns } from './head/readColumns.ts';

/** The value whose elements are explained. */
export interface Scores {
  readonly name: string;
  /** What makes probabilities of it at the model's end; undefined where the output itself is explained. */
  readonly before?: 'Softmax' | 'LogSoftmax' | 'Sigmoid' | 'HardSigmoid' | 'Tanh';
  /** The elements are probabilities already: a Softmax or Sigmoid has made them, and they are explained as they are. */
  readonly probabilities?: true;
  /**
   * Of elements that nothing in the model makes probabilities of: someone said that they are logits (a softmax makes
   * probabilities of them, of a single one a sigmoid), it is assumed, or someone said that they are none.
   */
  readonly logits?: 'said' | 'assumed' | 'denied';
  /** Each class has a probability of its own, which does not depend on the other classes' scores. */
  readonly labels?: true;
  /** The slope of a HardSigmoid, clip(slope z + 1/2, 0, 1). */
  readonly slope?: number;
  /** How many models' probabilities the output is the mean of, where it is. */
  readonly members?: number;
  /** Elements an image: 1 is a single logit, for two classes, or a value. */
  readonly width: number;
  /** Where a single score changes from one class to the other, where that is neither a logit of 0 nor a probability of a half. */
  readonly cut?: number;
  /** The single score is a number that decides between no classes: another one is the same within this distance, in its own units. */
  readonly tolerance?: number;
}

/** The scores of a model, and the graph that has them. */
export interface FoundScores {
  readonly scores: Scores;
  /** The graph given, where it has the scores; else with nodes added that compute them from values it has. */
  readonly graph: Graph;
  /** The values of the graph given that the scores are, or are computed from. */
  readonly from: readonly string[];
  /** The output is this number, whatever the image. */
  readonly constant?: number;
}

/**
 * Reads a model's last steps from an output back. Probabilities saturate, scores do not: where softmaxes or sigmoids make
 * the output, in whatever spelling, the scores before them are explained; else the output itself.
 */
export function findScores(graph: Graph, output: string, facts: Facts): FoundScores {
  const { head, width, log } = readHead(graph, output, facts);
  if (!head || head.kind === 'constant') {
    return {
      scores: { name: output, width, ...(head && width === 1 ? { probabilities: true } : {}) },
      graph,
      from: [output],
      ...(head ? { constant: head.value } : {}),
    };
  }
  const present = scoresInGraph(head);
  const builder = new GraphBuilder(graph, scoresStage);
  const name = present ?? addScores(builder, head);
  return {
    scores: { name, ...descriptionOf(head, log) },
    graph: present === undefined ? builder.build() : graph,
    from: sourcesOf(head),
  };
}

/** The output itself as what is explained. */
export function outputAsScores(graph: Graph, output: string, facts: Facts): FoundScores {
  const { head, width } = readHead(graph, output, facts);
  const plain = head !== undefined && head.kind !== 'constant' && head.plain;
  return {
    scores: {
      name: output,
      width,
      ...(plain || (head?.kind === 'constant' && width === 1) ? { probabilities: true } : {}),
      ...(plain && head.kind === 'labels' ? { labels: true } : {}),
    },
    graph,
    from: [output],
    ...(head?.kind === 'constant' ? { constant: head.value } : {}),
  };
}

function readHead(graph: Graph, output: string, facts: Facts) {
  const dims = facts.get(output)?.dims ?? [];
  const width = sizeOf(dims.slice(1));
  const columns = readColumns(graph, facts, output, dims[0] ?? 1);
  const head = columns?.columns.length === width ? headOf(columns) : undefined;
  return { head, width, log: columns?.log !== undefined };
}

function descriptionOf(head: SoftmaxHead | SigmoidHead, log: boolean): Omit<Scores, 'name'> {
  if (head.kind === 'softmax') {
    return { before: log ? 'LogSoftmax' : 'Softmax', width: head.width, ...membersOf(head.members) };
  }
  const [members = []] = head.classes;
  const [first] = members;
  const straight = first?.of.kind === 'HardSigmoid';
  return {
    before: head.centred ? 'Tanh' : straight ? 'HardSigmoid' : 'Sigmoid',
    width: head.classes.length,
    ...(head.kind === 'labels' ? { labels: true } : {}),
    ...(straight && first.of.slope !== undefined ? { slope: first.of.slope } : {}),
    ...membersOf(members),
  };
}

function membersOf({ length }: readonly unknown[]): Pick<Scores, 'members'> {
  return length > 1 ? { members: length } : {};
}
