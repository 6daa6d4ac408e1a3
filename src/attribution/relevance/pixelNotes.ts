import { describeNode } from '../../onnx/graph.ts';
import { isBeforeFirst, type PlacedRule } from '../../transforms/relevance/composite.ts';
import type { Layer } from '../../transforms/relevance/layer.ts';

/**
 * Where relevance depends on where the pixels' zero lies although nothing trained has seen them: constants added to what is
 * not affine in single pixels, as after an image's own mean and deviation, and pixels subtracted from each other.
 */
export function pixelNotes(placed: readonly PlacedRule[]): string[] {
  const nodes = placed.flatMap(({ layer }) => (isBeforeFirst(layer) && countsFromZero(layer) ? [layer.node] : []));
  if (nodes.length === 0) return [];
  const named = nodes.slice(0, 3).map(describeNode).join(', ');
  const more = nodes.length > 3 ? ` and ${nodes.length - 3} more` : '';
  return [
    `Before its first trained layer this model does more to the pixels than scale, shift and move each of them (${named}${more}): relevance is shared there by what each term contributes, so that the map depends on where the pixels' zero lies, and parts may be large and of both signs. Normalised outside of the file, it would be another map.`,
  ];
}

function countsFromZero({ node, data, biases, pixelMap }: Layer): boolean {
  if (pixelMap === undefined) return biases.length > 0 || node.op === 'BatchNormalization';
  return pixelMap === 'moved' && node.op === 'Sub' && data.length > 1;
}
