import { type AttributeLike, attributes } from '../../src/onnx/attributes.ts';
import type { Attribute, Graph, Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, sizeOf, type Tensor } from '../../src/onnx/tensor.ts';
import { type Random, random } from '../../src/random/random.ts';
import { type Array64, slowOperators } from '../slow/index.ts';
import { slowNodes, toArray64 } from '../slow/slowGraph.ts';

/** A layer: some nodes with random attributes, on a map [n, c, h, w]. What it gives may have another rank. */
export type Layer = (m: GraphMaker, x: Value) => Value;

export const text = (value: string): Attribute => ({ type: 'string', value });

export type Attributes = Readonly<Record<string, AttributeLike | undefined>>;

/** A value of the graph under construction; its first axis is the batch. */
export interface Value {
  readonly name: string;
  readonly dims: readonly number[];
}

/** The random images that a graph is built with: every node is computed at once, in float64, so that shapes are known. */
export const builtRows = 2;

/** Builds a graph at random: draws, adds nodes, and knows what they compute. */
export class GraphMaker {
  readonly source: Random;
  readonly opset: number;
  /** What it quantises to: ONNX Runtime 1.30 breaks graphs with int8 and uint8 while it optimises them. */
  readonly signed: boolean;
  readonly builder: GraphBuilder;
  readonly #known = new Map<string, Array64>();
  readonly #shared: Tensor<'float32'>[] = [];
  #halves = false;

  constructor(seed: number) {
    this.source = random(seed);
    this.signed = this.chance(0.5);
    this.opset = this.pick([21, 21, 21, 22, 23, 20, 19]);
    this.builder = new GraphBuilder(emptyGraph('random'), 'made');
  }

  /** A whole number from `low` to `high`. */
  int(low: number, high: number): number {
    return low + this.source.index(high - low + 1);
  }

  number(low: number, high: number): number {
    return low + (high - low) * this.source.uniform();
  }

  chance(probability: number): boolean {
    return this.source.uniform() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.source.index(list.length)]!;
  }

  list(length: number, low: number, high: number): number[] {
    return Array.from({ length }, () => this.int(low, high));
  }

  input(dims: readonly number[]): Value {
    const name = this.builder.input('image', 'float32', ['batch', ...dims]);
    const all = [builtRows, ...dims];
    this.#known.set(name, { dims: all, data: Float64Array.from({ length: sizeOf(all) }, () => this.number(-1, 1)) });
    return { name, dims: all };
  }

  /** Numbers in [low, high), in float32; now and then those of an earlier constant of the same shape. */
  constant(dims: readonly number[], low = -1, high = 1): Value {
    const alike = this.#shared.filter((t) => `${t.dims}` === `${dims}` && low === -1);
    const reused = alike.length > 0 && this.chance(0.3) ? this.pick(alike) : undefined;
    const value =
      reused ??
      float32(
        dims,
        Array.from({ length: sizeOf(dims) }, () => this.number(low, high)),
      );
    if (!reused && low === -1) this.#shared.push(value);
    return this.tensor(value);
  }

  tensor(value: Tensor): Value {
    const name = this.builder.constant(value);
    this.#known.set(name, toArray64(value));
    return { name, dims: value.dims };
  }

  ints(...values: number[]): Value {
    return this.tensor(int64(values));
  }

  add(op: string, inputs: readonly (Value | undefined)[], given: Attributes = {}): Value {
    return this.addMany(op, inputs, 1, given)[0]!;
  }

  /** @throws SlowOperatorError for what the operator does not allow. */
  addMany(op: string, inputs: readonly (Value | undefined)[], count: number, given: Attributes = {}): Value[] {
    const names = inputs.map((input) => input?.name ?? '');
    const node = { op, domain: '', name: '', inputs: names, outputs: [], attributes: attributes(given) };
    const [slow] = slowNodes({ ...emptyGraph(''), nodes: [node] });
    const known = names.map((name) => this.#known.get(name));
    const results = slowOperators[op]!(known, slow!.attributes, count);
    const outputs = this.builder.addMany(op, names, count, given);
    return outputs.map((name, i) => {
      const result = results[i]!;
      this.#known.set(name, result);
      return { name, dims: result.dims };
    });
  }

  /** The value in float64 for the images that the graph is built with. */
  numbersOf({ name }: Value): Float64Array {
    return this.#known.get(name)!.data;
  }

  /** The value in half precision and back: konkyo computes all of it in float32. */
  halved(value: Value, between: (half: Value) => Value): Value {
    this.#halves = true;
    return this.add('Cast', [between(this.add('Cast', [value], { to: 10 }))], { to: 1 });
  }

  get halves(): boolean {
    return this.#halves;
  }

  finish(output: Value): Model {
    const graph: Graph = this.builder.build([{ name: output.name, type: 'float32', dims: undefined }]);
    return { irVersion: 10, opset: this.opset, domains: new Map(), producer: 'fuzz', metadata: new Map(), graph };
  }
}
