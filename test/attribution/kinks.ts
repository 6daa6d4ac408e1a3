import { gaussLegendre } from '../../src/attribution/gradient/gaussLegendre.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import type { Array64 } from '../slow/array64.ts';
import { evaluateGraph } from '../slow/slowGraph.ts';
import type { Reference } from './referenceData.ts';

/** float32 sums of a few hundred products differ by this much with the order of summation. */
const rounding = 1e-6;

/**
 * How near the path of an image (from 0, 50 Gauss-Legendre points) comes to a kink: the smallest |input| of a ReLU, and the
 * smallest lead of a pooling window's maximum over the second, as a share of the layer's largest value, in float64.
 * Below float32 rounding two correct programs may take different sides, and their gradients differ there.
 */
export function passesAKink(reference: Reference, image: number): boolean {
  const { graph } = readModel(reference.bytes);
  const { dims, data } = reference.images;
  const size = data.length / dims[0]!;
  const pixels = data.subarray(image * size, (image + 1) * size);
  return gaussLegendre(50).some(({ at }) => {
    const row = Float64Array.from(pixels, (value) => Math.fround(value * Math.fround(at)));
    const values = evaluateGraph(graph, new Map([['input', { dims: [1, ...dims.slice(1)], data: row }]]));
    return graph.nodes.some(({ op, inputs, outputs }) => {
      if (op !== 'Relu' && op !== 'MaxPool') return false;
      const before = values.get(inputs[0]!)!;
      const scale = before.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      if (op === 'Relu') return before.data.some((value) => Math.abs(value) < rounding * scale);
      return smallestLead(before, values.get(outputs[0]!)!) < rounding * scale;
    });
  });
}

/** For 2x2 windows with stride 2: the smallest lead of a maximum over another, unequal value of its window. */
function smallestLead(input: Array64, output: Array64): number {
  const [, , height = 1, width = 1] = input.dims;
  const [, , rows = 1, columns = 1] = output.dims;
  let smallest = Number.POSITIVE_INFINITY;
  output.data.forEach((maximum, i) => {
    const plane = Math.floor(i / (rows * columns));
    const [row, column] = [Math.floor((i % (rows * columns)) / columns), i % columns];
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const lead = maximum - input.data[(plane * height + 2 * row + dy) * width + 2 * column + dx]!;
      if (lead > 0) smallest = Math.min(smallest, lead);
    }
  });
  return smallest;
}
