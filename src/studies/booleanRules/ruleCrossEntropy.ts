import { int64 } from '../../onnx/tensor.ts';
import { batchSize, type ClassLoss, oneHot } from '../../training/losses.ts';

/** How much two parts of the loss count beside that of the rules. */
interface RuleLossWeights {
  /** The network's own cross-entropy. */
  readonly network: number;
  /** How far the network is from the rules. */
  readonly agreement: number;
}

/** A rule that holds fully where it should not would have an infinite loss. */
const leastDoubt = 2 ** -12;

/**
 * Of a row [L_1 .. L_K, z_1 .. z_K], logarithms of the rules' products and the network's scores: how far each rule by itself is from what
 * it should say, the network from the label, and the network from the rules. With P_k = exp(L_k), p = softmax(L), q = softmax(z) and t_k 1
 * for the label's class and 0 for others, the loss is the mean over images of
 *
 *     - sum over k of (t_k L_k + (1 - t_k) log(1 - P_k))  -  a sum over k of t_k log q_k  +  b sum over k of p_k log(p_k / q_k)
 *
 * The first part is small only where the right rule holds and no other does: rules and features that are undecided cost. Gradients,
 * over the number of images: -t_k + (1 - t_k) P_k / (1 - P_k) + b p_k (log(p_k / q_k) - D) for L_k, D being the last sum;
 * a (q_k - t_k) + b (q_k - p_k) for z_k.
 */
export function ruleCrossEntropy({ network: a, agreement: b }: RuleLossWeights): ClassLoss {
  return {
    name: 'cross-entropy of each rule and of the network, and their divergence',
    labels: 'classes',
    add(builder, { scores, labels, classes: width }) {
      const { ops } = builder;
      const classes = width / 2;
      const truth = oneHot(builder, labels, classes);
      const count = batchSize(builder, truth);
      const bound = (at: number) => builder.constant(int64([at]), 'bound');
      const part = (from: number) => builder.add('Slice', [scores, bound(from), bound(from + classes), bound(1)]);
      const times = (value: string, factor: number) => ops.Mul(value, builder.scalar(factor));
      const [logs, logits] = [part(0), part(classes)];

      const other = ops.Sub(builder.scalar(1), truth);
      const product = ops.Exp(logs);
      const doubt = ops.Max(ops.Sub(builder.scalar(1), product), builder.scalar(leastDoubt));
      const ofRules = ops.Add(ops.Mul(truth, logs), ops.Mul(other, ops.Log(doubt)));

      const logP = builder.add('LogSoftmax', [logs], { axis: 1 });
      const logQ = builder.add('LogSoftmax', [logits], { axis: 1 });
      const [p, q, ratio] = [ops.Exp(logP), ops.Exp(logQ), ops.Sub(logP, logQ)];
      const apart = ops.Mul(p, ratio);
      const divergence = builder.add('ReduceSum', [apart, builder.ints([1])], { keepdims: 1 });

      const gains = ops.Sub(ops.Add(ofRules, times(ops.Mul(truth, logQ), a)), times(apart, b));
      const wrtLogs = ops.Add(
        ops.Sub(ops.Mul(other, ops.Div(product, doubt)), truth),
        times(ops.Mul(p, ops.Sub(ratio, divergence)), b),
      );
      const wrtLogits = ops.Add(times(ops.Sub(q, truth), a), times(ops.Sub(q, p), b));
      return {
        loss: ops.Neg(ops.Div(builder.add('ReduceSum', [gains], { keepdims: 0 }), count)),
        gradient: ops.Div(builder.add('Concat', [wrtLogs, wrtLogits], { axis: 1 }), count),
      };
    },
  };
}
