import { int64 } from '../../onnx/tensor.ts';
import { batchSize, type ClassLoss, oneHot } from '../../training/losses.ts';

/** A rule that holds fully where it should not would have an infinite loss. */
const leastDoubt = 2 ** -12;

/**
 * Of a row [L_1 .. L_K, z_1 .. z_K], logarithms of the rules' products and the network's scores: how far each rule by itself is from what
 * it should say, and the network from the label. With P_k = exp(L_k) and t_k 1 for the label's class and 0 for others,
 * loss = -mean over images of sum over k of (t_k L_k + (1 - t_k) log(1 - P_k)) + share t_k log softmax(z)_k.
 * The first part is small only where the right rule holds and no other does: rules and features that are undecided cost.
 * Gradients, over the number of images: -t_k + (1 - t_k) P_k / (1 - P_k) for L_k, share (softmax(z)_k - t_k) for z_k.
 */
export function ruleCrossEntropy(share: number): ClassLoss {
  return {
    name: 'cross-entropy of each rule and of the network',
    labels: 'classes',
    add(builder, { scores, labels, classes: width }) {
      const { ops } = builder;
      const classes = width / 2;
      const truth = oneHot(builder, labels, classes);
      const other = ops.Sub(builder.scalar(1), truth);
      const part = (from: number) =>
        builder.add('Slice', [
          scores,
          builder.constant(int64([from]), 'from'),
          builder.constant(int64([from + classes]), 'to'),
          builder.constant(int64([1]), 'axis'),
        ]);
      const [products, logits] = [part(0), part(classes)];
      const product = ops.Exp(products);
      const doubt = ops.Max(ops.Sub(builder.scalar(1), product), builder.scalar(leastDoubt));
      const logs = builder.add('LogSoftmax', [logits], { axis: 1 });
      const count = batchSize(builder, truth);
      const rules = ops.Add(ops.Mul(truth, products), ops.Mul(other, ops.Log(doubt)));
      const network = ops.Mul(ops.Mul(truth, logs), builder.scalar(share));
      const total = builder.add('ReduceSum', [ops.Add(rules, network)], { keepdims: 0 });
      const ofRules = ops.Sub(ops.Mul(other, ops.Div(product, doubt)), truth);
      const ofNetwork = ops.Mul(ops.Sub(ops.Exp(logs), truth), builder.scalar(share));
      return {
        loss: ops.Neg(ops.Div(total, count)),
        gradient: ops.Div(builder.add('Concat', [ofRules, ofNetwork], { axis: 1 }), count),
      };
    },
  };
}
