import { isKonkyoError } from '../konkyoError.ts';
import type { Facts } from '../onnx/facts.ts';
import type { Model } from '../onnx/graph.ts';
import { inlineKnownIfs } from '../onnx/inlineIf.ts';
import { withOpenSizes } from '../onnx/openSizes.ts';
import { mayDependOnElements } from '../onnx/sizesOfElements.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { upgradeModel } from '../onnx/upgrade/upgradeModel.ts';
import { openProbe, type Prober } from '../runtime/probe.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { UnsuitableModelError } from './errors.ts';
import { customOperators } from './imageInput.ts';

export interface Modernised {
  readonly model: Model;
  /** Of runs at the original batch size; sizes that differ between images are NaN. */
  readonly facts: Facts;
  /** The model as it came, open. */
  readonly prober: Prober;
}

/**
 * A model in a current opset, with known Ifs put in, and what runs of it say of its values. Its prober is to be released.
 * @param batches images of the model's own batch size, several kinds of them.
 */
export async function modernise(
  runtime: Runtime,
  model: Model,
  input: string,
  batches: readonly Tensor<'float32'>[],
): Promise<Modernised> {
  const prober = await openForeign(runtime, model);
  try {
    const first = await lookAll(prober, model, input, batches);
    const inlined = { ...model, graph: inlineKnownIfs(model.graph, first) };
    const facts = inlined.graph === model.graph ? first : await factsOver(runtime, inlined, input, batches);
    return { model: upgradeModel(inlined, facts), facts, prober };
  } catch (error) {
    await prober.release();
    throw error;
  }
}

/** Facts of a model from runs over several batches: from one where no size can depend on the pixels. */
export async function factsOver(
  runtime: Runtime,
  model: Model,
  input: string,
  batches: readonly Tensor<'float32'>[],
): Promise<Facts> {
  const prober = await openProbe(runtime, model);
  return lookAll(prober, model, input, batches).finally(() => prober.release());
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

async function openForeign(runtime: Runtime, model: Model): Promise<Prober> {
  try {
    return await openProbe(runtime, model);
  } catch (cause) {
    const custom = customOperators(model.graph);
    if (custom.length === 0 || !isKonkyoError(cause)) throw cause;
    throw new UnsuitableModelError(
      `The model uses operators that are not ONNX's own, which ${runtime.name} does not know:\n  ${custom.join('\n  ')}\nExport it with standard operators only. (${cause.message})`,
      { cause },
    );
  }
}
