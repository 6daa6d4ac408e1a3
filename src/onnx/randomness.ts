import { isNumeric } from './elementType.ts';
import type { Facts } from './facts.ts';
import { type Model, type Node, reads } from './graph.ts';
import { viewOf } from './graphView.ts';
import { insideNodes } from './insideNodes.ts';
import type { Tensor } from './tensor.ts';

/** Operators that draw new numbers in every run. A seed only says where they begin. */
export const randomOperators: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
]);

/** Operators whose result depends on their inputs' shapes alone. */
const ofShapes: ReadonlySet<string> = new Set(['Shape', 'Size', 'EyeLike', 'RandomNormalLike', 'RandomUniformLike']);

/** The nodes that draw random numbers, or hold others that do, and that the given values depend on. */
export function randomNodes(model: Model, values: readonly string[], facts: Facts): readonly Node[] {
  const inside = insideNodes(model);
  const known = (name: string) => facts.get(name)?.constant;
  const draws = (node: Node) =>
    isRandom(node, known) ||
    inside(node).some(({ node: inner, constant }) => isRandom(inner, (name) => constant(name) ?? known(name)));
  const needed = (node: Node) => (node.domain === '' && ofShapes.has(node.op) ? [] : reads(node));
  return viewOf(model.graph).upstream(values, needed).filter(draws);
}

function isRandom(node: Node, constant: (name: string) => Tensor | undefined): boolean {
  if (node.domain !== '') return false;
  return randomOperators.has(node.op) || (node.op === 'Dropout' && !passesOn(node, constant));
}

/** Whether a Dropout gives what it gets: it is not in training mode, or drops none. */
export function passesOn(
  { inputs: [, ratio = '', training = ''] }: Node,
  constant: (name: string) => Tensor | undefined,
): boolean {
  const isZero = (name: string) => {
    const value = name === '' ? undefined : constant(name);
    return value !== undefined && isNumeric(value.type) && value.data.length === 1 && Number(value.data[0]) === 0;
  };
  return training === '' || isZero(training) || isZero(ratio);
}
