import { floatOf } from '../../onnx/attributes.ts';
import type { ValueFacts } from '../../onnx/facts.ts';
import { type Node, qualifiedOp } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { isTensorOf, type Tensor } from '../../onnx/tensor.ts';
import type { RuleAnswer } from '../gradient/rule.ts';
import type { RelevanceContext } from './context.ts';
import { dataInputs } from './permutation.ts';
import type { PixelMap } from './pixelMaps.ts';

/** A node as a relevance rule sees it. Inputs are meant by their positions. */
export interface Layer {
  readonly node: Node;
  readonly context: RelevanceContext;
  /** Inputs that depend on the pixels. */
  readonly data: readonly number[];
  /** The constant that the data is multiplied with. */
  readonly weights: number | undefined;
  /** Constants that are added. */
  readonly biases: readonly number[];
  /** What it does to pixels, between them and the first trained layer. */
  readonly pixelMap: PixelMap | undefined;
}

export function layerOf(node: Node, context: RelevanceContext): Layer {
  const data = dataInputs(node, context);
  const others = node.inputs.flatMap((name, i) => (name === '' || data.includes(i) ? [] : [i]));
  const [weights] = hasWeights(node) ? others.filter((i) => i < 2) : [];
  return { node, context, data, weights, biases: biasesOf(node, others), pixelMap: context.pixelMapOf(node) };
}

function hasWeights(node: Node): boolean {
  return is(node, 'convolution', 'matrix product') || qualifiedOp(node) === 'Mul';
}

function biasesOf(node: Node, others: readonly number[]): readonly number[] {
  const { op, domain } = node;
  if (domain !== '') return [];
  if (op === 'Add' || op === 'Sub' || op === 'Sum') return others;
  return is(node, 'convolution') || op === 'Gemm' ? others.filter((i) => i === 2) : [];
}

/** A layer with weights that training chose, and one input. A 1x1 convolution that only scales pixels is none. */
export function isLinearLayer({ node, data, weights, pixelMap }: Layer): boolean {
  return (
    node.domain === '' && node.op !== 'Mul' && data.length === 1 && weights !== undefined && pixelMap === undefined
  );
}

/** The gradient table's answer for the layer's operator; why there is none otherwise. */
export function gradientAnswer({ node, context }: Layer): RuleAnswer | string {
  const answer = context.table[qualifiedOp(node)];
  if (answer?.kind === 'rule') return answer.refuses?.(node, context.facts) ?? answer;
  return answer?.kind === 'forbidden' ? answer.why : 'there is no gradient rule for it';
}

/** The value of one of the layer's constants; undefined where it is computed from the input or is not of real numbers. */
export function parameter({ node, context }: Layer, position: number): Tensor<'float32'> | undefined {
  const { constant }: ValueFacts = context.facts(inputOf(node, position));
  return constant && isTensorOf(constant, 'float32') ? constant : undefined;
}

/** Gemm's own factors, which a rule about the signs of weights has to know. */
export function hasNegativeFactor({ node }: Layer): boolean {
  return node.op === 'Gemm' && (floatOf(node, 'alpha', 1) < 0 || floatOf(node, 'beta', 1) < 0);
}
