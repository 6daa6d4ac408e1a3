import { UnknownValueError } from '../../onnx/errors.ts';
import { factsBy } from '../../onnx/facts.ts';
import { type Node, qualifiedOp } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { nodesView, outputOf, viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { float32, int64, sizeOf } from '../../onnx/tensor.ts';
import { addIntervals, boundTable, type IntervalRequest } from './addIntervals.ts';
import { addLinearBound } from './addLinearBound.ts';
import { between, type Interval } from './interval.ts';
import { elementsOf, type SeenWindow, seenWindows } from './seenWindows.ts';

export interface Narrowing {
  /** For `addIntervals`. */
  readonly tighten: (name: string, interval: Interval) => Interval;
  /** How many coefficients the bounds of one image have in the largest value before each that is narrowed, in all. */
  readonly coefficients: number;
}

/** What lies before a value that is narrowed. */
interface Part {
  readonly before: readonly Node[];
  /** Undefined where it is bounded on the whole image. */
  readonly windows: ReadonlyMap<string, SeenWindow> | undefined;
}

/**
 * Narrower intervals for what goes into the activations behind the first: between its lowest and its highest value by linear
 * bounds (CROWN, Zhang et al. 2018), which know that the elements before it move together. Where a convolution's places see windows of
 * the image alike, the network up to there is bounded on the windows, as rows of a batch; elsewhere on the whole image.
 */
export function narrowing(builder: GraphBuilder, request: IntervalRequest): Narrowing {
  const { ops } = builder;
  const { input, box, facts } = request;
  const factsOf = factsBy(facts);
  const known = new Map<string, Interval>([[input, box]]);
  const parts = partsOf(request);
  const dimsIn = ({ windows }: Part, name: string): readonly number[] => {
    const [seen, { dims }] = [windows?.get(name), factsOf(name)];
    return seen ? [...dims.slice(0, 2), ...seen.extent] : dims;
  };

  /** Of a value's interval, [n, ...], what each place sees: [n places, ...]. */
  function seenBy(part: Part, name: string, places: readonly number[]): Interval {
    const whole = known.get(name);
    if (!whole) throw new UnknownValueError(name);
    const seen = part.windows?.get(name);
    if (!seen) return whole;
    const dims = factsOf(name).dims.slice(1);
    const elements = builder.constant(int64(elementsOf(seen, places, dims)), 'seen');
    const of = (value: string) => {
      const flat = ops.Reshape(value, builder.ints([-1, sizeOf(dims)]));
      const gathered = builder.add('Gather', [flat, elements], { axis: 1 });
      return ops.Reshape(gathered, builder.ints([-1, ...dimsIn(part, name).slice(1)]));
    };
    return between(builder, of(whole.low), of(whole.high));
  }

  function narrowed(name: string, interval: Interval, part: Part): Interval {
    const dims = factsOf(name).dims.slice(1);
    const [channels = 1, ...places] = dims;
    const unitDims = dimsIn(part, name).slice(1);
    const units = sizeOf(unitDims);
    const intervals = addIntervals(builder, {
      ...request,
      facts: new Map([...facts].map(([value, fact]) => [value, { ...fact, dims: dimsIn(part, value) }])),
      box: seenBy(part, input, places),
      output: name,
      tighten: (value, plain) => (value !== name && parts.has(value) ? seenBy(part, value, places) : plain),
    });
    const rowCount = builder.add('Shape', [intervals.of(input).low], { start: 0, end: 1 });
    /** The lowest value of each element, or the highest, negated. */
    const lowest = (sign: 1 | -1): string => {
      const each = builder.constant(signs(units, sign), 'units');
      const repeats = builder.add('Concat', [rowCount, builder.ints([1])], { axis: 0 });
      const coefficients = ops.Reshape(ops.Expand(each, repeats), builder.ints([-1, ...unitDims]));
      const bound = { intervals, value: name, coefficients, bounds: units, through: 'linear' } as const;
      const { lower } = addLinearBound(builder, bound);
      const byPlace = part.windows
        ? builder.add('Transpose', [ops.Reshape(lower, builder.ints([-1, sizeOf(places), channels]))], {
            perm: [0, 2, 1],
          })
        : lower;
      return ops.Reshape(byPlace, builder.ints([-1, ...dims]));
    };
    return between(builder, ops.Max(interval.low, lowest(1)), ops.Min(interval.high, ops.Neg(lowest(-1))));
  }

  const coefficients = [...parts].map(([name, part]) => {
    const places = part.windows ? sizeOf(factsOf(name).dims.slice(2)) : 1;
    const largest = Math.max(...part.before.map((node) => sizeOf(dimsIn(part, outputOf(node)).slice(1))));
    return places * sizeOf(dimsIn(part, name).slice(1)) * largest;
  });
  return {
    coefficients: coefficients.reduce((sum, count) => sum + count, 0),
    tighten(name, interval) {
      const part = parts.get(name);
      const found = part ? narrowed(name, interval, part) : interval;
      known.set(name, found);
      return found;
    },
  };
}

/** What is narrowed: what affine nodes hand to an activation or to max pooling, with another one before them. */
function partsOf({ graph, facts, input, output, table = boundTable }: IntervalRequest): ReadonlyMap<string, Part> {
  const reached = viewOf(graph).downstream([input], (node) => (is(node, 'shape') ? [] : node.outputs));
  const path = nodesView(reached.nodes).upstream([output]);
  const isNonlinear = (node: Node) => table[qualifiedOp(node)]?.kind === 'nonlinear';
  const read = new Set(path.filter(isNonlinear).flatMap(({ inputs }) => inputs));
  return new Map(
    path.flatMap((node) => {
      const name = outputOf(node);
      if (isNonlinear(node) || !read.has(name)) return [];
      const before = nodesView(path).upstream([name]);
      return before.some(isNonlinear)
        ? [[name, { before, windows: seenWindows(before, factsBy(facts)) }] as const]
        : [];
    }),
  );
}

/** [1, n n]: the rows of the identity, or negated. */
function signs(n: number, sign: 1 | -1) {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; i++) data[i * (n + 1)] = sign;
  return float32([1, n * n], data);
}
