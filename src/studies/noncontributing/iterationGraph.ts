import type { Classifier } from '../../model/classifier.ts';
import { elementTypeCode } from '../../onnx/elementType.ts';
import type { Model } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { float32, sizeOf } from '../../onnx/tensor.ts';
import { adam } from '../../training/optimizers.ts';
import { addForwardCopy } from '../../transforms/forwardCopy.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import { type AmplitudePer, amplitudeDims, channelAxis, inputRange } from './amplitude.ts';
import type { Cost } from './cost.ts';
import type { MaskedGraph } from './layerMasks.ts';

/*
 * One iteration as one graph. With noise images u_n in (-1, 1), x'_n = x + u_n w r (r: the input's range), y'_n = f(x'_n):
 *
 *   E(w) = 1/N sum_n sum_k max(|y_k - y'_nk| - a, 0) - mean(w)            (Ikeno, Hara & Washio 2018, section 3.2)
 *   dE/dw = 1/N sum_n u_n r dx_n - 1/L^2,   dx_n = the gradient of the first part's n-th term with respect to x'_n
 *
 * and Adam's step with w clipped to [0, 1] follows. Only images whose output strayed beyond a have a gradient, few after the
 * first iterations: all go forward once, and those alone forward and backward again.
 */

/** Graph inputs. Noise is bytes b, -128 to 127, for u = (b + 1/2) / 128: a quarter of the traffic of real numbers. */
export const inputs = {
  /** int8 [n, ...] */
  noise: 'konkyo/free/noise',
  /** float32 [1, ...] */
  image: 'konkyo/free/image',
  /** Scores of the image itself, float32 [1, K]. */
  clean: 'konkyo/free/clean',
  /** 1 for the decided class, else 0, float32 [1, K]; read where the cost is of its lead. */
  own: 'konkyo/free/own',
  /** a, float32 scalar; where the cost is of the lead, what is to be left of it. */
  tolerance: 'konkyo/free/tolerance',
  /** w, and what Adam remembers of it, float32 [1, ...]. */
  amplitude: 'konkyo/free/amplitude',
  mean: 'konkyo/free/mean',
  square: 'konkyo/free/square',
  /** Sum of the gradients of noise images that went before, in w's shape. */
  gathered: 'konkyo/free/gathered',
  /** What the sum counts: 1/N. */
  share: 'konkyo/free/share',
  /** Adam's. */
  rate: 'konkyo/free/rate',
  scale: 'konkyo/free/scale',
} as const;

export interface IterationGraph {
  readonly model: Model;
  readonly outputs: {
    readonly amplitude: string;
    readonly mean: string;
    readonly square: string;
    readonly gathered: string;
    /** sum_n sum_k max(|y_k - y'_nk| - a, 0) over these noise images. */
    readonly violation: string;
  };
}

