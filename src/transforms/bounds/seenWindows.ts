import { intsOf } from '../../onnx/attributes.ts';
import type { ValueFacts } from '../../onnx/facts.ts';
import type { Node } from '../../onnx/graph.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { kernelExtent, remainder, windowOf } from '../gradient/window.ts';

/** The part of a value that one place of a later value depends on, which slides with the place. */
export interface SeenWindow {
  /** Elements in each spatial dimension. */
  readonly extent: readonly number[];
  /** How far it moves from one place to the next. */
  readonly step: readonly number[];
}

const sliding = ['Conv', 'MaxPool', 'AveragePool'];
const elementwise = ['Relu', 'LeakyRelu', 'Clip', 'Sigmoid', 'Tanh', 'BatchNormalization', 'Identity', 'Dropout'];

/**
 * For each value on the way to the last node's output, what one place of that output sees. Undefined where places do not all see
 * windows alike: with padding, or behind an operator that does not slide.
 * @param path nodes in the graph's order
 */
export function seenWindows(
  path: readonly Node[],
  facts: (name: string) => ValueFacts,
): ReadonlyMap<string, SeenWindow> | undefined {
  const last = path.at(-1);
  if (!last) return undefined;
  const places = facts(outputOf(last)).dims.slice(2);
  const ones = places.map(() => 1);
  let [name, seen]: [string, SeenWindow] = [outputOf(last), { extent: ones, step: ones }];
  const found = new Map([[name, seen]]);
  for (const node of path.toReversed()) {
    const input = inputOf(node, 0);
    if (places.length === 0 || outputOf(node) !== name) return undefined;
    if (sliding.includes(node.op)) {
      const [inner, outer] = [input, name].map((value) => facts(value).dims.slice(2)) as [number[], number[]];
      const kernel = intsOf(node, 'kernel_shape', node.op === 'Conv' ? facts(inputOf(node, 1)).dims.slice(2) : []);
      const window = windowOf(node, inner, kernel);
      const isPadded = [...window.padsBegin, ...window.padsEnd].some((pad) => pad !== 0);
      if (isPadded || remainder(window, inner, outer).some((rows) => rows < 0)) return undefined;
      const whole = kernelExtent(window);
      seen = {
        extent: seen.extent.map((size, i) => (size - 1) * (window.strides[i] ?? 1) + (whole[i] ?? 1)),
        step: seen.step.map((step, i) => step * (window.strides[i] ?? 1)),
      };
    } else if (!elementwise.includes(node.op)) return undefined;
    name = input;
    found.set(name, seen);
  }
  return found;
}

/**
 * Which elements of a value each place sees, counted in the value of one image: windows one after the other.
 * @param dims of one image's value, [channels, ...]
 */
export function elementsOf({ extent, step }: SeenWindow, places: readonly number[], dims: readonly number[]): number[] {
  const [channels = 1, ...sizes] = dims;
  const planes = Array.from({ length: channels }, (_, channel) => channel * sizeOf(sizes));
  const inside = grid(
    extent,
    extent.map(() => 1),
    sizes,
  );
  return grid(places, step, sizes).flatMap((start) =>
    planes.flatMap((plane) => inside.map((at) => plane + start + at)),
  );
}

/** Where the points of a grid lie in a plane. */
function grid(counts: readonly number[], steps: readonly number[], sizes: readonly number[]): number[] {
  return counts.reduce<number[]>(
    (found, count, i) => {
      const stride = sizeOf(sizes.slice(i + 1)) * (steps[i] ?? 1);
      return found.flatMap((start) => Array.from({ length: count }, (_, k) => start + k * stride));
    },
    [0],
  );
}
