import type { Facts } from '../onnx/facts.ts';
import { describeNode, type Graph, type Node } from '../onnx/graph.ts';
import { viewOf } from '../onnx/graphView.ts';
import { is } from '../onnx/operators.ts';
import { positionsOf } from './cautions.ts';
import type { FoundScores } from './findScores.ts';

/** Make numbers that stop changing near their ends. */
const saturating: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'HardSigmoid']);

/** What may follow a model's probabilities, and has no trained weights. */
const following: ReadonlySet<string> = new Set([
  ...['Transpose', 'Concat', 'Split', 'Slice', 'Gather', 'GatherElements', 'Tile', 'Expand', 'Where', 'CumSum'],
  ...['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Mean', 'Max', 'Min', 'Pow', 'Sqrt', 'Log', 'Exp', 'Neg', 'Clip', 'Abs'],
  ...['Round', 'Floor', 'Ceil', 'Reciprocal', 'ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd'],
]);

/**
 * A sentence where an output is made of probabilities in a way that the scores before them could not be told from: it is
 * explained as it is, and is flat where they are near 0 or 1.
 */
export function unreadProbabilities(
  { graph, facts, output }: { readonly graph: Graph; readonly facts: Facts; readonly output: string },
  { scores, constant }: FoundScores,
): string[] {
  if (scores.name !== output || scores.probabilities || constant !== undefined) return [];
  // Of several positions that is the first thing to know.
  if (positionsOf(graph, facts, output)) return [];
  const found = madeOf(graph, facts, output);
  const [first, ...more] = found?.saturating ?? [];
  if (!found || !first) return [];
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  const steps = [...new Set(found.steps.map(({ op }) => op))].join(', ');
  return [
    `The output "${output}" is made of probabilities (${describeNode(first)}${others}) by steps from which the scores before them cannot be told (${steps}): it was explained as it is. Where a probability is near 0 or 1 hardly any pixel changes it, and maps are faint or 0. To explain scores instead, name them: --output ${first.inputs[0] ?? 'NAME'}.`,
  ];
}

interface Made {
  readonly saturating: readonly Node[];
  /** Between them and the output, the last first. */
  readonly steps: readonly Node[];
}

/** What an output is made of, where that is probabilities and constants alone; undefined for others. */
function madeOf(graph: Graph, facts: Facts, output: string): Made | undefined {
  const view = viewOf(graph);
  const isConstant = (name: string) => graph.initializers.has(name) || facts.get(name)?.constant !== undefined;
  const seen = new Set<Node>();
  const saturated: Node[] = [];
  const steps: Node[] = [];
  const waiting = [output];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = view.maker(name);
    if (name === '' || isConstant(name) || node?.op === 'Shape' || (node && seen.has(node))) continue;
    if (node?.domain !== '') return undefined;
    seen.add(node);
    if (saturating.has(node.op)) saturated.push(node);
    else if (is(node, 'reshape') || following.has(node.op)) {
      if (node.op !== 'Identity') steps.push(node);
      waiting.push(...valuesOf(node));
    } else return undefined;
  }
  return { saturating: saturated, steps };
}

/** The inputs that numbers come from: not shapes, places or conditions. */
function valuesOf({ op, inputs }: Node): readonly string[] {
  if (op === 'Where') return inputs.slice(1);
  const isArithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Mean', 'Max', 'Min', 'Pow', 'Concat'].includes(op);
  return isArithmetic ? inputs : inputs.slice(0, 1);
}
