import type { Classifier } from '../../model/classifier.ts';
import type { Facts } from '../../onnx/facts.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { float32, sizeOf, type Tensor, zeros } from '../../onnx/tensor.ts';
import { probe } from '../../runtime/probe.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf, type Values } from '../../runtime/runtime.ts';
import { adam } from '../../training/optimizers.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import {
  addMargins,
  type Choices,
  floatOutputs,
  type Kept,
  type MarginGraph,
  type MarginOptions,
} from './certifiedMargins.ts';

/** Images, and by how much their class is ahead of the next. */
export interface KeptMargins extends Kept {
  readonly margins: readonly number[];
}

/** Where a search stands. */
export interface Candidate {
  /** [n, ...], one number for all channels of a pixel, or for each. */
  readonly amplitude: Tensor<'float32'>;
  readonly choices: Choices;
}

/** A search, compiled once. */
export interface AmplitudeSearch {
  /**
   * @param vary what may change: the amplitudes too, or only what the bound chooses freely.
   * @returns where it stands after each step, until the caller breaks off.
   */
  run(kept: KeptMargins, from: Candidate, steps: number, vary: 'all' | 'choices'): AsyncGenerator<Candidate>;
  release(): Promise<void>;
}

/** Step lengths of Adam until half of the steps are done; from there they fall to zero. */
const rates = { amplitude: 0.02, choices: 0.1 };
/** Margins within this share of the clean one of the lowest count as lowest too: the gradient is of their soft minimum. */
const softness = 0.05;
/** No component of the ascent direction is below minus this: single pixels of high cost do not swamp Adam's averages. */
const steepest = 50;

/** Every pixel at the same small amplitude, from which the interval bound's search starts. */
export function startOf({ amplitudeDims }: Pick<MarginGraph, 'amplitudeDims'>, count: number): Candidate {
  const dims = [count, ...amplitudeDims];
  return { amplitude: float32(dims, new Float32Array(sizeOf(dims)).fill(0.003)), choices: {} };
}

/**
 * Maximises the mean of q w, q the pixels' weights (1 without), subject to m(w) >= 0, m the lowest of the bounds on the margins.
 * With the costs g = -dm/dw and the multiplier k = sum q w / (m+ + sum g w), sums over the pixels below 1, for which at m = 0 the
 * objective mean(q w) + k m does not change along the ray t w, the ascent direction is q - k g. After each step (Adam) w is scaled towards m = 0, by half of
 * Newton's step along the ray. What the bound chooses
 * freely ascends m at the same time.
 */
export async function compileSearch(
  classifier: Classifier,
  options: Omit<MarginOptions, 'rounding'> & { readonly weights?: Tensor<'float32'> },
): Promise<AmplitudeSearch> {
  const { runtime, model } = classifier;
  const margins = addMargins(classifier, { ...options, rounding: false });
  const step = addStep(margins, await factsOf(classifier, margins), options.weights);
  const searching = await program(runtime, { ...model, graph: step.graph }, { outputs: step.outputs });
  return {
    async *run(kept, from, steps, vary) {
      const count = kept.decided.length;
      let now = from;
      let memory: Values = Object.fromEntries(
        step.memory.map(({ input, dims }) => [input, zeros('float32', [count, ...dims])]),
      );
      for (let t = 1; t <= steps; t++) {
        const falling = Math.min(1, Math.max(0.02, 2 * (1 - t / steps)));
        const values = await searching.run({
          ...margins.feeds(kept, now.amplitude, now.choices),
          ...memory,
          ...step.scalars(t, falling, vary),
          [step.clean]: float32([count], kept.margins),
        });
        memory = Object.fromEntries(step.memory.map(({ input, output }) => [input, floatOutputOf(values, output)]));
        const choices = margins.choices.map(({ input }) => [input, floatOutputOf(values, step.next(input))] as const);
        now = { amplitude: floatOutputOf(values, step.next(margins.amplitude)), choices: Object.fromEntries(choices) };
        yield now;
      }
    },
    release: searching.release,
  };
}

/** What running the margins' graph says of its values, which its backward pass is built on. */
async function factsOf({ runtime, model }: Classifier, margins: MarginGraph): Promise<Facts> {
  const bounds = floatOutputs([margins.lower]);
  const graph = prune(margins.builder.build(bounds), bounds, margins.inputs);
  const count = 2;
  const blank = (dims: readonly number[]) => zeros('float32', [count, ...dims]);
  const choices = Object.fromEntries(margins.choices.map(({ input, dims }) => [input, blank(dims)]));
  const kept = { images: blank(margins.imageDims), decided: [0, 1] };
  return (await probe(runtime, { ...model, graph }, margins.feeds(kept, blank(margins.amplitudeDims), choices))).facts;
}

