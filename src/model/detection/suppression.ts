import type { Model, Node } from '../../onnx/graph.ts';
import { inputOf, viewOf } from '../../onnx/graphView.ts';
import { UnsuitableModelError } from '../errors.ts';
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
 * The NonMaxSuppression that a model's outputs depend on; undefined where there is none. What it makes is a decision, which changes
 * with no pixel until it changes altogether: the boxes and scores that go into it are what can be explained.
 * @throws UnsuitableModelError where there are several.
 */
export function suppressionOf({ graph, producer }: Pick<Model, 'graph' | 'producer'>): Suppression | undefined {
  const needed = viewOf(graph).upstream(graph.outputs.map(({ name }) => name));
  const [found, another] = needed.filter(({ op, domain }) => op === 'NonMaxSuppression' && domain === '');
  if (!found) return undefined;
  if (another) {
    throw new UnsuitableModelError(
      `The model has several NonMaxSuppression nodes, one after "${inputOf(found, 0)}" and "${inputOf(found, 1)}", another after "${inputOf(another, 0)}" and "${inputOf(another, 1)}". Name the boxes and scores to explain, in MODEL.konkyo.json: "detection": {"boxes": NAME, "scores": NAME}.`,
    );
  }
  return { boxes: inputOf(found, 0), scores: inputOf(found, 1), form: formOf(found, producer) };
}

/** The standard says y1, x1, y2, x2; what PyTorch exports has x1, y1, x2, y2, which to the overlap is the same. */
function formOf({ attributes }: Node, producer: string): BoxForm {
  const centre = attributes.center_point_box;
  if (centre?.type === 'int' && centre.value === 1) return 'centre';
  return /torch/i.test(producer) ? 'corners' : 'corners-yx';
}
