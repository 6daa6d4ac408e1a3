import { type Array64, SlowOperatorError } from './array64.ts';

/**
 * cotangent' J by central differences: element i of the result is sum_k cotangent_k (f_k(x + h e_i) - f_k(x - h e_i)) / 2h,
 * x being input number `wrt` and h = `step` (absolute; error of the order of h^2, and of 1e-16 / h from rounding).
 * The result has the shape of that input. Kinks nearer than h to x give an average of both sides.
 */
export function vectorJacobianProduct(
  f: (inputs: readonly Array64[]) => Array64,
  inputs: readonly Array64[],
  wrt: number,
  cotangent: Array64,
  step = 1e-6,
): Array64 {
  const x = inputs[wrt];
  if (x === undefined) throw new SlowOperatorError(`there is no input ${wrt} to differentiate by`);
  const moved = (i: number, by: number): Float64Array => {
    const shifted = { dims: x.dims, data: x.data.with(i, x.data[i]! + by) };
    const y = f(inputs.with(wrt, shifted)).data;
    if (y.length !== cotangent.data.length) {
      throw new SlowOperatorError(`the cotangent has ${cotangent.data.length} elements, the output ${y.length}`);
    }
    return y;
  };
  const data = x.data.map((_, i) => {
    const [above, below] = [moved(i, step), moved(i, -step)];
    return cotangent.data.reduce((sum, weight, k) => sum + (weight * (above[k]! - below[k]!)) / (2 * step), 0);
  });
  return { dims: x.dims, data };
}
