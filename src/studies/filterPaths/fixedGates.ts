import { type Node, reads } from '../../onnx/graph.ts';
import type { Additions } from '../../onnx/graphBuilder.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { type Answer, type Call, type RuleAnswer, rule } from '../../transforms/gradient/rule.ts';
import { isGate, type RelevanceContext } from '../../transforms/relevance/context.ts';
import { dataInputs } from '../../transforms/relevance/permutation.ts';

/*
 * A network with its gates fixed: for one image every operator y = f(x) is written as y = A x + c, where A may depend on the
 * image. A ReLU's A is 1 or 0, max pooling's picks the winner. What flows backward through A splits the score over paths.
 */

/** Below this size of z a slope (s(z) - s(0)) / z would be rounding noise: there the derivative at z is taken. */
const negligible = 1e-3;

/** Whether a node counts with the slope of its function from 0 to where it stands. */
export function hasSlope(node: Node, { isData }: RelevanceContext): boolean {
  if (!is(node, 'elementwise') || is(node, 'proportional', 'no slope at 0')) return false;
  return isData(inputOf(node, 0)) && !node.inputs.slice(1).some(isData);
}

/** The answers of the nodes whose part in the split is not their gradient. */
export function fixedGates(context: RelevanceContext): (node: Node) => Answer | undefined {
  return (node) => {
    const own = context.table[node.op];
    if (node.domain !== '' || own?.kind !== 'rule') return undefined;
    if (hasSlope(node, context)) return rule((call) => [() => bySlope(call, own)]);
    const shares = productShares(node, context);
    return shares && { ...own, rule: (call) => scaled(call, own, shares) };
  };
}

/** The inputs that a node's output is made of, once its gates are fixed: those that only say how much passes are not. */
export function carriedInputs(node: Node, context: RelevanceContext): string[] {
  const shares = node.domain === '' ? productShares(node, context) : undefined;
  if (shares) return node.inputs.filter((name, i) => context.isData(name) && shares[i] !== 0);
  return reads(node).filter(context.isData);
}

/** (s(z) - s(0)) / z, by which z is multiplied to give s(z) - s(0). */
function bySlope(call: Call, own: RuleAnswer): string {
  const { ops, builder, dy, node } = call;
  const x = call.operand(0);
  const y = call.output(0);
  const small = ops.Less(ops.Abs(x), builder.scalar(negligible));
  const atZero = valueAtZero(builder, node);
  const rise = atZero === undefined ? y : ops.Sub(y, atZero);
  const slope = ops.Div(rise, ops.Where(small, builder.scalar(1), x));
  return ops.Where(small, own.rule(call)[0]?.() ?? dy, ops.Mul(dy, slope));
}

/** s(0), a scalar: the node once more, on 0. Undefined where it is 0. */
export function valueAtZero(builder: Additions, node: Node): string | undefined {
  if (is(node, '0 at 0')) return undefined;
  const { proto: _, ...plain } = node;
  const output = builder.fresh(`${node.op} at 0`);
  const inputs = [builder.scalar(0), ...node.inputs.slice(1)];
  builder.append({ ...plain, name: output, inputs, outputs: [output] });
  return output;
}

/**
 * How much of a product of two values that both depend on the image goes to each. A factor that only says how much of the
 * other passes is fixed, as is a denominator; otherwise each has half.
 */
function productShares(node: Node, context: RelevanceContext): readonly number[] | undefined {
  const data = dataInputs(node, context);
  if (node.op === 'Div' && data.includes(1)) return [1, 0];
  if (data.length !== 2) return undefined;
  if (node.op !== 'Mul' && !is(node, 'matrix product')) return undefined;
  const [first, second] = node.inputs.map((name) => isGate(name, context));
  return first === second ? [0.5, 0.5] : [second === true ? 1 : 0, first === true ? 1 : 0];
}

function scaled(call: Call, own: RuleAnswer, shares: readonly number[]): ReturnType<RuleAnswer['rule']> {
  const { ops, builder } = call;
  return own.rule(call).map((gradient, i) => {
    const share = shares[i] ?? 1;
    if (!gradient || share === 0) return undefined;
    return share === 1 ? gradient : () => ops.Mul(gradient(), builder.scalar(share));
  });
}
