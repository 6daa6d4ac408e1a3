import { findLayer } from '../attribution/layer.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { derive } from '../classifier/makeClassifier.ts';
import type { Node } from '../onnx/graph.ts';

/** Functions that flatten out at both ends, where nothing is left of a gradient. */
const squashing = new Set(['Sigmoid', 'Tanh', 'HardSigmoid', 'Softsign']);
/** What a rising function may be moved behind without any change. */
const transparent = new Set([
  'MaxPool',
  'GlobalMaxPool',
  'Identity',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Dropout',
]);

export interface Unsquashed {
  /** Its sessions have to be released; the classifier it comes from stays as it is. */
  readonly classifier: Classifier;
  /** What was left out. */
  readonly operator: string;
}

/**
 * The model without the sigmoid (or tanh) that a layer's values have been through: what makes the one large makes the other
 * large, and its gradient does not vanish. Undefined where there is none.
 * @throws UnknownLayerError
 */
export function beforeSquashing(classifier: Classifier, layer: string): Unsquashed | undefined {
  const { model } = classifier;
  const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node: Node | undefined = findLayer(classifier, layer).node;
  while (node && transparent.has(node.op)) node = makers.get(node.inputs[0] ?? '');
  const squash = node;
  if (squash?.domain !== '' || !squashing.has(squash.op)) return undefined;
  const nodes = model.graph.nodes.map((other) =>
    other === squash ? { ...other, op: 'Identity', attributes: {} } : other,
  );
  return {
    classifier: derive(classifier, { model: { ...model, graph: { ...model.graph, nodes } } }),
    operator: squash.op,
  };
}
