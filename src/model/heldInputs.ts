import { isFloat, type NumericType } from '../onnx/elementType.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { int64, type Tensor } from '../onnx/tensor.ts';
import { InputDescriptionError, InvalidInputError, UnsuitableModelError } from './errors.ts';
import { fitHeld, isOpen } from './fitHeld.ts';
import { isImageType } from './imageInput.ts';
import { showDims } from './inputDescription.ts';

/** The values of the inputs that are not explained, by name: of one image, with or without a batch dimension of 1. */
export type HeldInputs = ReadonlyMap<string, Tensor<NumericType>>;

/** A model of one input, and what is to be said of the others. */
interface WithHeldInputs {
  readonly model: Model;
  readonly notes: readonly string[];
}

/**
 * The model as one of a single input: every other input is a constant, repeated for each image of a batch where it has a batch
 * dimension. What is explained is then what the model does with these values.
 * @param explained the input that stays; where it is not named, the one that is not held.
 * @throws InputDescriptionError for a name that the model does not have; InvalidInputError for a value that is missing or does not
 *   fit, listing what the model takes.
 */
export function holdInputs(model: Model, explained: string | undefined, held: HeldInputs = new Map()): WithHeldInputs {
  const { inputs } = model.graph;
  const [first] = inputs;
  for (const name of [...held.keys(), ...(explained === undefined ? [] : [explained])]) {
    if (inputs.some((input) => input.name === name)) continue;
    throw new InputDescriptionError(`The model has no input "${name}". It takes:\n${inputList(inputs)}`);
  }
  const isAsked = held.size > 0 || explained !== undefined;
  // Without a word of it, what is wrong with several inputs is said where the image is looked for.
  if (!first || !isAsked || (inputs.length === 1 && held.size === 0)) return { model, notes: [] };
  const chosen = chosenInput(inputs, explained, held);
  const others = inputs.filter((input) => input !== chosen);
  const missing = others.filter(({ name }) => !held.has(name)).map(({ name }) => `"${name}"`);
  if (missing.length > 0) {
    throw new InvalidInputError(
      `"${chosen.name}" is explained with the model's other inputs held fixed, but there is no value for ${missing.join(', ')}. The model takes:\n${inputList(inputs)}\nSave an array for each in one .npz file, or give those that are held with --with FILE.npz.`,
    );
  }
  return {
    model: { ...model, graph: withConstants(model.graph, chosen, held) },
    notes: [
      `"${chosen.name}" was explained; held fixed: ${others.map(({ name }) => valueWords(name, held)).join(', ')}.`,
    ],
  };
}

function chosenInput(inputs: readonly ValueInfo[], explained: string | undefined, held: HeldInputs): ValueInfo {
  const free = inputs.filter(({ name }) => (explained === undefined ? !held.has(name) : name === explained));
  const candidates = free.length > 0 ? free : explainableInputs(inputs);
  const [chosen, second] = candidates;
  if (!chosen || second) {
    throw new InputDescriptionError(
      `Say which input is explained with --input NAME; the others are held fixed. The model takes:\n${inputList(inputs)}`,
    );
  }
  if (isImageType(chosen.type)) return chosen;
  throw new UnsuitableModelError(
    `The input "${chosen.name}" is of ${chosen.type ?? 'no tensor type'}: there is no more or less of it that evidence could be told of. Inputs that can be explained are of real or whole numbers.`,
  );
}

/**
 * The inputs that are explained where none is named: those of real numbers, but for what has its batch on a later axis while others
 * have it first, such as the state of a recurrent layer, [layers, n, units].
 */
export function explainableInputs(inputs: readonly ValueInfo[]): readonly ValueInfo[] {
  const real = inputs.filter(({ type }) => isFloat(type) && isImageType(type));
  const isBatched = ({ dims = [] }: ValueInfo) => dims.length > 0 && isOpen(dims[0]);
  if (!real.some(isBatched)) return real;
  return real.filter((input) => isBatched(input) || !input.dims?.slice(1).some(isOpen));
}

function withConstants(graph: Graph, chosen: ValueInfo, held: HeldInputs): Graph {
  const builder = new GraphBuilder({ ...graph, inputs: [], nodes: [] }, 'held');
  const constants = new Map<string, Tensor>();
  let count: string | undefined;
  for (const input of graph.inputs) {
    const given = held.get(input.name);
    if (input === chosen || !given) continue;
    const { value, isRepeated } = fitHeld(given, input, chosen);
    if (!isRepeated) {
      constants.set(input.name, value);
      continue;
    }
    // Of operators that every opset has.
    count ??= builder.add('Gather', [builder.add('Shape', [chosen.name]), builder.constant(int64([0]), 'first')], {
      axis: 0,
    });
    const rest = value.dims.slice(1).map(() => 1);
    const repeats = rest.length === 0 ? count : builder.add('Concat', [count, builder.ints(rest)], { axis: 0 });
    const row = builder.constant(value, input.name);
    builder.append({
      op: 'Tile',
      domain: '',
      name: builder.fresh('Tile'),
      inputs: [row, repeats],
      outputs: [input.name],
      attributes: {},
    });
  }
  for (const node of graph.nodes) builder.append(node);
  const built = builder.build();
  return {
    ...built,
    inputs: [chosen],
    initializers: new Map([...built.initializers, ...constants]),
    valueInfo: graph.valueInfo,
  };
}

/** What a model takes, a line an input. */
export function inputList(inputs: readonly ValueInfo[]): string {
  return inputs
    .map(({ name, type, dims }) => `  ${name}: ${type ?? 'not a tensor'}[${showDims(dims ?? [])}]`)
    .join('\n');
}

/** At most so many numbers of a value are said. */
const mostSaid = 4;

function valueWords(name: string, held: HeldInputs): string {
  const value = held.get(name);
  if (!value) return `"${name}"`;
  const numbers = Array.from<number | bigint, number>(value.data.subarray(0, mostSaid), Number);
  const shown = numbers.map((number) => String(Number(number.toPrecision(4)))).join(', ');
  return value.data.length <= mostSaid ? `"${name}" = ${shown}` : `"${name}" ([${value.dims}])`;
}
