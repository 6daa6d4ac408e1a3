import { inUnits, maxBytes } from '../files/limits.ts';
import { describeNode, type Graph } from '../onnx/graph.ts';
import { statedSizes } from '../onnx/statedSizes.ts';
import { UnsuitableModelError } from './errors.ts';

/** Most values are float32; where they are not, the bound is the more or less of them. */
const bytesAnElement = 4;

/** Rounds of a loop that does next to nothing take some ten seconds. */
const mostIterations = 2 ** 24;

/**
 * Refuses a model that says by itself that it needs more memory than there is, or goes round without end: a file of few bytes can
 * ask for any size.
 * @param most the bytes that the sizes written into the model may ask for together; by default `maxBytes()`.
 * @throws UnsuitableModelError naming the nodes.
 */
export function checkModelSizes(graph: Graph, most = maxBytes()): void {
  const { sizes, loops } = statedSizes(graph);
  const [endless] = loops.filter(({ iterations }) => iterations > mostIterations);
  if (endless) {
    throw new UnsuitableModelError(
      `${describeNode(endless.node)} goes round ${endless.iterations} times, more than the ${mostIterations} that konkyo admits. If that is right, no explanation can be had; if not, correct the model.`,
    );
  }
  const total = sizes.reduce((sum, { elements }) => sum + elements * bytesAnElement, 0);
  if (total <= most) return;
  const largest = sizes.toSorted((a, b) => b.elements - a.elements).slice(0, 3);
  const named = largest.map(({ node, elements }) => `${describeNode(node)} ${inUnits(elements * bytesAnElement)}`);
  throw new UnsuitableModelError(
    `The sizes written into the model ask for ${inUnits(total)} (${named.join(', ')}), and konkyo admits ${inUnits(most)}. If that is right, allow more with KONKYO_MAX_MEMORY, such as KONKYO_MAX_MEMORY=8GiB.`,
  );
}
