import type { GraphBuilder } from '../../onnx/graphBuilder.ts';

/**
 * Adds gradient times change, and 0 where there is no change: what is as it was has added nothing, however steep the score is
 * there. Times an infinite gradient (of a root or a logarithm at 0) it would not be a number.
 */
export function changeTimes(builder: GraphBuilder, gradient: string, change: string): string {
  const { ops } = builder;
  const zero = builder.scalar(0);
  return ops.Where(ops.Equal(change, zero), zero, ops.Mul(gradient, change));
}
