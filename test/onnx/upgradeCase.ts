import { type AttributeLike, attributes } from '../../src/onnx/attributes.ts';
import type { Graph, Model } from '../../src/onnx/graph.ts';
import { emptyGraph } from '../../src/onnx/graphBuilder.ts';
import { float32, type Tensor, tensor } from '../../src/onnx/tensor.ts';
import type { Values } from '../../src/runtime/runtime.ts';

/** One node of an old opset, and what it is run on. */
export interface UpgradeCase {
  readonly op: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, AttributeLike | undefined>>;
  /** The node's inputs in order: tensors that are fed, constants, '' where left out. */
  readonly inputs: readonly (Tensor | Constant | '')[];
  readonly outputs: number;
  /** How many of the outputs the model gives. */
  readonly read: number;
  /** Where the new form computes in another order: the allowed difference, in parts of the largest element. */
  readonly tolerance: number;
}

interface Constant {
  readonly constant: Tensor;
}

export const constant = (value: Tensor): Constant => ({ constant: value });

/** The same numbers every time, between -2 and 2, in no order. */
export function wave(...dims: readonly number[]): Tensor<'float32'> {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return float32(
    dims,
    Array.from({ length: size }, (_, i) => 2 * Math.sin(1 + 12.9 * i)),
  );
}

export const double = (t: Tensor<'float32'>): Tensor => tensor('float64', t.dims, Float64Array.from(t.data));
export const vector = (...values: readonly number[]): Constant => constant(float32([values.length], values));
export const positive = (...dims: readonly number[]): Constant => {
  const { data } = wave(...dims);
  return constant(float32(dims, data.map(Math.abs)));
};

type Options = { readonly outputs?: number; readonly read?: number; readonly tolerance?: number };

/** A case for each opset and each set of attributes. */
export function cases(
  op: string,
  opsets: readonly number[],
  inputs: UpgradeCase['inputs'],
  variants: readonly UpgradeCase['attributes'][] = [{}],
  { outputs = 1, read = outputs, tolerance = 0 }: Options = {},
): UpgradeCase[] {
  return opsets.flatMap((opset) =>
    variants.map((values) => ({ op, opset, inputs, attributes: values, outputs, read, tolerance })),
  );
}

export function modelOf(graph: Graph, opset: number): Model {
  return { irVersion: 4, opset, domains: new Map(), producer: '', metadata: new Map(), graph };
}

/** The model of a case and its feeds. */
export function caseModel({ op, opset, inputs, attributes: values, outputs, read }: UpgradeCase): {
  readonly model: Model;
  readonly feeds: Values;
} {
  const named = inputs.map((input, i) => ({ name: input === '' ? '' : `in${i}`, input }));
  const fed = named.flatMap(({ name, input }) => (input !== '' && 'data' in input ? [{ name, value: input }] : []));
  const constants = named.flatMap(({ name, input }): [string, Tensor][] =>
    input !== '' && 'constant' in input ? [[name, input.constant]] : [],
  );
  const results = Array.from({ length: outputs }, (_, i) => `out${i}`);
  const node = { op, domain: '', name: 'node', inputs: named.map(({ name }) => name), outputs: results };
  const graph = {
    ...emptyGraph(op),
    inputs: fed.map(({ name, value }) => ({ name, type: value.type, dims: value.dims })),
    initializers: new Map(constants),
    nodes: [{ ...node, attributes: attributes(values) }],
    outputs: results.slice(0, read).map((name) => ({ name, type: undefined, dims: undefined })),
  };
  return { model: modelOf(graph, opset), feeds: Object.fromEntries(fed.map(({ name, value }) => [name, value])) };
}

/** A case in a few words. */
export function titleOf({ op, opset, inputs, attributes: values }: UpgradeCase): string {
  const shapes = inputs.map((input) => (input === '' ? '-' : `[${('data' in input ? input : input.constant).dims}]`));
  return `${op} of opset ${opset} ${shapes.join(' ')} ${JSON.stringify(values)}`;
}
