import { describeNode } from '../../onnx/graph.ts';
import { is } from '../../onnx/operators.ts';
import { isActivation, type PlacedRule } from '../../transforms/relevance/composite.ts';
import { isLinearLayer, parameter } from '../../transforms/relevance/layer.ts';

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
