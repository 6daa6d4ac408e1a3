import { floatOf, fromStart, intOf, intsOf } from '../../../onnx/attributes.ts';
import { elementsPerElement } from '../gradientValues.ts';
import { type Call, elementwise, except, type GradientTable, rule } from '../rule.ts';

/** A [C] vector shaped to multiply an [N, C, s...] value. */
function perChannel({ ops, builder, dims, operand }: Call, vector: string): string {
  const spatial = dims(operand(0)).slice(2);
  return ops.Reshape(vector, builder.ints([-1, ...spatial.map(() => 1)]));
}

/** The sum over all axes but the channels': [N, C, s...] -> [C]. */
function overAllButChannels({ dims, add, builder, operand }: Call, value: string): string {
  const axes = dims(operand(0)).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return add('ReduceSum', [value, builder.ints(axes)], { keepdims: 0 });
}

interface Standardized {
  readonly normalized: string;
  readonly deviation: string;
  /** The gradient with respect to x, from that with respect to `normalized`. */
  readonly gradient: (g: string) => string;
}

/** With xn = (x - mean) / sd over axes (constant, as int64): dx = (g - mean(g) - xn mean(g xn)) / sd */
function standardize({ ops, add, builder }: Call, x: string, axes: string, epsilon: number): Standardized {
  const mean = (value: string) => add('ReduceMean', [value, axes], { keepdims: 1 });
  const centred = ops.Sub(x, mean(x));
  const deviation = ops.Sqrt(ops.Add(mean(ops.Mul(centred, centred)), builder.scalar(epsilon)));
  const normalized = ops.Div(centred, deviation);
  const gradient = (g: string) => {
    const shared = ops.Mul(normalized, mean(ops.Mul(g, normalized)));
    return ops.Div(ops.Sub(ops.Sub(g, mean(g)), shared), deviation);
  };
  return { normalized, deviation, gradient };
}

const epsilonOf = ({ node }: Call) => floatOf(node, 'epsilon', 1e-5);

/** The axes from `axis` on, as int64. */
function trailingAxes({ node, dims, builder, operand }: Call): string {
  const rank = dims(operand(0)).length;
  const from = fromStart(intOf(node, 'axis', -1), rank);
  return builder.ints(Array.from({ length: rank - from }, (_, i) => from + i));
}

