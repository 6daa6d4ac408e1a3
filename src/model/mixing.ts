import { intOf } from '../onnx/attributes.ts';
import { type Facts, shapeOnlyNames } from '../onnx/facts.ts';
import { describeNode, type Model, type Node, qualifiedOp, reads } from '../onnx/graph.ts';
import { inputOf, viewOf } from '../onnx/graphView.ts';
import { insideNodes } from '../onnx/insideNodes.ts';
import { is } from '../onnx/operators.ts';
import { toNumbers } from '../onnx/tensor.ts';

/**
 * Why a model cannot take several images at once, as far as its graph shows: probes alone do not tell, for what it does to
 * the rows of a batch may hang on their pixels. Looked at are the nodes between the image and the given values.
 * @param few facts of a run, and `more` those of one with more images.
 * @returns a clause naming the node; undefined where the graph shows nothing of the kind.
 */
export function mixesImages(model: Model, values: readonly string[], few: Facts, more: Facts): string | undefined {
  const { graph } = model;
  const inside = insideNodes(model);
  const ofShapes = shapeOnlyNames(graph);
  const readsPixels = (node: Node) => reads(node).some((name) => !ofShapes.has(name));
  const grown = (name: string) => grownAxes(few.get(name)?.dims, more.get(name)?.dims);
  for (const node of viewOf(graph).upstream(values)) {
    if (!readsPixels(node) || is(node, 'shape')) continue;
    const name = describeNode(node);
    const bodies = inside(node);
    if ([node, ...bodies.map((inner) => inner.node)].some(isTraining)) {
      return `${name} is in training mode and normalises by the images it is given together`;
    }
    if (bodies.length > 0) return `what ${name} does may depend on all images together`;
    if (countsPixels(node, ofShapes)) return `${name} gathers what all images have`;
    for (const output of node.outputs) {
      const axes = grown(output);
      if (axes?.length === 0) return `${name} makes one value of all images`;
      if (axes && axes.length > 1) return `${name} compares the images of a batch`;
    }
    const over = axisOf(node, more);
    if (over !== undefined && grown(inputOf(node, 0))?.includes(over)) return `${name} works over the images`;
  }
  return undefined;
}

/** Whether a node's output has a place for each element that the pixels choose, of whichever image. */
function countsPixels(node: Node, ofShapes: ReadonlySet<string>): boolean {
  return is(node, 'counts') || (qualifiedOp(node) === 'Compress' && !ofShapes.has(inputOf(node, 1)));
}

/** A batch normalisation that takes mean and variance from what it is given. */
function isTraining({ op, domain, attributes: { training_mode } }: Node): boolean {
  return op === 'BatchNormalization' && domain === '' && training_mode?.type === 'int' && training_mode.value === 1;
}

/** The one axis that a node works along, each line for itself; undefined for other operators. */
function axisOf(node: Node, facts: Facts): number | undefined {
  if (node.domain !== '') return undefined;
  const counted = (axis: number) => (axis < 0 ? axis + (facts.get(inputOf(node, 0))?.dims.length ?? 0) : axis);
  if (is(node, 'along an axis')) return counted(intOf(node, 'axis', -1));
  const axis = node.op === 'CumSum' ? facts.get(inputOf(node, 1))?.constant : undefined;
  const [along] = axis ? toNumbers(axis) : [];
  return along === undefined ? undefined : counted(along);
}

/** The axes that are longer for more images; undefined where one of the runs did not have the value. */
function grownAxes(few: readonly number[] | undefined, more: readonly number[] | undefined): number[] | undefined {
  if (!few || !more || few.length !== more.length) return undefined;
  return few.flatMap((size, axis) => (size === more[axis] ? [] : [axis]));
}
