import { UnknownValueError } from '../../onnx/errors.ts';
import { type Facts, factsBy, type ValueFacts } from '../../onnx/facts.ts';
import { describeNode, type Graph, type Node, qualifiedOp } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { nodesView, outputOf, viewOf } from '../../onnx/graphView.ts';
import { nodeCall } from '../../onnx/nodeCall.ts';
import { is } from '../../onnx/operators.ts';
import { isTensorOf, type Tensor } from '../../onnx/tensor.ts';
import { UnboundedOperatorsError } from './errors.ts';
import { around, gamma, type Interval } from './interval.ts';
import type { AffineAnswer, BoundAnswer, BoundCall, BoundTable, NonlinearAnswer } from './rule.ts';
import { activationBounds } from './rules/activations.ts';
import { affineBounds } from './rules/affine.ts';
import { poolingBounds } from './rules/pooling.ts';

/** konkyo's bounds for each standard operator. An operator that is not here has none, and the engine says so. */
export const boundTable: BoundTable = { ...activationBounds, ...affineBounds, ...poolingBounds };

export interface IntervalRequest {
  readonly graph: Graph;
  /** Facts of every value, from a run with at least two images. */
  readonly facts: Facts;
  /** The graph input with the images, and the box they lie in. */
  readonly input: string;
  readonly box: Interval;
  /** The value whose bounds are wanted in the end. */
  readonly output: string;
  /** Whether what float32 rounds off is taken into account: needed for a proof, left out of a search. */
  readonly rounding: boolean;
  readonly table?: BoundTable;
  /** Tighter ends for single values, if there are any. */
  readonly tighten?: (name: string, interval: Interval) => Interval;
}

/** A node on the way from the input to the output. */
export interface BoundedNode {
  readonly node: Node;
  readonly answer: AffineAnswer | NonlinearAnswer;
  readonly call: BoundCall;
  /** Of an affine node: |L|(m) + |b| for the magnitudes m its inputs can have; nothing summed on the way is larger. */
  readonly magnitude: () => string;
}

export interface Intervals {
  readonly request: IntervalRequest;
  readonly of: (name: string) => Interval;
  readonly isData: (name: string) => boolean;
  /** The nodes between the input and the output, in the graph's order. */
  readonly nodes: readonly BoundedNode[];
}

/**
 * Interval bound propagation (Gowal et al. 2018) as nodes: for each value between input and output the ends between which
 * its elements lie for all images in the box. The batch dimension is the box's.
 * @throws UnboundedOperatorsError naming every operator on the way that has no bound.
 */
export function addIntervals(builder: GraphBuilder, request: IntervalRequest): Intervals {
  const { graph, facts, input, box, output, table = boundTable, tighten = (_name, interval) => interval } = request;
  const factsOf = factsBy(facts);
  const reached = viewOf(graph).downstream([input], (node) => (is(node, 'shape') ? [] : node.outputs));
  const path = nodesView(reached.nodes).upstream([output]);
  const isData = (name: string) => reached.values.has(name);
  const answers = answersTo(path, table, factsOf, isData);
  const intervals = new Map<string, Interval>([[input, box]]);
  const of = (name: string): Interval => {
    const known = intervals.get(name);
    if (!known) throw new UnknownValueError(name);
    return known;
  };
  const nodes = answers.map(({ node, answer }): BoundedNode => {
    const call: BoundCall = {
      ...nodeCall(builder, node),
      x: node.inputs.map((name) => (isData(name) ? of(name) : undefined)),
      facts: factsOf,
      dims: (name) => factsOf(name).dims,
    };
    const value = outputOf(node);
    const added = builder.from({ node: describeNode(node), rule: 'interval' }, () =>
      answer.kind === 'affine' ? affineInterval(call, answer, request.rounding) : answer.interval(call),
    );
    intervals.set(value, tighten(value, added));
    const magnitude = () =>
      answer.kind === 'affine' ? withMagnitudes(call, answer, (x) => x.magnitude, 1) : of(value).magnitude;
    return { node, answer, call, magnitude };
  });
  return { request, of, isData, nodes };
}

