import type { Facts } from '../onnx/facts.ts';
import { describeNode, type Model, type Node, type ValueInfo, valueNames } from '../onnx/graph.ts';
import { randomNodes } from '../onnx/randomness.ts';
import { withUnsignedWeights } from '../onnx/standardize/unsignedWeights.ts';
import { sizeOf, type Tensor } from '../onnx/tensor.ts';
import { foreignFloats, toFloat32 } from '../onnx/toFloat32.ts';
import { type Program, program } from '../runtime/program.ts';
import { scoped } from '../runtime/release.ts';
import { limitOptimization, type Runtime } from '../runtime/runtime.ts';
import type { Preparation } from './classifier.ts';
import { asType, floatTolerance, largestDifference } from './equivalence.ts';
import { NotEquivalentError, UnsuitableModelError } from './errors.ts';
import { type InputDescription, imageDims } from './inputDescription.ts';
import { modernise } from './modernise.ts';
import { noteNonFinite } from './nonFinite.ts';
import { probeImages } from './probeImages.ts';
import { type Reference, type ReferencePlan, referenceOf, windows } from './reference.ts';
import { scoreSources } from './scoreSources.ts';
import { type Settled, shareInWords } from './settle.ts';
import { settleOnSteady } from './settleOnSteady.ts';

/** A model that gradients can be taken of, proved to compute what the original does. */
export interface Prepared extends Pick<Settled, 'model' | 'facts' | 'batchSize'> {
  /** The runtime given, which optimises this model no further than was proved. */
  readonly runtime: Runtime;
  /** What was proved; it gives the outputs, and the scores that were found in the original. */
  readonly proved: Program;
  /** The outputs that were proved. */
  readonly outputs: readonly string[];
  readonly preparation: Preparation;
  /** Of its notes, those that say that others who run the model may get other scores. */
  readonly cautions: readonly string[];
}

/** Which outputs a model is prepared for. */
export interface PreparedOutputs {
  readonly wanted: readonly string[];
  /** Of the outputs wanted those that can be explained, by what a run at the model's own batch size says of them; refuses or leaves out others. */
  readonly check: (wanted: readonly string[], facts: Facts, batch: number) => readonly string[];
}

/**
 * Brings a model to float32 and a current opset, puts in the branch of each If that only shapes decide, frees the batch
 * dimension, and runs the result, optimised as it will be used, against the original on images of several kinds: each
 * alone, and stacked.
 * @throws NotEquivalentError when no way to do so gives the same outputs.
 * @throws UnsuitableModelError for a model that gives other scores each time, or NaN for every image because of its weights.
 */
export async function prepare(
  runtime: Runtime,
  original: Model,
  image: ValueInfo,
  input: InputDescription,
  { wanted, check }: PreparedOutputs,
): Promise<Prepared> {
  const declared = image.dims?.[0];
  const batch = typeof declared === 'number' && declared > 0 ? declared : 1;
  checkSize(input, batch);
  const noise = batch + 1;
  const probes = probeImages(input, noise);

  const floats = foreignFloats(original.graph);
  const real = floats.length > 0 ? toFloat32(original) : original;
  return scoped(async (keep) => {
    const { prober, ...modern } = await modernise(runtime, real, image.name, windows(probes, batch));
    await keep(prober);
    const outputs = check(wanted, modern.facts, batch);
    const present = valueNames(real.graph);
    const sources = new Map(outputs.map((name) => [name, scoreSources(modern.model.graph, name, modern.facts)]));
    const names = [
      ...new Set([...sources].flatMap(([name, from]) => [name, ...from.filter((one) => present.has(one))])),
    ];
    const random = randomNodes(modern.model, names, modern.facts).map(describeNode);
    const plan = { size: batch, again: random.length > 0 ? 'each' : 'first' } as const;
    const by = (source: Model, images: Tensor<'float32'>, plan: ReferencePlan): Promise<Reference> =>
      source === real
        ? referenceOf((window) => prober.run({ [image.name]: window }, names), names, images, plan)
        : referenceAlone(runtime, source, image, names, images, plan);
    const given = await by(original, probes, plan);
    const unsigned = withUnsignedWeights(original.graph, modern.facts);
    const exact = unsigned === original.graph ? original : { ...original, graph: unsigned };
    const found = exact === original ? given : await by(exact, probes, plan);
    const made = outputs.filter((name) => sources.get(name)?.some((from) => from !== name && names.includes(from)));
    const measured = (seen: Reference) => made.reduce(withProbabilities, seen);
    const reference = measured(found);
    checkSteady(reference, random);
    const notFinite = await noteNonFinite(real.graph, prober, image.name, { reference, names, batch });

    const coarse = modern.integers || floats.some((type) => type !== 'float64');
    const tolerance = coarse ? halfTolerance : floatTolerance;
    const trial = { runtime, inputName: image.name, batch, reference, tolerance };
    const { settled, leftOut } = await settleOnSteady(trial, modern, {
      needed: noise,
      measured,
      original: (images) => by(exact, images, { size: 1, again: 'none' }),
    });
    if (Array.isArray(settled)) {
      throw new NotEquivalentError(
        `The model could not be brought from opset ${original.opset} to ${modern.model.opset} with a free batch dimension: ${settled.join('; ')}. Export it again for inference (in PyTorch after model.eval()), with opset 17 or later, in float32 and with a dynamic batch dimension.`,
      );
    }
    const { model, facts, batchSize, unbatched, proof } = settled;
    const cautions = [...saturationInWords(given, found), ...optimizationInWords(settled, runtime)];
    return {
      model,
      facts,
      batchSize,
      runtime: limitOptimization(runtime, proof.level),
      proved: proof.proved,
      outputs,
      preparation: {
        opset: model.opset,
        upgradedFrom: model.opset === original.opset ? undefined : original.opset,
        batched: unbatched === undefined,
        difference: proof.difference,
        optimization: proof.level,
        notes: [
          ...floats.map((type) => `The model computes in ${type}; it was explained in float32.`),
          image.type !== 'float32' &&
            `The model takes ${image.type} pixels; it was explained with real numbers in their place.`,
          !modern.integers && real.graph.nodes.some(isQuantizer) && quantisedNote,
          modern.written.length > 0 && `Written in standard operators, proved equal: ${modern.written.join(', ')}.`,
          modern.integers && integerNote,
          ...failuresInWords(reference),
          ...leftOut,
          ...random.map((name) => `${name} draws random numbers; the scores of probe images did not change with them.`),
          ...notFinite,
          unbatched !== undefined && `Its batch dimension could not be freed (${unbatched}), so images run one by one.`,
          ...cautions,
        ].filter((note) => note !== false),
      },
      cautions,
    };
  });
}

