import type { Optimizer } from '../../training/optimizers.ts';

/**
 * The optimiser with one weight's gradient multiplied by a factor. A unit that lost three quarters of its inputs moves a
 * quarter as far with each step of plain descent; four times the rate makes up for it. (Adam does so by itself.)
 */
export function withLayerRate(optimizer: Optimizer, weight: string, factor: number): Optimizer {
  if (factor === 1) return optimizer;
  return {
    ...optimizer,
    settings: { ...optimizer.settings, [`rate of ${weight}, times`]: Number(factor.toPrecision(4)) },
    update: (builder, now) =>
      optimizer.update(
        builder,
        now.weight === weight ? { ...now, gradient: builder.ops.Mul(now.gradient, builder.scalar(factor)) } : now,
      ),
  };
}