interface MemorySlot {
  readonly input: string;
  readonly output: string;
  readonly dims: readonly number[];
}

/** One step as a graph: amplitudes, choices, what Adam remembers of them -> the next ones. */
function addStep(margins: MarginGraph, facts: Facts, counted: Tensor<'float32'> | undefined) {
  const builder = new GraphBuilder(margins.builder.build(floatOutputs([margins.lower])), 'search');
  const { ops } = builder;
  const [zero, one] = [builder.scalar(0), builder.scalar(1)];
  const w = margins.amplitude;
  const clean = builder.input('konkyo/margin', 'float32', ['images']);
  const scale = ops.Mul(ops.Unsqueeze(clean, builder.ints([1])), builder.scalar(-softness));
  const weights = builder.add('Softmax', [ops.Div(margins.lower, scale)], { axis: 1 });
  const variables = [{ input: w, dims: margins.amplitudeDims }, ...margins.choices];
  const wrt = variables.map(({ input }) => input);
  const gradients = addGradients(builder, { facts, seeds: new Map([[margins.lower, weights]]), wrt });

  const axes = builder.ints(margins.amplitudeDims.map((_, i) => i + 1));
  const overPixels = (value: string) => builder.add('ReduceSum', [value, axes], { keepdims: 1 });
  const cost = builder.add('Relu', [ops.Neg(gradientOrZeros(builder, gradients, w))]);
  // What is at 1 already takes no part in the ray.
  const rising = ops.Where(ops.Less(w, one), w, zero);
  const along = ops.Max(overPixels(ops.Mul(cost, rising)), builder.scalar(1e-9));
  const lowest = builder.add('ReduceMin', [margins.lower, builder.ints([1])], { keepdims: 0 });
  const perImage = ops.Reshape(lowest, builder.ints([-1, ...margins.amplitudeDims.map(() => 1)]));
  const unused = builder.add('Relu', [perImage]);
  const worth = counted ? builder.constant(counted, 'weights') : one;
  const multiplier = ops.Div(overPixels(ops.Mul(rising, worth)), ops.Add(along, unused));
  const falling = ops.Sub(ops.Min(ops.Mul(multiplier, cost), builder.scalar(steepest)), worth);
  const newton = ops.Add(one, ops.Mul(ops.Div(perImage, along), builder.scalar(0.5)));
  const towardsZero = builder.add('Clip', [newton, builder.scalar(0.85), builder.scalar(1.1)]);

  const optimizer = adam({ beta2: 0.99 });
  const scalarNames = Object.keys(optimizer.scalars(1, 0));
  const kinds = ['amplitude', 'choices'] as const;
  for (const kind of kinds) for (const name of scalarNames) builder.input(`konkyo/${kind}/${name}`, 'float32', []);
  const moves = builder.input('konkyo/moves', 'bool', []);
  const updates = variables.map(({ input, dims }) => {
    const isAmplitude = input === w;
    const kind = isAmplitude ? 'amplitude' : 'choices';
    const slot = (name: string) => `konkyo/${name} of ${input}`;
    for (const name of optimizer.remembers) builder.input(slot(name), 'float32', ['images', ...dims]);
    const updated = optimizer.update(builder, {
      weight: input,
      gradient: isAmplitude ? falling : ops.Neg(gradientOrZeros(builder, gradients, input)),
      memory: slot,
      scalar: (name) => `konkyo/${kind}/${name}`,
    });
    const moved = isAmplitude ? ops.Where(moves, ops.Mul(updated.weight, towardsZero), w) : updated.weight;
    const memory = optimizer.remembers.map(
      (name): MemorySlot => ({ input: slot(name), output: updated.memory[name] ?? '', dims }),
    );
    return { input, next: builder.add('Clip', [moved, zero, one]), memory };
  });
  const memory = updates.flatMap((update) => update.memory);
  return {
    graph: builder.build(),
    outputs: [...updates.map(({ next }) => next), ...memory.map(({ output }) => output)],
    clean,
    memory,
    next: (input: string) => updates.find((update) => update.input === input)?.next ?? '',
    scalars: (t: number, share: number, vary: 'all' | 'choices'): Values => {
      const values = kinds.flatMap((kind) =>
        Object.entries(optimizer.scalars(t, rates[kind] * share)).map(
          ([name, value]) => [`konkyo/${kind}/${name}`, float32([], [value])] as const,
        ),
      );
      const used = values.filter(([name]) => name.startsWith('konkyo/amplitude') || margins.choices.length > 0);
      return {
        ...Object.fromEntries(used),
        [moves]: { type: 'bool', dims: [], data: Uint8Array.of(vary === 'all' ? 1 : 0) },
      };
    },
  };
}