export const normalizationRules = {
  // Inference: y = (x - mean) / sd scale + bias with sd = sqrt(var + eps): dx = dy scale / sd, dscale = sum(dy xn),
  // dbias = sum(dy), dmean = -scale sum(dy) / sd, dvar = -scale sum(dy xn) / (2 sd^2)
  BatchNormalization: except(
    rule((call) => {
      const { dy, ops, builder, operand } = call;
      const [input, scale, mean, variance] = [operand(0), operand(1), operand(3), operand(4)];
      const deviation = () => ops.Sqrt(ops.Add(variance, builder.scalar(epsilonOf(call))));
      const factor = () => ops.Div(scale, deviation());
      const normalized = () => ops.Div(ops.Sub(input, perChannel(call, mean)), perChannel(call, deviation()));
      const aligned = () => overAllButChannels(call, ops.Mul(dy, normalized()));
      return [
        () => ops.Mul(dy, perChannel(call, factor())),
        aligned,
        () => overAllButChannels(call, dy),
        () => ops.Neg(ops.Mul(factor(), overAllButChannels(call, dy))),
        () => ops.Mul(builder.scalar(-0.5), ops.Mul(aligned(), ops.Div(factor(), deviation()))),
      ];
    }),
    (node) => (intOf(node, 'training_mode', 0) === 1 ? 'in training mode it mixes the images of a batch' : undefined),
  ),
  // y = xn scale + bias, xn over the n elements of the axes from `axis` on. Mean and InvStdDev are outputs too:
  // dmean / n and -dinv xn / (n sd^2) join dx.
  LayerNormalization: elementwise((call) => {
    const { dy, dys, ops, operand } = call;
    const [input, scale] = [operand(0), operand(1)];
    const [, dMean, dInverse] = dys;
    const standard = () => standardize(call, input, trailingAxes(call), epsilonOf(call));
    return [
      () => {
        const { normalized, deviation, gradient } = standard();
        const parts = [gradient(ops.Mul(dy, scale))];
        if (dMean) parts.push(ops.Div(dMean, elementsPerElement(call.builder, input, deviation)));
        if (dInverse) {
          const share = ops.Div(dInverse, elementsPerElement(call.builder, input, deviation));
          parts.push(ops.Neg(ops.Mul(normalized, ops.Div(share, ops.Mul(deviation, deviation)))));
        }
        return ops.Sum(...parts);
      },
      () => ops.Mul(dy, standard().normalized),
      () => dy,
    ];
  }),
  // Each image and channel by itself, over space: dx = as above with g = dy scale
  InstanceNormalization: rule((call) => {
    const { dy, dims, ops, builder, operand } = call;
    const [input, scale] = [operand(0), operand(1)];
    const spatial = builder.ints(dims(input).flatMap((_, axis) => (axis < 2 ? [] : [axis])));
    const standard = () => standardize(call, input, spatial, epsilonOf(call));
    return [
      () => standard().gradient(ops.Mul(dy, perChannel(call, scale))),
      () => overAllButChannels(call, ops.Mul(dy, standard().normalized)),
      () => overAllButChannels(call, dy),
    ];
  }),
  // The same over space and the channels of a group, seen as [N, groups, rest]
  GroupNormalization: rule((call) => {
    const { node, dy, ops, add, builder, operand } = call;
    const [input, scale] = [operand(0), operand(1)];
    const grouped = (value: string) => ops.Reshape(value, builder.ints([0, intOf(node, 'num_groups', 1), -1]));
    const likeInput = (value: string) => ops.Reshape(value, add('Shape', [input]));
    const standard = () => standardize(call, grouped(input), builder.ints([2]), epsilonOf(call));
    return [
      () => likeInput(standard().gradient(grouped(ops.Mul(dy, perChannel(call, scale))))),
      () => overAllButChannels(call, ops.Mul(dy, likeInput(standard().normalized))),
      () => overAllButChannels(call, dy),
    ];
  }),
  // y = xn scale with xn = x / r, r = sqrt(mean(x^2) + eps): dx = (g - xn mean(g xn)) / r with g = dy scale
  RMSNormalization: elementwise((call) => {
    const { dy, ops, add, builder, operand } = call;
    const [input, scale] = [operand(0), operand(1)];
    const mean = (value: string) => add('ReduceMean', [value, trailingAxes(call)], { keepdims: 1 });
    const root = () => ops.Sqrt(ops.Add(mean(ops.Mul(input, input)), builder.scalar(epsilonOf(call))));
    return [
      () => {
        const r = root();
        const normalized = ops.Div(input, r);
        const g = ops.Mul(dy, scale);
        return ops.Div(ops.Sub(g, ops.Mul(normalized, mean(ops.Mul(g, normalized)))), r);
      },
      () => ops.Mul(dy, ops.Div(input, root())),
    ];
  }),
  // The mean over the batch too, by default
  MeanVarianceNormalization: rule((call) => {
    const { node, dy, builder, operand } = call;
    const axes = builder.ints(intsOf(node, 'axes', [0, 2, 3]));
    // The operator adds 1e-9 to the deviation: no more than a guard for constant images.
    return [() => standardize(call, operand(0), axes, 1e-18).gradient(dy)];
  }),
  // y = x / n with n the 1- or 2-norm along an axis: dx = (dy - n' sum(dy y)) / n with n' = sign(x) or y; 0 where n = 0
  LpNormalization: rule(({ node, dy, ops, add, builder, operand, output }) => [
    () => {
      const axis = builder.ints([intOf(node, 'axis', -1)]);
      const ofOrder2 = intOf(node, 'p', 2) === 2;
      const norm = add(ofOrder2 ? 'ReduceL2' : 'ReduceL1', [operand(0), axis], { keepdims: 1 });
      const aligned = add('ReduceSum', [ops.Mul(dy, output(0)), axis], { keepdims: 1 });
      const slope = ofOrder2 ? output(0) : ops.Sign(operand(0));
      const safe = ops.Where(ops.Equal(norm, builder.scalar(0)), builder.scalar(Number.POSITIVE_INFINITY), norm);
      return ops.Div(ops.Sub(dy, ops.Mul(slope, aligned)), safe);
    },
  ]),
  // y = x s^-beta with s = bias + alpha avg(x^2) over neighbouring channels:
  // dx = dy s^-beta - 2 alpha beta x avg'(dy x s^(-beta-1)), avg' averaging over the neighbours the other way round
  LRN: rule((call) => {
    const { node, dy, ops, builder, operand } = call;
    const input = operand(0);
    const alpha = floatOf(node, 'alpha', 1e-4);
    const beta = floatOf(node, 'beta', 0.75);
    return [
      () => {
        const mean = averageOfNeighbours(call, ops.Mul(input, input), 'as in the operator');
        const s = ops.Add(builder.scalar(floatOf(node, 'bias', 1)), ops.Mul(builder.scalar(alpha), mean));
        const own = ops.Mul(dy, ops.Pow(s, builder.scalar(-beta)));
        const shared = averageOfNeighbours(call, ops.Div(ops.Mul(own, input), s), 'the other way round');
        return ops.Sub(own, ops.Mul(builder.scalar(2 * alpha * beta), ops.Mul(input, shared)));
      },
    ];
  }),
} satisfies GradientTable;

/** The mean over `size` channels around each, absent ones counting as 0. An even size reaches one further up. */
function averageOfNeighbours(
  call: Call,
  value: string,
  direction: 'as in the operator' | 'the other way round',
): string {
  const { node, dims, ops, add, builder, operand } = call;
  const input = operand(0);
  const size = intOf(node, 'size', 1);
  const reach = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const [below = 0, above = 0] = direction === 'as in the operator' ? reach : reach.toReversed();
  const channelsAsRows = ops.Reshape(value, builder.ints([0, 1, dims(input)[1] ?? 1, -1]));
  const mean = add('AveragePool', [channelsAsRows], {
    kernel_shape: [size, 1],
    pads: [below, 0, above, 0],
    count_include_pad: 1,
  });
  return ops.Reshape(mean, add('Shape', [input]));
}
