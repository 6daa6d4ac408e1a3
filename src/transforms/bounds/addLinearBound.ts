import { describeNode, type Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, nodesView, outputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { addGradients, callFor, gradientOrZeros } from '../gradient/gradient.ts';
import { addUp } from '../gradient/gradientValues.ts';
import { type Answer, type Call, type GradientTable, none, type RuleAnswer, rule } from '../gradient/rule.ts';
import { gradientTable } from '../gradient/table.ts';
import type { BoundedNode, Intervals } from './addIntervals.ts';
import { gamma, type Interval, unit } from './interval.ts';

interface LinearBoundRequest {
  readonly intervals: Intervals;
  /** The value that is bounded, such as the scores. */
  readonly value: string;
  /** Which linear functions of it: coefficients, bounds after bounds of each image, [n r, ...] in the value's shape. */
  readonly coefficients: string;
  /** r: bounds for each image. */
  readonly bounds: number;
  /**
   * How far back the functions are followed: through affine operators only, and then what the intervals say ('interval'); or
   * to the input, with every other operator between two linear functions ('linear').
   */
  readonly through: 'interval' | 'linear';
  /** Gives what takes the place of numbers that may be chosen freely, [n, ...]: see Relaxing. By default the initial ones. */
  readonly free?: (choice: FreeChoice) => string;
  readonly table?: GradientTable;
}

/** Numbers from 0 to 1, any of which give a bound; they are the same for all bounds of an image. */
export interface FreeChoice {
  readonly hint: string;
  /** The dimensions of one image's. */
  readonly dims: readonly number[];
  /** Adds the nodes for what is taken otherwise, [n, ...]. */
  readonly initial: () => string;
}

interface LinearBound {
  /** [n, r]: nowhere in the box is the function smaller. */
  readonly lower: string;
  /** [n, r]: what rounding may account for, taken off `lower` already; undefined where it was not counted. */
  readonly rounding: string | undefined;
}

/**
 * Adds lower bounds of linear functions of a value: the linear function is carried backwards through the graph (CROWN, Zhang
 * et al. 2018), by the adjoint of each affine operator, which is its gradient rule, and through any other by the linear
 * function that bounds it on the side that the sign of the coefficient asks for.
 */
export function addLinearBound(builder: GraphBuilder, request: LinearBoundRequest): LinearBound {
  const { intervals, value, bounds, through, table = gradientTable } = request;
  const { ops } = builder;
  const { facts, input, rounding } = intervals.request;
  const rows = boundRows(builder, bounds);
  const terms: string[] = [];
  const slacks: string[] = [];
  const dot = rounding ? exactDot(builder) : plainDot(builder, bounds);
  // Each node adds a few terms to the sum at the end, which rounds them too.
  const inTheEnd = 4 * intervals.nodes.length + 64;
  const slack = (coefficients: string, magnitude: string, dims: readonly number[], roundings: number) => {
    if (!rounding) return;
    const share = builder.scalar(gamma(roundings + dotRoundings(dims) + inTheEnd));
    slacks.push(ops.Mul(dot(ops.Abs(coefficients), magnitude, dims), share));
  };
  const byNode = new Map(intervals.nodes.map((bounded) => [bounded.node, bounded] as const));
  const path = nodesView(intervals.nodes.map(({ node }) => node));
  const readers = (name: string) => new Set(path.readers(name)).size;

  /** Through a copy of a node: its values have other names. */
  const backThrough = ({ node, call }: BoundedNode, output: string, dy: string): string => {
    const own = table[node.op];
    const copy = builder.nodes.find(({ outputs }) => outputs[0] === output);
    if (own?.kind !== 'rule' || !copy)
      throw new RangeError(`${node.op} has no gradient rule, or no copy makes "${output}".`);
    const originals = new Map([
      ...copy.inputs.flatMap((name, i) => (name === '' ? [] : [[name, inputOf(node, i)] as const])),
      [output, outputOf(node)] as const,
    ]);
    const facts = (name: string) => call.facts(originals.get(name) ?? name);
    const [gradient] = own.rule(callFor(builder, copy, [dy], facts));
    if (!gradient) throw new RangeError(`${node.op} hands no gradient to its first input.`);
    return gradient();
  };

  const affine = (bounded: BoundedNode, own: RuleAnswer): Answer => ({
    ...own,
    rule: (call) => {
      const { node } = call;
      const output = outputOf(node);
      const dims = call.dims(output).slice(1);
      const coefficients = rows.asBounds(call.dy, dims);
      const constant = constantPart(builder, bounded, intervals);
      if (constant !== undefined) terms.push(dot(coefficients, constant, dims));
      if (rounding && bounded.answer.kind === 'affine') {
        // Whoever computes the node, our adjoint, and the sum over its readers.
        const { forward, backward } = bounded.answer.roundings(bounded.call);
        const counted = forward + backward + 2 * readers(output);
        if (forward + backward > 0 || constant !== undefined)
          slack(coefficients, rows.each(bounded.magnitude()), dims, counted);
      }
      // The gradient rules read their data inputs for the shape alone, which here has a row for each bound.
      const stand = (name: string) => (intervals.isData(name) ? rows.standIn(call.dims(name).slice(1), call.dy) : name);
      return own.rule(withNames(call, stand));
    },
  });

  const nonlinear = (bounded: BoundedNode): Answer => {
    const { node, answer, call } = bounded;
    if (through === 'interval' || answer.kind !== 'nonlinear') return none;
    return rule(({ dy }) => {
      const dimsOf = (name: string) => call.dims(name).slice(1);
      const coefficients = rows.asBounds(dy, dimsOf(outputOf(node)));
      const relaxed = answer.relax(call, {
        positive: builder.add('Relu', [coefficients]),
        negative: ops.Min(coefficients, builder.scalar(0)),
        each: rows.each,
        asRows: rows.asRows,
        offset: (factor, values, dims) => {
          terms.push(dot(factor, values, dims));
          if (rounding) slack(factor, ops.Abs(values), dims, 0);
        },
        free: (hint, dims, initial) =>
          rows.each(request.free?.({ hint: `${hint} of ${describeNode(node)}`, dims, initial }) ?? initial()),
        backThrough: (output, of) => {
          const back = backThrough(bounded, output, rows.asRows(of, dimsOf(outputOf(node))));
          return rows.asBounds(back, dimsOf(inputOf(node, 0)));
        },
      });
      return node.inputs.map((name, i) => {
        const back = relaxed[i];
        if (back === undefined) return undefined;
        const own = call.dims(name).slice(1);
        if (rounding && call.x[i]) slack(back, rows.each(call.x[i].magnitude), own, 16 + 2 * readers(name));
        return () => rows.asRows(back, own);
      });
    });
  };

  const ends = through === 'linear' ? [input] : intervalEnds(intervals, value);
  const gradients = addGradients(builder, {
    facts,
    seeds: new Map([[value, request.coefficients]]),
    wrt: ends,
    table,
    answerFor: (node: Node) => {
      const bounded = byNode.get(node);
      if (!bounded) return none;
      if (bounded.answer.kind === 'nonlinear') return nonlinear(bounded);
      const own = table[node.op];
      return own?.kind === 'rule' ? affine(bounded, own) : own;
    },
  });
  for (const end of ends) {
    const dims = facts.get(end)?.dims.slice(1) ?? [];
    const coefficients = rows.asBounds(gradientOrZeros(builder, gradients, end), dims);
    const interval: Interval = intervals.of(end);
    terms.push(dot(coefficients, rows.each(interval.centre), dims));
    terms.push(ops.Neg(dot(ops.Abs(coefficients), rows.each(interval.radius), dims)));
    if (rounding) slack(coefficients, rows.each(interval.magnitude), dims, 16);
  }
  const total = addUp(builder, terms);
  if (!rounding) return { lower: total, rounding: undefined };
  // The slack is itself rounded, and so is its subtraction; the last number covers what is below the normal range.
  const counted = ops.Add(
    ops.Mul(addUp(builder, slacks), builder.scalar(1.01)),
    ops.Add(ops.Mul(ops.Abs(total), builder.scalar(16 * unit)), builder.scalar(1e-20)),
  );
  return { lower: ops.Sub(total, counted), rounding: counted };
}

/** A call in which other values stand for the node's own, and have the facts of those. */
function withNames(call: Call, stand: (name: string) => string): Call {
  const [x, y] = [call.x.map(stand), call.y.map(stand)];
  const originals = new Map([
    ...call.x.map((name, i) => [x[i], name] as const),
    ...call.y.map((name, i) => [y[i], name] as const),
  ]);
  const facts = (name: string) => call.facts(originals.get(name) ?? name);
  const optional = (index: number) => {
    const name = call.optional(index);
    return name === undefined ? undefined : stand(name);
  };
  return {
    ...call,
    x,
    y,
    operand: (index) => stand(call.operand(index)),
    optional,
    output: (index) => stand(call.output(index)),
    facts,
    dims: (name) => facts(name).dims,
  };
}

/** Of the values that are not affine in anything else, those from which affine nodes alone lead to `value`. */
function intervalEnds({ nodes, isData }: Intervals, value: string): string[] {
  const makers = new Map(nodes.map((bounded) => [outputOf(bounded.node), bounded] as const));
  const ends = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    if (visited.has(name)) return;
    visited.add(name);
    const maker = makers.get(name);
    if (maker?.answer.kind !== 'affine') ends.add(name);
    else maker.node.inputs.filter(isData).forEach(visit);
  };
  visit(value);
  return [...ends];
}

