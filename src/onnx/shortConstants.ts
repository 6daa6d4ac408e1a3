import { isNumeric } from './elementType.ts';
import type { Attribute, Graph, Node } from './graph.ts';
import { toNumbers } from './tensor.ts';

/** The numbers of a constant by the value's name; undefined where they are not known before a run. */
export type Constants = (name: string | undefined) => readonly number[] | undefined;

export const noConstants: Constants = () => undefined;

/** Shapes are short; what is longer is data. */
const mostNumbers = 64;

/**
 * The constants of a graph that are short enough to be shapes, and what shapes are usually put together of them with.
 * @param outer constants that a subgraph may take from around it.
 */
export function shortConstants(graph: Graph, outer: Constants = noConstants): Constants {
  const known = new Map<string, readonly number[] | undefined>(graph.inputs.map(({ name }) => [name, undefined]));
  for (const [name, value] of graph.initializers) known.set(name, numbersOf({ type: 'tensor', value }));
  const find: Constants = (name = '') => (known.has(name) ? known.get(name) : outer(name));
  for (const node of graph.nodes) {
    node.outputs.forEach((name, i) => {
      known.set(name, i === 0 ? computed(node, find) : undefined);
    });
  }
  return find;
}

function computed({ op, inputs, attributes }: Node, constants: Constants): readonly number[] | undefined {
  const values = inputs.map(constants);
  const [first, second] = values;
  switch (op) {
    case 'Constant':
      return numbersOf(Object.values(attributes)[0]);
    case 'Identity':
    case 'Cast':
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
      return first;
    case 'Concat': {
      const all = values.flatMap((value) => value ?? []);
      return values.includes(undefined) || all.length > mostNumbers ? undefined : all;
    }
    case 'Add':
      return pairwise(first, second, (a, b) => a + b);
    case 'Mul':
      return pairwise(first, second, (a, b) => a * b);
    default:
      return undefined;
  }
}

function pairwise(
  first: readonly number[] | undefined,
  second: readonly number[] | undefined,
  combine: (a: number, b: number) => number,
): readonly number[] | undefined {
  if (!first || !second) return undefined;
  const length = Math.max(first.length, second.length);
  if (![first, second].every((each) => each.length === length || each.length === 1)) return undefined;
  const at = (values: readonly number[], i: number) => values[values.length === 1 ? 0 : i] ?? Number.NaN;
  return Array.from({ length }, (_, i) => combine(at(first, i), at(second, i)));
}

/** The numbers of an attribute; undefined where it has none, or too many for a shape. */
export function numbersOf(attribute: Attribute | undefined): readonly number[] | undefined {
  switch (attribute?.type) {
    case 'int':
    case 'float':
      return [attribute.value];
    case 'ints':
    case 'floats':
      return attribute.value;
    case 'tensor': {
      const { type, data } = attribute.value;
      const readable = isNumeric(type) && type !== 'float16' && type !== 'bfloat16';
      return readable && data.length <= mostNumbers ? toNumbers(attribute.value) : undefined;
    }
    default:
      return undefined;
  }
}
