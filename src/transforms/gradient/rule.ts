import type { ValueFacts } from '../../onnx/facts.ts';
import { type Node, qualifiedOp } from '../../onnx/graph.ts';
import type { NodeCall } from '../../onnx/nodeCall.ts';

/*
 * One operator's part in the backward pass. With y = f(x_0, x_1, ...) and dy the gradient of the explained quantity
 * with respect to y, a rule adds the nodes that compute dx_i = dy . (dy/dx_i) and returns their names.
 * It neither accumulates nor sums out broadcasting nor asks who wants the result: the engine does. Nor does it look for what
 * stands beside its node: what is faster there is a rewrite of the finished backward pass, see optimize/.
 */

/** What a gradient rule sees of the node it differentiates, and all that it sees. */
export interface Call extends NodeCall {
  /** Names of the outputs. */
  readonly y: readonly string[];
  /** The gradient with respect to the first output. */
  readonly dy: string;
  /** The gradients with respect to all outputs; undefined where nothing depends on one. */
  readonly dys: readonly (string | undefined)[];
  /** The name of an output; where the forward node has none, it is given one. */
  readonly output: (index: number) => string;
  /** Shape, type and constant value of an input or output. The batch dimension is the probe's: never build on its size. */
  readonly facts: (name: string) => ValueFacts;
  readonly dims: (name: string) => readonly number[];
  /**
   * The call of a node that the rule has made, or knows of, as a copy of its own.
   * @param output a value that the node makes. @param facts of the copy's values.
   */
  readonly ofCopy: (output: string, dys: Call['dys'], facts: Call['facts']) => Call;
}

/** Adds the nodes for one input's gradient; called only if that gradient is wanted. */
export type InputGradient = (() => string) | undefined;

/** Gradients in the order of the operator's inputs; undefined: no gradient flows to that input. */
export type Rule = (call: Call) => readonly InputGradient[];

type Dims = readonly number[];

/** A gradient rule, and what it says of itself. */
export interface RuleAnswer {
  readonly kind: 'rule';
  readonly rule: Rule;
  /** The shape in which the rule gives an input's gradient, if larger than the input for broadcasting. */
  readonly broadcast?: (input: Dims, output: Dims, index: number) => Dims;
  /** Why there is no gradient for a node with these attributes or inputs; undefined where there is one. */
  readonly refuses?: (node: Node, facts: (name: string) => ValueFacts) => string | undefined;
  /** The integers it gives stand for real numbers, and carry the gradient of those. */
  readonly quantizes?: boolean;
  /** Positions of outputs that count as constants, though they change with the input: a scale that is chosen by it. */
  readonly constants?: readonly number[];
}

/** An operator's declared answer to "what is your gradient?". */
export type Answer =
  | RuleAnswer
  /** Piecewise constant or of integers: nothing flows through. */
  | { readonly kind: 'none' }
  | { readonly kind: 'forbidden'; readonly why: string };

/** What is known of each operator's gradient: a rule, none, or why it is refused. */
export type GradientTable = Readonly<Record<string, Answer>>;

/** A table's answer for a node; an operator that is not in it has no gradient rule yet. */
export function answerIn(table: GradientTable, node: Node): Answer {
  const op = qualifiedOp(node);
  const answer = Object.hasOwn(table, op) ? table[op] : undefined;
  return answer ?? forbidden(node.domain === '' ? 'no rule yet' : 'not a standard operator');
}

/** A gradient rule that gives each gradient in its input's shape. */
export function rule(rule: Rule): RuleAnswer {
  return { kind: 'rule', rule };
}

/** An operator with numpy broadcasting: its rule gives every gradient in the output's shape. */
export function elementwise(rule: Rule): RuleAnswer {
  return { kind: 'rule', rule, broadcast: (_input, output) => output };
}

/** An elementwise operator of one input: `derivative` gives f'(x), to be multiplied with dy. */
export function unary(derivative: (call: Call, x: string, y: string) => string): RuleAnswer {
  return rule((call) => {
    const x = call.operand(0);
    const y = call.output(0);
    return [() => call.ops.Mul(call.dy, derivative(call, x, y))];
  });
}

/** The same gradient rule, which refuses the nodes for which `why` gives a reason. */
export function except(answer: RuleAnswer, why: NonNullable<RuleAnswer['refuses']>): RuleAnswer {
  return { ...answer, refuses: why };
}

/** Nothing is passed on: integers, and steps, whose slope is 0 wherever they have one. */
export const none: Answer = { kind: 'none' };

/**
 * A gradient that is refused.
 * @param why the reason, which the error says.
 */
export function forbidden(why: string): Answer {
  return { kind: 'forbidden', why };
}
