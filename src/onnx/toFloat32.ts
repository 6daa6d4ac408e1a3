import { type ElementType, elementTypeCode, elementTypeOf } from './elementType.ts';
import type { Attribute, Graph, Model, Node, ValueInfo } from './graph.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './halfFloat.ts';
import { float32, type Tensor } from './tensor.ts';

/** The floating types that explanations do not run in. */
const otherFloats: readonly ElementType[] = ['float16', 'float64', 'bfloat16'];

/** The floating types other than float32 that a graph's inputs, outputs, constants and casts have. */
export function foreignFloats(graph: Graph): ElementType[] {
  const inAttributes = graph.nodes.flatMap(({ op, attributes }) =>
    Object.entries(attributes).flatMap(([name, attribute]) => {
      if (attribute.type === 'tensor') return [attribute.value.type];
      if (attribute.type === 'graph') return foreignFloats(attribute.value);
      const named = attribute.type === 'int' && typeAttributes[op] === name;
      return named ? (elementTypeOf(attribute.value) ?? []) : [];
    }),
  );
  const declared = [...graph.inputs, ...graph.outputs, ...graph.initializers.values()].flatMap(
    ({ type }) => type ?? [],
  );
  return otherFloats.filter((type) => declared.includes(type) || inAttributes.includes(type));
}

/**
 * A model that computes in float32 wherever it computed in float16, bfloat16 or float64: initializers, inputs, outputs,
 * tensors in attributes, and the types that Cast and its like name.
 */
export function toFloat32(model: Model): Model {
  return { ...model, graph: graphToFloat32(model.graph) };
}

/** See toFloat32; the graphs in attributes too. */
export function graphToFloat32(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map(convertValue),
    outputs: graph.outputs.map(convertValue),
    nodes: graph.nodes.map(convertNode),
    initializers: new Map([...graph.initializers].map(([name, t]) => [name, singlePrecision(t)])),
    valueInfo: [],
  };
}

function convertValue(value: ValueInfo): ValueInfo {
  return value.type !== undefined && otherFloats.includes(value.type) ? retyped(value) : value;
}

function retyped({ name, dims }: ValueInfo): ValueInfo {
  return { name, type: 'float32', dims };
}

/** Attributes that hold a type code. */
const typeAttributes: Readonly<Record<string, string>> = {
  Cast: 'to',
  EyeLike: 'dtype',
  RandomNormal: 'dtype',
  RandomNormalLike: 'dtype',
  RandomUniform: 'dtype',
  RandomUniformLike: 'dtype',
  Bernoulli: 'dtype',
};
const otherCodes = otherFloats.map(elementTypeCode);

function convertNode(node: Node): Node {
  const entries = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.type === 'tensor') return [name, convertAttribute(attribute)];
    if (attribute.type === 'graph') return [name, { type: 'graph', value: graphToFloat32(attribute.value) }];
    const isType = attribute.type === 'int' && typeAttributes[node.op] === name && otherCodes.includes(attribute.value);
    return [name, isType ? { type: 'int', value: elementTypeCode('float32') } : attribute];
  });
  return { ...node, attributes: Object.fromEntries(entries) };
}

function convertAttribute(attribute: Attribute & { readonly type: 'tensor' }): Attribute {
  const value = singlePrecision(attribute.value);
  return attribute.value === value ? attribute : { type: 'tensor', value };
}

/** Real numbers as float32; tensors of other elements as they are. */
export function singlePrecision(t: Tensor): Tensor {
  switch (t.type) {
    case 'float16':
      return float32(t.dims, float16ToFloat32(t.data as Uint16Array));
    case 'bfloat16':
      return float32(t.dims, bfloat16ToFloat32(t.data as Uint16Array));
    case 'float64':
      return float32(t.dims, Float32Array.from(t.data as Float64Array));
    default:
      return t;
  }
}
