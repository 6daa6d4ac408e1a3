import { InvalidModelError } from './errors.ts';
import { type Attribute, type Attributes, describeNode, type Graph, type Node } from './graph.ts';
import type { Tensor } from './tensor.ts';

/** What an attribute may be given as: whole numbers become ints; use `float` and `floats` where ONNX wants floats. */
export type AttributeLike = number | string | boolean | readonly number[] | Tensor | Attribute;

export function float(value: number): Attribute {
  return { type: 'float', value };
}

export function floats(value: readonly number[]): Attribute {
  return { type: 'floats', value };
}

/** Attributes from plain values; undefined ones are left out. */
export function attributes(values: Readonly<Record<string, AttributeLike | undefined>>): Attributes {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, toAttribute(value)] as const],
  );
  return Object.fromEntries(entries);
}

function toAttribute(value: AttributeLike): Attribute {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'boolean') return { type: 'int', value: value ? 1 : 0 };
  if (typeof value === 'string') return { type: 'string', value };
  if (isList(value)) return { type: 'ints', value };
  return 'dims' in value ? { type: 'tensor', value } : value;
}

function isList(value: Tensor | Attribute | readonly number[]): value is readonly number[] {
  return Array.isArray(value);
}

interface Values {
  int: number;
  float: number;
  string: string;
  ints: readonly number[];
  floats: readonly number[];
  strings: readonly string[];
  tensor: Tensor;
  graph: Graph;
}

type Reader<V> = {
  (node: Node, name: string): V | undefined;
  (node: Node, name: string, fallback: V): V;
};

function reader<K extends keyof Values>(type: K): Reader<Values[K]> {
  return (node: Node, name: string, fallback?: Values[K]) => {
    const attribute = node.attributes[name];
    if (attribute === undefined) return fallback as Values[K];
    if (attribute.type !== type) {
      throw new InvalidModelError(
        `Attribute "${name}" of ${describeNode(node)} is ${attribute.type}, not ${type}: the file is damaged, or not valid ONNX.`,
      );
    }
    return attribute.value as Values[K];
  };
}

/* Readers of one attribute: the fallback where it is absent. InvalidModelError where it has another type. */
export const intOf = reader('int');
export const floatOf = reader('float');
export const stringOf = reader('string');
export const intsOf = reader('ints');
export const floatsOf = reader('floats');
export const stringsOf = reader('strings');
export const tensorOf = reader('tensor');
export const graphOf = reader('graph');

/** An axis or index counted from the start; given, it may count from the end, where -1 is the last of `length`. */
export function fromStart(given: number, length: number): number {
  return given < 0 ? given + length : given;
}

/** The attributes without the named ones. */
export function without(all: Attributes, ...names: string[]): Attributes {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}
