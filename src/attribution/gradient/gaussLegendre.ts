/** A point of a quadrature rule on [0, 1] and its weight; the weights sum to 1. */
interface QuadraturePoint {
  readonly at: number;
  readonly weight: number;
}

/**
 * Gauss-Legendre quadrature on [0, 1]: exact for polynomials of degree below 2n.
 * The points are the roots of the Legendre polynomial P_n, found by Newton's method from the usual cosine estimate.
 */
export function gaussLegendre(n: number): QuadraturePoint[] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 100; iteration++) {
      const { value, derivative } = legendre(n, x);
      slope = derivative;
      const step = value / derivative;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    return { at: (1 - x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** P_n(x) and its derivative by the three-term recurrence. */
function legendre(n: number, x: number): { value: number; derivative: number } {
  let [previous, value] = [1, x];
  for (let k = 2; k <= n; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
  return { value, derivative: (n * (x * value - previous)) / (x * x - 1) };
}
