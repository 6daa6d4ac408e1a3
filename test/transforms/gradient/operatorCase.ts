import { type AttributeLike, attributes } from '../../../src/onnx/attributes.ts';
import { isFloat } from '../../../src/onnx/elementType.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { rows, type Tensor } from '../../../src/onnx/tensor.ts';
import { workingOpset } from '../../../src/onnx/upgrade/upgradeModel.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { outputOf, type Runtime, type Values } from '../../../src/runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../../src/transforms/gradient/gradient.ts';
import { cpu } from '../../runtimes.ts';
import type { Array64 } from '../../slow/array64.ts';
import { slowOperators } from '../../slow/index.ts';
import { slowNodes, toArray64 } from '../../slow/slowGraph.ts';
import { type DirectionalDerivatives, derivativesAlongDirections } from './directions.ts';
import { distinct } from './inputs.ts';

/** One operator on given inputs. */
export interface OperatorCase {
  readonly op: string;
  readonly opset?: number;
  /** By position; undefined: left out. Floats are graph inputs, integers and booleans initializers. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeLike>>;
  readonly outputs?: number;
  /** Positions of float inputs that are initializers all the same. */
  readonly constants?: readonly number[];
  /** Positions of integer inputs that are graph inputs all the same. */
  readonly fed?: readonly number[];
  /** Positions of inputs whose first axis is the batch: probed with two rows, run with all. */
  readonly batched?: readonly number[];
  /** Positions of inputs to differentiate by, where not all float ones. */
  readonly wrt?: readonly number[];
}

const inputName = (position: number): string => `x${position}`;
const outputName = (position: number): string => `y${position}`;

export function titleOf({ op, opset, inputs, attributes: given = {}, ...rest }: OperatorCase): string {
  const shown = Object.entries(given).map(([name, value]) => `${name}=${shownAttribute(value)}`);
  const shapes = inputs.map((input) => `[${input?.dims ?? ''}]`).join(' ');
  const marks = (['constants', 'fed', 'wrt'] as const).flatMap((key) => (rest[key] ? [`${key} ${rest[key]}`] : []));
  return [op, ...(opset ? [`(opset ${opset})`] : []), shapes, ...shown, ...marks].join(' ');
}

function shownAttribute(value: AttributeLike): string {
  return typeof value === 'object' && 'value' in value ? String(value.value) : String(value);
}

export function differentiated({ inputs, wrt }: OperatorCase): readonly number[] {
  return wrt ?? inputs.flatMap((input, i) => (input && isFloat(input.type) ? [i] : []));
}

function isFed({ inputs, constants = [], fed = [] }: OperatorCase, position: number): boolean {
  const input = inputs[position];
  return input !== undefined && (fed.includes(position) || (isFloat(input.type) && !constants.includes(position)));
}

export function feedsOf(operatorCase: OperatorCase): Record<string, Tensor> {
  const { inputs } = operatorCase;
  return Object.fromEntries(
    inputs.flatMap((input, i) => (input && isFed(operatorCase, i) ? [[inputName(i), input] as const] : [])),
  );
}

/** The first two rows of what is batched: the engine may build on no batch size. */
function probeFeeds(operatorCase: OperatorCase): Values {
  const batched = (operatorCase.batched ?? []).map(inputName);
  const entries = Object.entries(feedsOf(operatorCase)).map(([name, value]) => [
    name,
    batched.includes(name) ? rows(value as Tensor<'float32'>, 0, 2) : value,
  ]);
  return Object.fromEntries(entries);
}

export function modelOf(operatorCase: OperatorCase): Model {
  const { op, opset = workingOpset, inputs, attributes: given = {}, outputs = 1 } = operatorCase;
  const names = inputs.map((input, i) => (input ? inputName(i) : ''));
  const outputNames = Array.from({ length: outputs }, (_, i) => outputName(i));
  const graph = {
    ...emptyGraph(op),
    inputs: inputs.flatMap((input, i) =>
      input && isFed(operatorCase, i)
        ? [
            {
              name: inputName(i),
              type: input.type,
              dims: isFloat(input.type) ? input.dims.map((_, axis) => `x${i}.${axis}`) : input.dims,
            },
          ]
        : [],
    ),
    initializers: new Map(
      inputs.flatMap((input, i) => (input && !isFed(operatorCase, i) ? [[inputName(i), input] as const] : [])),
    ),
    nodes: [{ op, domain: '', name: op, inputs: names, outputs: outputNames, attributes: attributes(given) }],
    outputs: outputNames.map((name) => ({ name, type: undefined, dims: undefined })),
  };
  const irVersion = 10;
  return { irVersion, opset, domains: new Map(), producer: 'konkyo tests', metadata: new Map(), graph };
}