/** What an affine node makes of zeros, b, in its output's shape for one image; undefined where that is zero. */
function constantPart(builder: GraphBuilder, { node, call }: BoundedNode, { isData }: Intervals): string | undefined {
  const hasConstant = node.inputs.some((name, i) => name !== '' && !isData(name) && (i > 1 || is(node, 'additive')));
  if (!hasConstant) return undefined;
  const zeros = (name: string) => builder.add('ConstantOfShape', [builder.ints([1, ...call.dims(name).slice(1)])]);
  const constant = builder.again(
    node,
    node.inputs.map((name) => (isData(name) ? zeros(name) : name)),
  );
  return builder.ops.Unsqueeze(constant, builder.ints([1]));
}

/** Rows of images and bounds: [n r, ...] one after the other, or as two dimensions, [n, r, ...]. */
function boundRows(builder: GraphBuilder, bounds: number) {
  const { ops } = builder;
  const shaped = new Map<string, string>();
  return {
    asBounds: (rows: string, dims: readonly number[]) => ops.Reshape(rows, builder.ints([-1, bounds, ...dims])),
    asRows: (value: string, dims: readonly number[]) => ops.Reshape(value, builder.ints([-1, ...dims])),
    each: (value: string) => ops.Unsqueeze(value, builder.ints([1])),
    /** Zeros with as many rows as `like`. */
    standIn: (dims: readonly number[], like: string) => {
      const known = shaped.get(`${dims}`);
      if (known !== undefined) return known;
      const count = builder.add('Shape', [like], { start: 0, end: 1 });
      const made = builder.add('ConstantOfShape', [builder.add('Concat', [count, builder.ints(dims)], { axis: 0 })]);
      shaped.set(`${dims}`, made);
      return made;
    },
  };
}

type Dot = (coefficients: string, value: string, dims: readonly number[]) => string;

/** [n, r, ...] times [n or 1, r or 1, ...], summed: [n, r]. */
function plainDot(builder: GraphBuilder, bounds: number): Dot {
  const { ops } = builder;
  return (coefficients, value, dims) => {
    const product = ops.Mul(coefficients, value);
    const size = sizeOf(dims);
    const flat = ops.Reshape(product, builder.ints([-1, bounds, size]));
    return builder.add('ReduceSum', [flat, builder.ints([2])], { keepdims: 0 });
  };
}

/** The same, one dimension after the other, so that few roundings go into a sum. */
function exactDot(builder: GraphBuilder): Dot {
  const { ops } = builder;
  return (coefficients, value, dims) =>
    dims.reduceRight<string>(
      (partial, _dim, axis) => builder.add('ReduceSum', [partial, builder.ints([axis + 2])], { keepdims: 0 }),
      ops.Mul(coefficients, value),
    );
}

function dotRoundings(dims: readonly number[]): number {
  return dims.reduce((count, dim) => count + dim, 1);
}
