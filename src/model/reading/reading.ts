import type { Facts } from '../../onnx/facts.ts';
import type { Model } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { addedFacts } from '../addedFacts.ts';
import { inputCautions } from '../cautions.ts';
import type { Classifier, ReadyModel } from '../classifier.ts';
import { InvalidTargetError } from '../errors.ts';
import type { Scores } from '../findScores.ts';
import { makeClassifier } from '../makeClassifier.ts';
import { trainingKey } from '../metadata.ts';
import { probeImages } from '../probeImages.ts';

/**
 * What of a model's outputs is explained: a row of numbers for each image, made by nodes at the end of its graph. Everything that
 * explains, checks and measures works on such rows, whatever the model's outputs are.
 */
export interface Reading {
  /** The target as it is written, `label:cat`: readings with equal ids are the same. */
  readonly id: string;
  /** What is explained, in words: `the label "cat"`. */
  readonly words: string;
  /** The output (or value) that it reads; of several the first. */
  readonly output: string;
  /** The numbers are scores between which a class is decided (a single one: between two), or a value. */
  readonly decides: 'classes' | 'value';
  /** Names of the classes; of a single score, of what it speaks against and for. Default: the model's. */
  readonly classes?: readonly string[];
  /** What makes probabilities of the numbers, and where a single one decides otherwise than at a half. */
  readonly scores?: Pick<Scores, 'before' | 'probabilities' | 'labels' | 'slope' | 'members' | 'cut'>;
  /** Of a value: another one is the same within this distance. Default: `usualTolerance` of what it varies by. */
  readonly tolerance?: number;
  /** What has to be known beside that, in sentences. */
  readonly notes?: readonly string[];
  /**
   * Adds the nodes and returns the rows they make, float32 [n, width].
   * @param facts of every value that the graph has, its shape and type at some batch size.
   */
  readonly add: (builder: GraphBuilder, facts: Facts) => string;
}

/** A value counts as the same within this share of what it varies by over probe images, where nothing else is said. */
export const usualTolerance = 0.05;

/**
 * A model whose explained scores are what a reading makes of its outputs. It has a program of its own, to be released, and needs no
 * new proof: it only adds nodes to what was proved. The model it comes from stays as it is.
 * @throws InvalidTargetError where the reading makes no rows of numbers; UnknownValueError for an output that is not there.
 */
export async function readAs(model: ReadyModel, reading: Reading): Promise<Classifier> {
  const { runtime, input, preparation } = model;
  const builder = new GraphBuilder(model.model.graph, 'reading');
  const name = reading.add(builder, model.facts);
  const graph = builder.build();
  const facts = await addedFacts(runtime, model, graph, name);
  const { type, dims = [] } = facts.get(name) ?? {};
  const [, width = 0] = dims;
  if (type !== 'float32' || dims.length !== 2 || width < 1 || (reading.decides === 'value' && width > 1)) {
    throw new InvalidTargetError(
      `"${reading.id}" gives ${type}[${dims}], but ${reading.decides === 'value' ? 'a value is one number' : 'there has to be a row of numbers'} for each image.`,
    );
  }
  const { cautions, gradientTable, batchSize, sha256, inputName, inputSources } = model;
  const isValue = reading.decides === 'value';
  const classes = isValue ? [`less of ${reading.words}`, reading.words] : (reading.classes ?? input.classes);
  const read = makeClassifier({
    ...{ runtime, inputName, inputSources, gradientTable, batchSize, sha256 },
    // What the training says of the model's own end does not hold for other rows.
    model: { ...model.model, graph, metadata: withoutTraining(model.model.metadata) },
    facts,
    input: { ...input, classes },
    output: reading.output,
    scores: { ...reading.scores, name, width },
    classCount: isValue ? 1 : width === 1 ? 2 : width,
    preparation: { ...preparation, notes: [...preparation.notes, ...(reading.notes ?? [])] },
    cautions: [...new Set([...cautions, ...inputCautions(input)])],
  });
  return isValue ? withTolerance(read, reading.tolerance) : read;
}

function withoutTraining(metadata: Model['metadata']): Model['metadata'] {
  return new Map([...metadata].filter(([key]) => key !== trainingKey));
}

async function withTolerance(read: Classifier, given: number | undefined): Promise<Classifier> {
  const { scores, preparation } = read;
  const { scoresOf, predict, release, ...parts } = read;
  const tolerance = given ?? usualTolerance * (await spreadOf(read));
  if (!(tolerance >= 0 && Number.isFinite(tolerance))) {
    await release();
    throw new InvalidTargetError(
      `The tolerance is ${tolerance}: give a number of 0 or more, in the value's own units.`,
    );
  }
  await release();
  const how =
    given === undefined
      ? `${100 * usualTolerance}% of what it varies by over probe images of noise, white, black and a ramp`
      : 'as given';
  const note = `The value counts as the same within ${Number(tolerance.toPrecision(3))} (${how}).`;
  return makeClassifier({
    ...parts,
    scores: { ...scores, tolerance },
    preparation: { ...preparation, notes: [...preparation.notes, note] },
  });
}

/** By how much a value varies over probe images. */
async function spreadOf(read: Classifier): Promise<number> {
  const { data } = await read.scoresOf(probeImages(read.input, 2));
  const finite = data.filter(Number.isFinite);
  return finite.length === 0 ? 0 : Math.max(...finite) - Math.min(...finite);
}
