import { isKonkyoError } from '../konkyoError.ts';
import type { Facts } from '../onnx/facts.ts';
import { describeNode, type Graph, type Model } from '../onnx/graph.ts';
import { inlineKnownIfs } from '../onnx/inlineIf.ts';
import { mayDependOnElements, withOpenSizes } from '../onnx/openSizes.ts';
import { standardize } from '../onnx/standardize/standardize.ts';
import { isTensorOf, type Tensor } from '../onnx/tensor.ts';
import { unpackSequences } from '../onnx/unpackSequences.ts';
import { upgradeModel } from '../onnx/upgrade/upgradeModel.ts';
import { openProbe, type Prober } from '../runtime/probe.ts';
import { scoped } from '../runtime/release.ts';
import { DeviceError, type Runtime, type Values } from '../runtime/runtime.ts';
import { expandOperators } from '../transforms/expansions/expandOperators.ts';
import { asType } from './equivalence.ts';
import { UnsuitableModelError } from './errors.ts';

export interface Modernised {
  readonly model: Model;
  /** Of runs at the original batch size; sizes that differ between images are NaN. */
  readonly facts: Facts;
  /** The model as it came, open; it takes float32 images, whatever the type of its own. */
  readonly prober: Prober;
  /** The operators that were written in others, each once. */
  readonly written: readonly string[];
  /** Whether it computes with 8-bit integers, which real numbers have the place of now. */
  readonly integers: boolean;
}

/**
 * A model of a float32 image in a current opset, with known Ifs put in, sequences taken apart, other domains' operators
 * written in standard ones and recurrent layers written out, and what runs of it say of its values. Its prober is to be released.
 * @param batches images of the model's own batch size, several kinds of them.
 */
export async function modernise(
  runtime: Runtime,
  model: Model,
  input: string,
  batches: readonly Tensor<'float32'>[],
): Promise<Modernised> {
  const prober = takingFloats(await openForeign(runtime, model), model, input);
  try {
    const first = await lookAll(prober, model, input, batches);
    const after = async (before: Model, facts: Facts, graph: Graph) => {
      const changed = { ...before, graph };
      if (graph === before.graph) return { model: before, facts };
      return { model: changed, facts: await factsOver(runtime, changed, input, batches) };
    };
    const inlined = await after(model, first, inlineKnownIfs(model.graph, first));
    const upgraded = upgradeModel(inlined.model, inlined.facts);
    const unpacked = await after(upgraded, inlined.facts, unpackSequences(upgraded.graph, inlined.facts));
    const { graph, ...how } = standardize(unpacked.model.graph, unpacked.facts, input);
    const standard = await after(unpacked.model, unpacked.facts, graph);
    const expanded = await after(standard.model, standard.facts, expandOperators(standard.model.graph, standard.facts));
    return { ...expanded, ...how, prober };
  } catch (error) {
    await prober.release();
    throw error;
  }
}

/** Facts of a model from runs over several batches: from one where no size can depend on the pixels. */
export function factsOver(
  runtime: Runtime,
  model: Model,
  input: string,
  batches: readonly Tensor<'float32'>[],
): Promise<Facts> {
  return scoped(async (keep) => {
    const prober = await keep(openProbe(runtime, model));
    return lookAll(takingFloats(prober, model, input), model, input, batches);
  });
}

async function lookAll(prober: Prober, model: Model, input: string, batches: readonly Tensor<'float32'>[]) {
  const [front, ...others] = batches;
  if (!front) throw new RangeError('A probe needs an image.');
  const { facts } = await prober.look({ [input]: front });
  if (!mayDependOnElements(model.graph, facts)) return facts;
  const looks: Facts[] = [];
  for (const batch of others) {
    try {
      looks.push((await prober.look({ [input]: batch })).facts);
    } catch (error) {
      // Said in the notes: the reference run meets the same images.
      if (!isKonkyoError(error, 'run')) throw error;
    }
  }
  return withOpenSizes(facts, looks);
}

/** A prober of a model that may take integers, for images of real numbers. */
function takingFloats(prober: Prober, { graph }: Model, input: string): Prober {
  const type = graph.inputs.find(({ name }) => name === input)?.type;
  if (type === 'float32') return prober;
  const typed = (feeds: Values): Values =>
    Object.fromEntries(
      Object.entries(feeds).map(([name, t]) => [
        name,
        name === input && isTensorOf(t, 'float32') ? asType(t, type) : t,
      ]),
    );
  return {
    look: (feeds) => prober.look(typed(feeds)),
    run: (feeds, names) => prober.run(typed(feeds), names),
    release: () => prober.release(),
  };
}

async function openForeign(runtime: Runtime, model: Model): Promise<Prober> {
  try {
    return await openProbe(runtime, model);
  } catch (cause) {
    if (!isKonkyoError(cause) || cause instanceof DeviceError) throw cause;
    const custom = unknownOperators(model.graph, cause.message);
    if (custom.length === 0) throw cause;
    throw new UnsuitableModelError(
      `The model uses operators that are not ONNX's own, which ${runtime.name} does not know:\n  ${custom.join('\n  ')}\nExport it with standard operators only. (${cause.message})`,
      { cause },
    );
  }
}

/**
 * The operators of other domains than ONNX's own that a runtime says it does not know: those of the domain that its message
 * names. ONNX Runtime names the first one only.
 */
function unknownOperators(graph: Graph, message: string): string[] {
  if (!/is not a registered function|No opset import for domain/.test(message)) return [];
  const others = graph.nodes.filter(({ domain }) => domain !== '' && message.includes(domain));
  return others.map((node) => `${node.domain}::${describeNode(node)}`);
}