/** The same where the original rounds every step to half precision (11 bits; bfloat16 has 8), or to 8-bit integers. */
const halfTolerance = 5e-2;

function isQuantizer({ op, domain }: Node): boolean {
  return domain === '' && op === 'QuantizeLinear';
}

/** The reference by a model in a program of its own, which takes images of its own type. */
function referenceAlone(
  runtime: Runtime,
  model: Model,
  image: ValueInfo,
  names: readonly string[],
  probes: Tensor<'float32'>,
  plan: ReferencePlan,
): Promise<Reference> {
  return scoped(async (keep) => {
    const asItIs = await keep(program(runtime.reference ?? runtime, model, { outputs: names, optimization: 'none' }));
    const run = (images: Tensor<'float32'>) => asItIs.run({ [image.name]: asType(images, image.type) });
    return referenceOf(run, names, probes, plan);
  });
}

/** Probabilities that the model makes of its scores are measured by 1: what small ones vary by is the scores' affair. */
function withProbabilities(reference: Reference, output: string): Reference {
  const probabilities = reference.expected.get(output);
  if (!probabilities?.data.every((value) => value >= 0 && value <= 1)) return reference;
  return { ...reference, scales: new Map([...reference.scales, [output, Float64Array.of(1)]]) };
}

function checkSteady({ unsteadiness }: Reference, random: readonly string[]): void {
  if (unsteadiness <= floatTolerance) return;
  const cause =
    random.length > 0
      ? `It draws random numbers in every run:\n  ${random.join('\n  ')}\n`
      : 'No operator that draws random numbers was found in it. ';
  throw new UnsuitableModelError(
    `The model gives other scores each time for one image: ${shareInWords(unsteadiness).replace('its', 'two runs of its')}. ${cause}Export it for inference (in PyTorch after model.eval()), without that.`,
  );
}

function failuresInWords({ failures, images }: Reference): string[] {
  const [first] = failures;
  if (first === undefined) return [];
  const all = failures.length + (images.dims[0] ?? 0);
  return [`The model fails on ${failures.length} of ${all} probe images, which prove nothing: ${first}`];
}

const quantisedNote =
  'The model is quantised; it was run step by step, as the file says. Runtimes that join the steps to 8-bit operators round otherwise, and some saturate: their scores may differ.';
const integerNote =
  'It computes with 8-bit integers: gradients pass through the rounding as if it were not there (straight-through).';

/** Where the processor has no exact products of uint8 and int8, what that does to the original's scores. */
function saturationInWords(given: Reference, exact: Reference): string[] {
  if (given === exact) return [];
  const difference = largestDifference(exact.expected, given.expected, exact.scales);
  if (difference <= floatTolerance) return [];
  return [
    `On this processor the model's products of 8-bit integers saturate (${shareInWords(difference)}); exact ones are predicted and explained.`,
  ];
}

function optimizationInWords({ proof: { level, refused } }: Settled, { name }: Runtime): string[] {
  if (refused === undefined) return [];
  const allowed = level === 'none' ? 'no optimisation' : `optimisation level "${level}"`;
  return [
    `Optimised by ${name}, the model gives other scores (${shareInWords(refused)}): it was run, and explained, with ${allowed}. What else runs this model with all optimisations gives the other scores.`,
  ];
}

/** Numbers in one run of the model at its own batch size: 222 images of 3x224x224. */
const mostNumbers = 2 ** 25;

function checkSize(input: InputDescription, batch: number): void {
  const dims = imageDims(input);
  if (batch * sizeOf(dims) <= mostNumbers) return;
  throw new UnsuitableModelError(
    `The model's input is declared as [${batch}, ${dims}], more than ${mostNumbers} numbers. If that is right, export the model with a batch of 1 or a smaller image; if not, correct the declared shape.`,
  );
}
