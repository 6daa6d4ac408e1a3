import type { Model, Node } from '../../onnx/graph.ts';
import { inputOf, viewOf } from '../../onnx/graphView.ts';
import type { BoxForm } from './layout.ts';

/** What goes into a model's NonMaxSuppression, and what it is told. */
export interface Suppression {
  /** [n, anchors, 4] */
  readonly boxes: string;
  /** [n, classes, anchors] */
  readonly scores: string;
  readonly form: BoxForm;
}

/**
 * The NonMaxSuppression nodes that a model's outputs depend on. What one makes is a decision, which changes with no pixel until it
 * changes altogether: the boxes and scores that go into it are what can be explained. Where there are several (one a class), they have
 * to be named.
 */
export function suppressionsOf({ graph, producer }: Pick<Model, 'graph' | 'producer'>): readonly Suppression[] {
  const needed = viewOf(graph).upstream(graph.outputs.map(({ name }) => name));
  return needed
    .filter(({ op, domain }) => op === 'NonMaxSuppression' && domain === '')
    .map((node) => ({ boxes: inputOf(node, 0), scores: inputOf(node, 1), form: formOf(node, producer) }));
}

/** The standard says y1, x1, y2, x2; what PyTorch exports has x1, y1, x2, y2, which to the overlap is the same. */
function formOf({ attributes }: Node, producer: string): BoxForm {
  const centre = attributes.center_point_box;
  if (centre?.type === 'int' && centre.value === 1) return 'centre';
  return /torch/i.test(producer) ? 'corners' : 'corners-yx';
}