export function iterationGraph(
  classifier: Classifier,
  { graph, facts, masks }: MaskedGraph,
  per: AmplitudePer,
  cost: Cost,
): IterationGraph {
  const { model, inputName, input, scores, gradientTable: table } = classifier;
  const builder = new GraphBuilder(graph, 'free');
  const { ops } = builder;
  const imageShape = facts.get(inputName)?.dims.slice(1) ?? [];
  const dims = amplitudeDims(input, per);
  const scalarInput = (name: string) => builder.input(name, 'float32', []);
  const noise = builder.input(inputs.noise, 'int8', ['n', ...imageShape]);
  const image = builder.input(inputs.image, 'float32', [1, ...imageShape]);
  const clean = builder.input(inputs.clean, 'float32', [1, scores.width]);
  const own = builder.input(inputs.own, 'float32', [1, scores.width]);
  const state = [inputs.amplitude, inputs.mean, inputs.square, inputs.gathered].map((name) =>
    builder.input(name, 'float32', dims),
  );
  const [amplitude = '', mean = '', square = '', gatheredBefore = ''] = state;
  const [tolerance, share] = [scalarInput(inputs.tolerance), scalarInput(inputs.share)];
  const step = builder.constant(scaled(inputRange(input), 1 / 128), 'step');
  const flat = builder.ints([-1, scores.width]);

  let active = '';
  let unit = '';
  let seed = '';
  let violation = '';
  builder.computeInput(inputName, () => {
    unit = ops.Add(builder.add('Cast', [noise], { to: elementTypeCode('float32') }), builder.scalar(0.5));
    const noisy = ops.Add(image, ops.Mul(unit, ops.Mul(amplitude, step)));
    const inCopy = addForwardCopy(builder, graph, inputName, noisy);
    const noisyScores = ops.Reshape(inCopy(scores.name), flat);
    const { beyond, side } =
      cost === 'lead'
        ? beyondLead(builder, noisyScores, own, tolerance)
        : beyondTolerance(builder, noisyScores, clean, tolerance);
    violation = builder.add('ReduceSum', [beyond], { keepdims: 0 });
    const strayed = ops.Greater(
      builder.add('ReduceMax', [beyond, builder.ints([1])], { keepdims: 0 }),
      builder.scalar(0),
    );
    // Some operators do not take a batch of none.
    const first = ops.Less(ops.Range(builder.int(0), ops.Size(strayed), builder.int(1)), builder.int(1));
    active = ops.Or(strayed, first);
    seed = builder.add('Compress', [side, active], { axis: 0 });
    return builder.add('Compress', [noisy, active], { axis: 0 });
  });
  const shaped = ops.Reshape(seed, builder.add('Shape', [scores.name]));
  const gradients = addGradients(builder, { facts, seeds: new Map([[scores.name, shaped]]), wrt: [inputName], table });
  const slopes = ops.Mul(
    gradientOrZeros(builder, gradients, inputName),
    builder.add('Compress', [unit, active], { axis: 0 }),
  );
  const size = sizeOf(imageShape);
  const ones = ops.Expand(
    builder.scalar(1),
    builder.add('Concat', [builder.ints([1]), builder.add('Shape', [slopes], { start: 0, end: 1 })], { axis: 0 }),
  );
  const summed = ops.MatMul(ones, ops.Reshape(slopes, builder.ints([-1, size])));
  const byInput = ops.Mul(ops.Reshape(summed, builder.ints([1, ...imageShape])), step);
  const byAmplitude =
    per === 'pixel' && input.channels > 1
      ? builder.add('ReduceSum', [byInput, builder.ints([channelAxis(input)])], { keepdims: 1 })
      : byInput;
  const gathered = ops.Add(gatheredBefore, byAmplitude);
  const gradient = ops.Sub(ops.Mul(gathered, share), builder.scalar(1 / sizeOf(dims)));
  const scalars: Readonly<Record<string, string>> = {
    rate: scalarInput(inputs.rate),
    scale: scalarInput(inputs.scale),
  };
  const memory: Readonly<Record<string, string>> = { mean, square };
  const updated = adam().update(builder, {
    weight: amplitude,
    gradient,
    memory: (name) => memory[name] ?? '',
    scalar: (name) => scalars[name] ?? '',
  });
  const outputs = {
    amplitude: builder.add('Clip', [updated.weight, builder.scalar(0), builder.scalar(1)]),
    mean: updated.memory.mean ?? '',
    square: updated.memory.square ?? '',
    gathered,
    violation,
  };
  const infos = Object.values(outputs).map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  const kept = [...Object.values(inputs), ...masks.map(({ input: name }) => name)];
  return { model: { ...model, graph: prune(builder.build(infos), infos, kept) }, outputs };
}

/** How far scores are beyond what costs nothing, [n, K], and the gradient of the sum of it with respect to them. */
interface Beyond {
  readonly beyond: string;
  readonly side: string;
}

/** max(|y_k - y'_k| - a, 0) */
function beyondTolerance(builder: GraphBuilder, noisy: string, clean: string, tolerance: string): Beyond {
  const { ops } = builder;
  const difference = ops.Sub(noisy, clean);
  const beyond = builder.add('Relu', [ops.Sub(ops.Abs(difference), tolerance)]);
  return { beyond, side: ops.Mul(ops.Sign(difference), ops.Sign(beyond)) };
}

/** max(left - (y'_c - y'_k), 0) for all other classes k than the decided c. */
function beyondLead(builder: GraphBuilder, noisy: string, own: string, left: string): Beyond {
  const { ops } = builder;
  const overClasses = (values: string) => builder.add('ReduceSum', [values, builder.ints([1])], { keepdims: 1 });
  const decided = overClasses(ops.Mul(noisy, own));
  const others = ops.Sub(builder.scalar(1), own);
  const beyond = ops.Mul(builder.add('Relu', [ops.Add(ops.Sub(noisy, decided), left)]), others);
  const rivals = ops.Sign(beyond);
  return { beyond, side: ops.Sub(rivals, ops.Mul(overClasses(rivals), own)) };
}

function scaled({ dims, data }: { dims: readonly number[]; data: Float32Array }, factor: number) {
  return float32(
    dims,
    data.map((value) => value * factor),
  );
}
