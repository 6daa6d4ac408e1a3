import { isFloat } from '../onnx/elementType.ts';
import { describeNode, type Graph } from '../onnx/graph.ts';
import { float32, rows, type Tensor } from '../onnx/tensor.ts';
import type { Prober } from '../runtime/probe.ts';
import type { Values } from '../runtime/runtime.ts';
import { UnsuitableModelError } from './errors.ts';
import type { Reference } from './reference.ts';

/** Where a model's numbers stop being finite. */
interface NonFinite {
  /** A clause that names the node, and what it does. */
  readonly what: string;
  /** The constant that holds NaN, where that is the cause. */
  readonly weights?: string;
}

/**
 * Finds the first node that makes NaN, or else the first that makes an infinite number, of finite ones.
 * @param values every value of one run.
 */
function findNonFinite(graph: Graph, values: Values): NonFinite | undefined {
  const value = (name: string) => values[name] ?? graph.initializers.get(name);
  const first = (has: (t: Tensor | undefined) => boolean) =>
    graph.nodes.find(
      ({ inputs, outputs }) => outputs.some((name) => has(values[name])) && !inputs.some((name) => has(values[name])),
    );
  const overflow = first(hasInfinite);
  const beyond = overflow && `${describeNode(overflow)} goes to infinity`;
  const nan = first(hasNaN);
  if (!nan) return beyond === undefined ? undefined : { what: beyond };
  const weights = nan.inputs.find((name) => graph.initializers.has(name) && hasNaN(graph.initializers.get(name)));
  if (weights !== undefined) return { what: `"${weights}", which ${describeNode(nan)} reads, holds NaN`, weights };
  const ofInfinite = nan.inputs.some((name) => hasInfinite(value(name)));
  const cause = ofInfinite && beyond !== undefined ? `${beyond}, and ` : '';
  return { what: `${cause}${describeNode(nan)} gives NaN${ofInfinite ? ' of infinite numbers' : ''}` };
}

function hasNaN(t: Tensor | undefined): boolean {
  return numbersOf(t).some(Number.isNaN);
}

function hasInfinite(t: Tensor | undefined): boolean {
  return numbersOf(t).some((number) => number === Number.POSITIVE_INFINITY || number === Number.NEGATIVE_INFINITY);
}

/** The elements of a value in single or double precision. */
function numbersOf(t: Tensor | undefined): Float32Array | Float64Array {
  const numbers = t && isFloat(t.type) ? t.data : undefined;
  return numbers instanceof Float32Array || numbers instanceof Float64Array ? numbers : new Float32Array();
}

/**
 * What is to be said of probe images for which the model gives NaN or infinite scores.
 * @throws UnsuitableModelError where a score is NaN for every image, and a constant that holds NaN makes it so.
 */
export async function noteNonFinite(
  graph: Graph,
  prober: Prober,
  input: string,
  {
    reference: { images, expected },
    names,
    batch,
  }: { readonly reference: Reference; readonly names: readonly string[]; readonly batch: number },
): Promise<string[]> {
  const count = images.dims[0] ?? 0;
  const at = (image: number) =>
    names.flatMap((name) => [...rows(expected.get(name) ?? float32([0], []), image, image + 1).data]);
  const scores = Array.from({ length: count }, (_, image) => at(image));
  const broken = scores.flatMap((row, image) => (row.some((value) => !isNumber(value)) ? [image] : []));
  const [first] = broken;
  if (first === undefined) return [];
  const window = Math.min(first, count - batch);
  const found = findNonFinite(graph, await prober.run({ [input]: rows(images, window, window + batch) }));
  const always = scores[0]?.some((_, element) => scores.every((row) => Number.isNaN(row[element])));
  const where = found ? `: ${found.what}` : '';
  if (always && found?.weights !== undefined) {
    throw new UnsuitableModelError(
      `The model gives NaN for every image${where}. The file is damaged, or training went wrong: export weights that are numbers.`,
    );
  }
  return [
    `The model gives NaN or infinite scores for ${broken.length} of ${count} probe images${where}. For these nothing was proved.`,
  ];
}

/** A finite number, or the -Infinity of a class that is masked out. */
function isNumber(value: number): boolean {
  return Number.isFinite(value) || value === Number.NEGATIVE_INFINITY;
}
