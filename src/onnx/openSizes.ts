import { type Facts, shapeOnlyNames, type ValueFacts } from './facts.ts';
import { type Graph, reads } from './graph.ts';
import { is } from './operators.ts';

/** The facts of a run, with NaN for every size that is another one in other runs of equally many images. */
export function withOpenSizes(facts: Facts, others: readonly Facts[]): Facts {
  const open = [...facts].flatMap(([name, known]): [string, ValueFacts][] => {
    const dims = others.map((other) => other.get(name)?.dims ?? known.dims);
    const same = (size: number, axis: number) =>
      dims.every((other) => other.length === known.dims.length && other[axis] === size);
    if (known.dims.every(same) && dims.every(({ length }) => length === known.dims.length)) return [];
    return [[name, { ...known, dims: known.dims.map((size, axis) => (same(size, axis) ? size : Number.NaN)) }]];
  });
  return open.length === 0 ? facts : new Map([...facts, ...open]);
}

/** The names of the values with a size that differs from image to image. */
export function openSizes(facts: Facts): string[] {
  return [...facts].flatMap(([name, { dims }]) => (dims.some(Number.isNaN) ? [name] : []));
}

/**
 * Whether sizes inside a graph may depend on the elements of its inputs. All other operators take sizes and indices as whole
 * numbers or truth values; where none of those depends on an element, every size is the same in every run.
 */
export function mayDependOnElements(graph: Graph, facts: Facts): boolean {
  const ofShapes = shapeOnlyNames(graph);
  const images = new Set(graph.inputs.map(({ name }) => name));
  return graph.nodes.some((node) => {
    const varying = reads(node).filter((name) => !ofShapes.has(name));
    if (varying.length === 0) return false;
    if (node.domain !== '' || is(node, 'sizes of elements')) return true;
    // The scales that an image is enlarged by.
    if (node.op === 'Resize' && varying.some((name) => name !== node.inputs[0])) return true;
    const type = (name: string) => facts.get(name)?.type;
    return varying.some((name) => !images.has(name) && isWhole(type(name)));
  });
}

function isWhole(type: string | undefined): boolean {
  return type === undefined || type === 'bool' || type === 'int32' || type === 'int64';
}
