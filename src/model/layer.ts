import { nearName } from '../konkyoError.ts';
import { isFloat } from '../onnx/elementType.ts';
import type { Node } from '../onnx/graph.ts';
import { reservedPrefix } from '../onnx/graphBuilder.ts';
import { viewOf } from '../onnx/graphView.ts';
import type { Classifier } from './classifier.ts';
import { LayerError } from './errors.ts';

/** A place inside the model: the first output of a node on the way from the pixels to the scores. */
export interface Layer {
  /** The name of the value in the graph. */
  readonly value: string;
  readonly node: Node;
  /** The shape for one image. */
  readonly dims: readonly number[];
}

/** The nodes that the pixels reach and the explained scores depend on, in the graph's order. */
export function nodesOnTheWay({ model, inputName, scores }: Classifier): Node[] {
  return viewOf(model.graph).between([inputName], [scores.name]);
}

/** Every layer that can be named: real numbers, in the graph's order. */
export function layersOf(classifier: Classifier): Layer[] {
  return nodesOnTheWay(classifier).flatMap((node) => {
    const [value = ''] = node.outputs;
    const facts = classifier.facts.get(value);
    return facts && isFloat(facts.type) ? [{ value, node, dims: facts.dims.slice(1) }] : [];
  });
}

/**
 * The layer of that name: of its node, or of the node's output.
 * @throws LayerError suggesting near names.
 */
export function findLayer(classifier: Classifier, name: string): Layer {
  const layers = layersOf(classifier);
  const found = layers.find(({ value }) => value === name) ?? layers.find(({ node }) => node.name === name);
  if (found) return found;
  const named = layers.filter(({ value }) => !value.startsWith(reservedPrefix));
  const names = [...new Set(named.flatMap(({ value, node }) => [value, ...(node.name === '' ? [] : [node.name])]))];
  throw new LayerError(
    `There is no layer "${name}" between the image and the explained scores. Of the ${names.length} names of nodes and values there, these are near: ${suggestions(name, names).join(', ')}.`,
  );
}

/** At most so many names are suggested. */
const mostSuggestions = 8;

/** The name it was probably meant to be, and those that contain what was typed or its first word; else the last few. */
function suggestions(typed: string, names: readonly string[]): readonly string[] {
  const [start = ''] = String(typed)
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2);
  const near = nearName(typed, names);
  const similar = names.filter((name) => start !== '' && name.toLowerCase().includes(start));
  const found = [...new Set([...(near === undefined ? [] : [near]), ...similar])].slice(0, mostSuggestions);
  return found.length > 0 ? found : names.slice(-mostSuggestions);
}
