import { isNumeric } from './elementType.ts';
import type { Facts } from './facts.ts';
import { type Model, type Node, qualifiedOp, reads } from './graph.ts';
import { viewOf } from './graphView.ts';
import { insideNodes } from './insideNodes.ts';
import { is } from './operators.ts';
import type { Tensor } from './tensor.ts';

/** The nodes that draw random numbers, or hold others that do, and that the given values depend on. */
export function randomNodes(model: Model, values: readonly string[], facts: Facts): readonly Node[] {
  const inside = insideNodes(model);
  const known = (name: string) => facts.get(name)?.constant;
  const draws = (node: Node) =>
    isRandom(node, known) ||
    inside(node).some(({ node: inner, constant }) => isRandom(inner, (name) => constant(name) ?? known(name)));
  const needed = (node: Node) => (is(node, 'of shapes') ? [] : reads(node));
  return viewOf(model.graph).upstream(values, needed).filter(draws);
}

function isRandom(node: Node, constant: (name: string) => Tensor | undefined): boolean {
  return is(node, 'random') || (qualifiedOp(node) === 'Dropout' && !passesOn(node, constant));
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