/** A vector-Jacobian product as a graph: its model, and the random cotangents that it is fed beside the inputs. */
export interface GradientModel {
  readonly model: Model;
  readonly cotangents: Values;
  /** Values differentiated by -> outputs with their gradients. */
  readonly gradients: ReadonlyMap<string, string>;
}

/** Adds the backward pass from random cotangents on every float output (of the size that `shapes` says it has). */
export async function gradientModel(
  model: Model,
  feeds: Values,
  wrt: readonly string[],
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<GradientModel> {
  const { facts } = await probe(cpu, model, feeds);
  const builder = new GraphBuilder(model.graph, 'gradient');
  const outputs = model.graph.outputs.filter(({ name }) => isFloat(facts.get(name)?.type));
  const seeds = new Map(
    outputs.map(({ name }) => {
      const dims = facts.get(name)?.dims.map((_, axis) => `${name}.${axis}`);
      return [name, builder.input(`cotangent of ${name}`, 'float32', dims)];
    }),
  );
  const cotangents = Object.fromEntries(
    outputs.map(({ name }, i) => [`cotangent of ${name}`, distinct(shapes.get(name) ?? [], 100 + i)]),
  );
  const added = addGradients(builder, { facts, seeds, wrt });
  // A gradient may be a graph input itself (Identity); an output has to be made by a node.
  const gradients = new Map(
    wrt.map((value) => [value, builder.add('Identity', [gradientOrZeros(builder, added, value)])]),
  );
  const results = [...gradients.values()].map((name) => ({ name, type: undefined, dims: undefined }));
  return { model: { ...model, graph: builder.build(results) }, cotangents, gradients };
}

export function gradientModelOf(operatorCase: OperatorCase): Promise<GradientModel> {
  const wrt = differentiated(operatorCase).map(inputName);
  const shapes = new Map(slowOutputs(operatorCase).map(({ dims }, i) => [outputName(i), dims]));
  return gradientModel(modelOf(operatorCase), probeFeeds(operatorCase), wrt, shapes);
}

/** cotangent' J for each differentiated input, by the gradient graph on each runtime. */
export async function productOnRuntimes(
  { model, cotangents, gradients }: GradientModel,
  operatorCase: OperatorCase,
  runtimes: readonly Runtime[],
): Promise<readonly (readonly Array64[])[]> {
  const feeds = { ...feedsOf(operatorCase), ...cotangents };
  return Promise.all(
    runtimes.map(async (runtime) => {
      const session = await runtime.createSession(model);
      try {
        const values = await session.run(feeds);
        return [...gradients.values()].map((name) => toArray64(outputOf(values, name)));
      } finally {
        await session.release();
      }
    }),
  );
}

/** The slow version of a case, as a function of its inputs. */
function slowVersion(operatorCase: OperatorCase): (inputs: readonly (Array64 | undefined)[]) => readonly Array64[] {
  const [node] = slowNodes(modelOf(operatorCase).graph);
  const operator = slowOperators[operatorCase.op];
  if (!node || !operator) throw new Error(`The slow version has no ${operatorCase.op}.`);
  const count = node.outputs.length;
  return (inputs) => operator(inputs, node.attributes, count).slice(0, count);
}

const slowInputs = ({ inputs }: OperatorCase) => inputs.map((input) => input && toArray64(input));

const slowOutputs = (operatorCase: OperatorCase): readonly Array64[] =>
  slowVersion(operatorCase)(slowInputs(operatorCase));

/** The elements of all float outputs, one after the other. */
function joined(outputs: readonly Array64[]): Array64 {
  const floats = floatsOf(outputs);
  const data = new Float64Array(floats.reduce((sum, output) => sum + output.data.length, 0));
  let start = 0;
  for (const output of floats) {
    data.set(output.data, start);
    start += output.data.length;
  }
  return { dims: [data.length], data };
}

const floatsOf = (outputs: readonly Array64[]): readonly Array64[] =>
  outputs.filter(({ integerType }) => integerType === undefined);

/** cotangent' J along some directions of each differentiated input, by finite differences of the slow float64 version. */
export function productByDifferences(operatorCase: OperatorCase, count?: number): readonly DirectionalDerivatives[] {
  const inputs = slowInputs(operatorCase);
  const slow = slowVersion(operatorCase);
  const cotangents = floatsOf(slow(inputs)).map(({ dims }, i) => toArray64(distinct(dims, 100 + i)));
  return differentiated(operatorCase).map((position) => {
    const f = (changed: Array64): Array64 => joined(slow(inputs.with(position, changed)));
    return derivativesAlongDirections(f, inputs[position] as Array64, joined(cotangents), count);
  });
}
