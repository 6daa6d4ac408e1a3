import { ArgumentError } from '../argumentError.ts';
import { type AttributeLike, attributes } from './attributes.ts';
import type { ElementType } from './elementType.ts';
import { InvalidModelError, NotANumberError } from './errors.ts';
import { type Graph, type Node, type Origin, type ValueInfo, valueNames } from './graph.ts';
import { int64, scalar, type Tensor } from './tensor.ts';

/** Everything konkyo adds to a graph is named under this prefix. */
export const reservedPrefix = 'konkyo/';

/** What `fresh` makes; no such name is ever met twice. */
const freshName = /^konkyo\/[^/]+\/\d+_/;

/**
 * Refuses a stranger's values under konkyo's prefix: inputs that transforms add have fixed names there. Names that an earlier
 * transform has made are no hindrance, nor are outputs, which give way only if an input of that very name is added.
 * @throws InvalidModelError
 */
export function checkNames(graph: Graph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const taken = [...valueNames(graph)].find(
    (name) => name.startsWith(reservedPrefix) && !freshName.test(name) && !outputs.has(name),
  );
  if (taken !== undefined) throw reserved(taken);
}

function reserved(name: string): InvalidModelError {
  return new InvalidModelError(
    `The model has a value "${name}" of its own: names that begin with "${reservedPrefix}" are konkyo's. Rename it in the model.`,
  );
}
/** The stage that adds scores which a model's last steps leave out. */
export const scoresStage = 'scores';
export const scoresPrefix = `${reservedPrefix}${scoresStage}/`;

/** Operators without attributes, as methods of a builder: `ops.Mul(a, b)`. */
const plainOps = [
  ...([
    'Abs',
    'Add',
    'And',
    'Cos',
    'Div',
    'Equal',
    'Erf',
    'Exp',
    'Expand',
    'Greater',
    'GreaterOrEqual',
    'Less',
  ] as const),
  ...(['LessOrEqual', 'Log', 'MatMul', 'Max', 'Min', 'Mul', 'Neg', 'Not', 'Or', 'Pow', 'Range', 'Reciprocal'] as const),
  ...([
    'Reshape',
    'Sigmoid',
    'Sign',
    'Sin',
    'Size',
    'Sqrt',
    'Sub',
    'Sum',
    'Tanh',
    'Tile',
    'Unsqueeze',
    'Where',
  ] as const),
] as const;
type PlainOps = Readonly<Record<(typeof plainOps)[number], (...inputs: string[]) => string>>;

type AttributeLikes = Readonly<Record<string, AttributeLike | undefined>>;

/**
 * Adds nodes to a graph. The graph it starts from stays as it is; `build` gives the new one.
 * Names of what is added start with `konkyo/STAGE/` and never meet a name the graph has already.
 */
export class GraphBuilder {
  readonly #graph: Graph;
  readonly #stage: string;
  readonly #taken: Set<string>;
  readonly #nodes: Node[];
  readonly #initializers: Map<string, Tensor>;
  readonly #inputs: ValueInfo[];
  readonly #constants = new Map<string, string>();
  #counter = 0;
  #origin: Origin | undefined;
  readonly ops: PlainOps = Object.fromEntries(
    plainOps.map((op) => [op, (...inputs: string[]) => this.add(op, inputs)]),
  ) as PlainOps;

  constructor(graph: Graph, stage: string) {
    this.#graph = graph;
    this.#stage = stage;
    this.#taken = valueNames(graph);
    this.#nodes = [...graph.nodes];
    this.#initializers = new Map(graph.initializers);
    this.#inputs = [...graph.inputs];
  }

  /**
   * Puts a computation before the graph: `compute` adds nodes (and inputs) and returns the value that takes the place of
   * the graph input `name`, which is an input no more.
   */
  computeInput(name: string, compute: () => string): void {
    const following = this.#nodes.splice(0);
    const index = this.#inputs.findIndex((input) => input.name === name);
    if (index < 0) throw new ArgumentError(`The graph has no input "${name}".`);
    this.#inputs.splice(index, 1);
    const value = compute();
    this.rename(value, name);
    this.#nodes.push(...following);
  }

  /** The nodes so far, in topological order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** A constant of the graph, or one that was added; undefined for other values. */
  initializer(name: string): Tensor | undefined {
    return this.#initializers.get(name);
  }

