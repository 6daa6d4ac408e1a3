import { addedFacts } from '../addedFacts.ts';
import { inputCautions, outputCautions, positionsOf } from '../cautions.ts';
import type { Classifier } from '../classifier.ts';
import { InputDescriptionError, UnsuitableModelError } from '../errors.ts';
import { type FoundScores, findScores, outputAsScores, type Scores } from '../findScores.ts';
import type { LoadedModel } from '../loadModel.ts';
import { makeClassifier } from '../makeClassifier.ts';
import { trainingKey } from '../metadata.ts';
import { isRow, type ModelOutput, shapeInWords } from '../outputShapes.ts';
import { classCount } from '../target.ts';
import { unreadProbabilities } from '../unreadProbabilities.ts';

export interface ReadClassesOptions {
  /** The output with a number for each class; by default the first. */
  readonly output?: string;
  /** Explain the scores before a final softmax or sigmoid (default), or the output as it is. */
  readonly explain?: 'scores' | 'output';
  /** Nobody has said that this is the output: where the model has several, a caution says which it is. */
  readonly isAssumed?: boolean;
}

/**
 * A loaded model as a classifier: a number of one output for each class. It runs the program that was proved where that gives its
 * scores; releasing it releases the loaded model too, also where this fails.
 * @throws UnsuitableModelError, InputDescriptionError
 */
export async function readClasses(loaded: LoadedModel, options: ReadClassesOptions = {}): Promise<Classifier> {
  const { outputs, declared, proved, saidScores, outputsOf: _, release, ...ready } = loaded;
  try {
    const classifier = await read();
    // Scores that are found only in the rewritten model have a program of their own.
    if (proved.outputs.includes(classifier.scores.name)) return makeClassifier(classifier, proved);
    await release();
    return makeClassifier(classifier);
  } catch (error) {
    await release();
    throw error;
  }

  async function read() {
    const { explain, isAssumed } = options;
    const { name: output } = rowOutput(outputs, options.output);
    const { model, runtime, facts, input } = ready;
    const find = explain === 'output' ? outputAsScores : findScores;
    const read = find(model.graph, output, facts);
    const { graph } = read;
    const end = { graph: model.graph, facts, output };
    const unread = explain === 'output' ? [] : unreadProbabilities(end, read);
    const isPlain = explain !== 'output' && unread.length === 0 && !positionsOf(model.graph, facts, output);
    const scores = { ...read.scores, logits: logitsOf(read, saidScores, isPlain) };
    const found = { ...read, scores };
    const withScores = await addedFacts(runtime, ready, graph, scores.name);
    const classes = classCount(scores.width);
    if (input.classes && input.classes.length > classes) {
      throw new InputDescriptionError(
        `There are ${input.classes.length} class names, but the model has ${classes} classes. Give one name for each, in the order of its scores.`,
      );
    }
    return {
      ...ready,
      model: { ...model, graph },
      facts: withScores,
      output,
      scores,
      classCount: classes,
      cautions: [
        ...ready.cautions,
        ...outputCautions(end, found, model.metadata.has(trainingKey)),
        ...unread,
        ...inputCautions(input),
        input.classes !== undefined &&
          input.classes.length < classes &&
          `There are names for ${input.classes.length} of ${classes} classes; the others are called by their number.`,
        isAssumed &&
          declared.length > 1 &&
          `Of the model's outputs (${declared.join(', ')}), "${output}" was explained.`,
      ].filter((caution) => typeof caution === 'string'),
    };
  }
}

/**
 * What is known of scores that nothing in the model makes probabilities of.
 * @param isPlain they may be logits: they are no probabilities in a spelling that could not be read, and of no positions.
 * @throws InputDescriptionError where the model's own end says otherwise.
 */
function logitsOf(
  { scores: { before, probabilities }, constant }: FoundScores,
  said: LoadedModel['saidScores'],
  isPlain: boolean,
): Scores['logits'] {
  const isOwn = before !== undefined || probabilities === true;
  if (isOwn && said === 'numbers') {
    throw new InputDescriptionError(
      `The scores are said to be numbers of which a softmax means nothing ("scores": "numbers"), but ${before === undefined ? 'the model gives probabilities' : `the model ends in a ${before}`}. Leave "scores" out.`,
    );
  }
  if (isOwn || constant !== undefined) return undefined;
  if (said !== undefined) return said === 'logits' ? 'said' : 'denied';
  return isPlain ? 'assumed' : undefined;
}

function rowOutput(outputs: readonly ModelOutput[], wanted: string | undefined): ModelOutput {
  const found = outputs.find(({ name }) => wanted === undefined || name === wanted);
  if (found && isRow(found.dims)) return found;
  const list = outputs.map(shapeInWords).join(', ');
  throw new UnsuitableModelError(
    `${wanted === undefined ? 'The output' : `The output "${wanted}"`} has no row of class scores for each image; the model gives ${list}.`,
  );
}
