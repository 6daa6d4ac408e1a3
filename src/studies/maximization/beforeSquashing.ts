import type { Classifier } from '../../model/classifier.ts';
import { findLayer } from '../../model/layer.ts';
import { derive } from '../../model/makeClassifier.ts';
import type { Node } from '../../onnx/graph.ts';
import { inputOf, viewOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';

interface Unsquashed {
  /** Its sessions have to be released; the classifier it comes from stays as it is. */
  readonly classifier: Classifier;
  /** What was left out. */
  readonly operator: string;
}

/** What a rising function may be moved behind without any change; a Cast may round. */
function isTransparent(node: Node): boolean {
  return is(node, 'reshape', 'max pooling') && node.op !== 'Cast';
}

/**
 * The model without the sigmoid (or tanh) that a layer's values have been through: what makes the one large makes the other
 * large, and its gradient does not vanish. Undefined where there is none.
 * @throws LayerError
 */
export function beforeSquashing(classifier: Classifier, layer: string): Unsquashed | undefined {
  const { model } = classifier;
  const { maker } = viewOf(model.graph);
  let node: Node | undefined = findLayer(classifier, layer).node;
  while (node && isTransparent(node)) node = maker(inputOf(node, 0));
  const squash = node;
  if (!squash || !is(squash, 'squashing')) return undefined;
  const nodes = model.graph.nodes.map((other) =>
    other === squash ? { ...other, op: 'Identity', attributes: {} } : other,
  );
  return {
    classifier: derive(classifier, { model: { ...model, graph: { ...model.graph, nodes } } }),
    operator: squash.op,
  };
}