  /** A name that nothing in the graph has yet. */
  fresh(hint: string): string {
    let name: string;
    do {
      this.#counter += 1;
      name = `${reservedPrefix}${this.#stage}/${this.#counter}_${hint}`;
    } while (this.#taken.has(name));
    this.#taken.add(name);
    return name;
  }

  /** Runs `body`; the nodes it adds record that they come from this node, and by which gradient or relevance rule. */
  from<T>(origin: Origin, body: () => T): T {
    const outer = this.#origin;
    this.#origin = origin;
    try {
      return body();
    } finally {
      this.#origin = outer;
    }
  }

  /** Adds a node with one output and returns that output's name. */
  add(op: string, inputs: readonly string[], attributeValues: AttributeLikes = {}): string {
    const [output] = this.addMany(op, inputs, 1, attributeValues);
    return output as string;
  }

  /** Adds a node with several outputs and returns their names. */
  addMany(op: string, inputs: readonly string[], outputCount: number, attributeValues: AttributeLikes = {}): string[] {
    const outputs = Array.from({ length: outputCount }, () => this.fresh(op));
    const [name = ''] = outputs;
    for (const [attribute, value] of Object.entries(attributeValues)) {
      if (typeof value === 'number' || Array.isArray(value)) checkNumbers([value].flat(), `${attribute} of ${op}`);
    }
    this.append({ op, domain: '', name, inputs, outputs, attributes: attributes(attributeValues) });
    return outputs;
  }

  /** Adds a node under its own name, with its own inputs and outputs. */
  append(node: Node): void {
    this.#nodes.push(this.#origin ? { ...node, origin: this.#origin } : node);
  }

  /** Adds a node once more, with one output, on other inputs, and returns that output's name. */
  again(node: Node, inputs: readonly string[]): string {
    const output = this.fresh(node.op);
    this.append({ ...node, name: output, inputs, outputs: [output] });
    return output;
  }

  /** Gives a value another name, one that the graph does not make otherwise: that of an output, say. */
  rename(value: string, name: string): void {
    this.append({ op: 'Identity', domain: '', name, inputs: [value], outputs: [name], attributes: {} });
  }

  /** Puts other nodes in the place of one that is there. */
  replace(node: Node, ...by: readonly Node[]): void {
    const index = this.#nodes.indexOf(node);
    if (index < 0) throw new ArgumentError(`The graph has no node ${node.op} "${node.name}" to replace.`);
    this.#nodes.splice(index, 1, ...by);
  }

  /** Adds a constant and returns its name. */
  constant(value: Tensor, hint = 'constant'): string {
    const name = this.fresh(hint);
    this.#initializers.set(name, value);
    return name;
  }

  /** A float32 scalar; one initializer for each value. */
  scalar(value: number): string {
    checkNumbers([value], 'A constant');
    return this.#once(`scalar ${Object.is(value, -0) ? '-0' : value}`, () => this.constant(scalar(value), 'scalar'));
  }

  /** An int64 vector (shapes, axes); one initializer for each value. */
  ints(values: readonly number[]): string {
    checkNumbers(values, 'A size');
    return this.#once(`ints ${values}`, () => this.constant(int64(values), 'ints'));
  }

  /** An int64 scalar. */
  int(value: number): string {
    checkNumbers([value], 'A size');
    return this.#once(`int ${value}`, () => this.constant(int64([value], []), 'int'));
  }

  #once(key: string, make: () => string): string {
    const name = this.#constants.get(key) ?? make();
    this.#constants.set(key, name);
    return name;
  }

  /** Adds a graph input and returns its name. @throws InvalidModelError where the graph has a value of this name. */
  input(name: string, type: ElementType, dims: ValueInfo['dims']): string {
    if (this.#taken.has(name)) throw reserved(name);
    this.#taken.add(name);
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /** The graph so far, with the given outputs (by default those it had). */
  build(outputs: readonly ValueInfo[] = this.#graph.outputs): Graph {
    return {
      ...this.#graph,
      inputs: this.#inputs,
      outputs,
      nodes: [...this.#nodes],
      initializers: this.#initializers,
      valueInfo: [],
    };
  }
}

/** The part of a builder that gradient and relevance rules get: they can add to the graph, and not look at it. */
export type Additions = Pick<
  GraphBuilder,
  'add' | 'addMany' | 'again' | 'append' | 'constant' | 'fresh' | 'int' | 'ints' | 'ops' | 'scalar'
>;

function checkNumbers(values: readonly number[], what: string): void {
  if (values.some(Number.isNaN)) throw new NotANumberError(what);
}

/** An empty graph to build on. */
export function emptyGraph(name: string): Graph {
  return { name, inputs: [], outputs: [], nodes: [], initializers: new Map(), valueInfo: [] };
}