/** c' = L(c) + b, r' = |L|(r). With rounding r' = |L|(r + k m) + k |b|: see roundingShare. */
function affineInterval(call: BoundCall, answer: AffineAnswer, rounding: boolean): Interval {
  const { node, x, builder, ops } = call;
  const centre = builder.again(
    node,
    node.inputs.map((name, i) => x[i]?.centre ?? name),
  );
  const share = rounding ? roundingShare(answer.roundings(call).forward) : 0;
  const radius = withMagnitudes(
    call,
    answer,
    (interval) =>
      share === 0 ? interval.radius : ops.Add(interval.radius, ops.Mul(interval.magnitude, builder.scalar(share))),
    share,
  );
  return around(builder, centre, radius);
}

/**
 * For values m that inputs can have at most, and n roundings an element: whoever computes the node in float32 is off by up to
 * gamma_n (|L| m + |b|), so are our centre and our radius, and the interval was rounded when it was last turned from one form
 * into the other: three times n and something over cover it, with the rounding of this correction itself.
 */
function roundingShare(roundings: number): number {
  return gamma(3 * roundings + 32);
}

/** |L|(v) + share |b| with v of each input's interval. */
function withMagnitudes(
  call: BoundCall,
  answer: AffineAnswer,
  v: (interval: Interval) => string,
  share: number,
): string {
  const { node, x, facts, builder } = call;
  const { op = node.op, attributes = node.attributes, parameters = {}, added = [] } = answer.magnitude(node, facts);
  const inputs = node.inputs.map((name, i) => {
    const interval = x[i];
    if (interval) return v(interval);
    const constant = name === '' ? undefined : facts(name).constant;
    if (!constant || !isTensorOf(constant, 'float32')) return name;
    const magnitude = parameters[i]?.(constant) ?? (added.includes(i) ? absolute(constant) : constant);
    return builder.constant(added.includes(i) ? scaled(magnitude, share) : magnitude, 'magnitude');
  });
  return builder.again({ ...node, op, attributes }, inputs);
}

export function absolute(t: Tensor<'float32'>): Tensor<'float32'> {
  return { ...t, data: t.data.map(Math.abs) };
}

function scaled(t: Tensor<'float32'>, factor: number): Tensor<'float32'> {
  return factor === 1 ? t : { ...t, data: t.data.map((value) => value * factor) };
}

function answersTo(
  path: readonly Node[],
  table: BoundTable,
  facts: (name: string) => ValueFacts,
  isData: (name: string) => boolean,
) {
  const answerTo = (node: Node): BoundAnswer =>
    table[qualifiedOp(node)] ?? {
      kind: 'forbidden',
      why: node.domain === '' ? 'no rule yet' : 'not a standard operator',
    };
  const { readers } = nodesView(path);
  const whyNot = (node: Node): string | undefined => {
    const answer = answerTo(node);
    if (answer.kind === 'forbidden') return answer.why;
    if (node.outputs.slice(1).some((name) => isData(name) && readers(name).length > 0))
      return 'its further outputs are used';
    const rows = [...node.inputs.filter(isData), outputOf(node)].map((name) => facts(name).dims[0]);
    if (rows.some((count) => count !== rows[0])) return 'images do not lie along the first dimension';
    return answer.refuses?.(node, facts, isData);
  };
  const unbounded = path.flatMap((node) => {
    const why = whyNot(node);
    return why === undefined ? [] : [{ op: qualifiedOp(node), node: describeNode(node), why }];
  });
  if (unbounded.length > 0) throw new UnboundedOperatorsError(unbounded);
  return path.flatMap((node) => {
    const answer = answerTo(node);
    return answer.kind === 'forbidden' ? [] : [{ node, answer }];
  });
}
