import { canonized } from '../../attribution/relevance/relevance.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { Facts } from '../../onnx/facts.ts';
import { type Model, type Node, qualifiedOp } from '../../onnx/graph.ts';
import { inputOf, outputOf, viewOf } from '../../onnx/graphView.ts';
import { type RelevanceContext, relevanceContext } from '../../transforms/relevance/context.ts';
import { FiltersError } from './errors.ts';
import { carriedInputs } from './fixedGates.ts';

/** A layer of filters that paths go through: a convolution. */
export interface FilterLayer {
  /** The node's name, or its output's. */
  readonly name: string;
  /** The convolution's output, [N, C, ...]. */
  readonly value: string;
  readonly node: Node;
  readonly filters: number;
  /** Shape of one filter's map. */
  readonly map: readonly number[];
  /** The values that it reads without another layer of filters between: other layers' outputs, and the image itself. */
  readonly before: readonly string[];
}

/** A classifier as layers of filters and what lies between them. */
export interface FilterNetwork {
  readonly classifier: Classifier;
  /** With batch normalisations and biases merged into the convolutions. */
  readonly model: Model;
  readonly facts: Facts;
  readonly context: RelevanceContext;
  /** In the graph's order. */
  readonly layers: readonly FilterLayer[];
  /** What the scores read without another layer of filters between. */
  readonly beforeScores: readonly string[];
  /** Values that come after a layer of filters: what is added there is no part of a path's own beginning. */
  readonly isAfterFilters: (value: string) => boolean;
}

/**
 * Finds the convolutions on the way from the pixels to the scores, and how they follow on each other.
 * @throws FiltersError where there is none; NotEquivalentError
 */
export async function filterNetwork(classifier: Classifier): Promise<FilterNetwork> {
  const { inputName, gradientTable } = classifier;
  const { model, facts } = await canonized(classifier);
  const context = relevanceContext(model.graph, facts, inputName, gradientTable);
  const all = model.graph.nodes.filter((node) => isFilterLayer(node, context));
  return connected(classifier, model, facts, context, all);
}

/**
 * The same network with fewer layers that paths stop at; what lies between them is run through as it is.
 * @throws FiltersError where none is left.
 */
export function withLayers(network: FilterNetwork, layers: readonly FilterLayer[]): FilterNetwork {
  const { classifier, model, facts, context } = network;
  return connected(
    classifier,
    model,
    facts,
    context,
    layers.map(({ node }) => node),
  );
}

function connected(
  classifier: Classifier,
  model: Model,
  facts: Facts,
  context: RelevanceContext,
  convolutions: readonly Node[],
): FilterNetwork {
  const { inputName, scores } = classifier;
  const stations = new Set(convolutions.flatMap(({ outputs }) => outputs));
  const before = new Map<string, ReadonlySet<string>>();
  const nearest = (name: string): ReadonlySet<string> => {
    if (stations.has(name) || name === inputName) return new Set([name]);
    return before.get(name) ?? new Set();
  };
  for (const node of model.graph.nodes) {
    const found = new Set(carriedInputs(node, context).flatMap((name) => [...nearest(name)]));
    for (const output of node.outputs) before.set(output, found);
  }
  const needed = new Set<string>();
  const visit = (values: Iterable<string>): void => {
    for (const value of values) {
      if (needed.has(value)) continue;
      needed.add(value);
      visit(before.get(value) ?? []);
    }
  };
  const beforeScores = nearest(scores.name);
  visit(beforeScores);
  const layers = model.graph.nodes.flatMap((node): FilterLayer[] => {
    const [value = ''] = node.outputs;
    if (!stations.has(value) || !needed.has(value)) return [];
    const [, filters = 1, ...map] = context.facts(value).dims;
    return [{ name: node.name || value, value, node, filters, map, before: [...(before.get(value) ?? [])] }];
  });
  if (layers.length === 0) {
    throw new FiltersError(
      'The model has no convolution on the way from the pixels to the scores, so there are no filters to weigh up. For a network of dense layers see "konkyo regions" and "konkyo explain".',
    );
  }
  const dataOf = (node: Node) => node.outputs.filter(context.isData);
  const after = new Set(viewOf(model.graph).downstream(stations, dataOf).nodes.flatMap(dataOf));
  return {
    classifier,
    model,
    facts,
    context,
    layers,
    beforeScores: [...beforeScores],
    isAfterFilters: (value) => after.has(value),
  };
}

/** A convolution whose output is one map a filter. */
function isFilterLayer(node: Node, { isData, facts }: RelevanceContext): boolean {
  const known = qualifiedOp(node) === 'Conv' && isData(inputOf(node, 0)) && !isData(inputOf(node, 1));
  return known && facts(outputOf(node)).dims.length > 2;
}

/** Where a path may begin: nothing but the image is before the layer. What flows in there, its bias included, is the path's. */
export function isFirst({ before }: FilterLayer, { classifier }: FilterNetwork): boolean {
  return before.every((value) => value === classifier.inputName);
}

/** The layer with that output; undefined for the image. */
export function layerOf({ layers }: FilterNetwork, value: string): FilterLayer | undefined {
  return layers.find((layer) => layer.value === value);
}
