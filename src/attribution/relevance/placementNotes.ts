import { describeNode } from '../../onnx/graph.ts';
import { firstOf } from '../../onnx/nodesInWords.ts';
import { is } from '../../onnx/operators.ts';
import { isActivation, isBeforeFirst, type PlacedRule } from '../../transforms/relevance/composite.ts';
import { isLinearLayer, type Layer, parameter } from '../../transforms/relevance/layer.ts';

/* What is to be said of a relevance map, once it is known which layer has which rule. */

/**
 * Where a network leaves what deep Taylor decomposition is derived for, rectified units with biases of 0 or less: the map is
 * still what its rules give, but no Taylor expansion. Montavon et al. 2017, sections 3 and 4.
 */
export function deepTaylorNotes(placed: readonly PlacedRule[]): string[] {
  // What is done to pixels before the first trained layer belongs to no expansion.
  const layers = placed.flatMap(({ layer }) => (layer.pixelMap === undefined ? [layer] : []));
  // The roots of the expansion exist for rectifiers.
  const others = layers.filter((layer) => isActivation(layer) && !is(layer.node, 'rectifier'));
  const kinds = [...new Set(others.map(({ node }) => node.op))];
  const biased = layers.filter(
    (layer) =>
      isLinearLayer(layer) &&
      layer.biases.some((position) => parameter(layer, position)?.data.some((bias) => bias > 0)),
  );
  return [
    ...(kinds.length > 0
      ? [
          `Deep Taylor decomposition is derived for ReLU networks; this model has ${kinds.join(', ')}, which relevance passes unchanged.`,
        ]
      : []),
    ...(biased.length > 0
      ? [
          `Deep Taylor decomposition is derived for biases of 0 or less; ${biased.length} layers have positive ones, which keep a part of the relevance: ${biased.map(({ node }) => describeNode(node)).join(', ')}.`,
        ]
      : []),
  ];
}

/**
 * Where relevance depends on where the pixels' zero lies although nothing trained has seen them: constants added to what is
 * not affine in single pixels, as after an image's own mean and deviation, and pixels subtracted from each other.
 */
export function pixelNotes(placed: readonly PlacedRule[]): string[] {
  const nodes = placed.flatMap(({ layer }) => (isBeforeFirst(layer) && countsFromZero(layer) ? [layer.node] : []));
  if (nodes.length === 0) return [];
  const named = firstOf(nodes.map((node) => ({ node: describeNode(node) })));
  return [
    `Before its first trained layer this model does more to the pixels than scale, shift and move each of them (${named}): relevance is shared there by what each term contributes, so that the map depends on where the pixels' zero lies, and parts may be large and of both signs. Normalised outside of the file, it would be another map.`,
  ];
}

function countsFromZero({ node, data, biases, pixelMap }: Layer): boolean {
  if (pixelMap === undefined) return biases.length > 0 || node.op === 'BatchNormalization';
  return pixelMap === 'moved' && node.op === 'Sub' && data.length > 1;
}
