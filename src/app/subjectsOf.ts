import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import { draftLayout } from '../model/detection/detector.ts';
import { InvalidTargetError, UnsuitableModelError } from '../model/errors.ts';
import type { LoadedModel } from '../model/loadModel.ts';
import { derive } from '../model/makeClassifier.ts';
import { checkThreshold, labelReading } from '../model/reading/label.ts';
import { readClasses } from '../model/reading/readClasses.ts';
import { type Reading, readAs } from '../model/reading/reading.ts';
import type { RegionMask } from '../model/reading/region.ts';
import { sliceReading } from '../model/reading/slice.ts';
import { valueReading } from '../model/reading/value.ts';
import { parseTarget, targetFor } from '../model/target.ts';
import { readTargetText, type TargetText, targetWritten } from '../model/targetText.ts';
import { decideLabels, decideValue } from '../model/task/decide.ts';
import { type FoundTask, findTask } from '../model/task/findTask.ts';
import { detectionSubjects } from './detectionSubjects.ts';
import { segmentationSubjects } from './segmentationSubjects.ts';
import { oneSubject, type Subjects } from './subjects.ts';

/** What of a model is explained. */
export interface SubjectOptions {
  /** See `readTargetText`. By default what the model decided. */
  readonly target?: string;
  /** Explain the scores before a final softmax or sigmoid (default), or the output as it is. */
  readonly explain?: 'scores' | 'output';
  /** The probability from which a label is there (default 0.5), or a box (default 0.25). */
  readonly threshold?: number;
  /** A value counts as the same within this distance. Default: a share of what it varies by, see `usualTolerance`. */
  readonly tolerance?: number;
  /** Reads the mask that a target names. */
  readonly readMask?: (name: string) => Promise<RegionMask>;
  /** Nobody has said which of several outputs it is. */
  readonly isAssumed?: boolean;
}

/**
 * What of a loaded model is explained of each image, by what the model does (see `findTask`) and the target. Releasing it releases the
 * loaded model, also where this fails.
 * @throws UnsuitableModelError, InvalidTargetError
 */
export async function subjectsOf(loaded: LoadedModel, options: SubjectOptions = {}): Promise<Subjects> {
  try {
    const subjects = await open(loaded, options);
    return {
      ...subjects,
      async release() {
        await subjects.release();
        await loaded.release();
      },
    };
  } catch (error) {
    await loaded.release();
    throw error;
  }
}

async function open(loaded: LoadedModel, options: SubjectOptions): Promise<Subjects> {
  const { target: text = 'predicted' } = options;
  const target = readTargetText(text, loaded.input.classes);
  if (target.kind === 'slice') return ofValue(loaded, sliceReading(loaded, target.text), options);
  if (target.kind === 'box' && draftLayout(loaded)) return detectionSubjects(loaded, target, options);
  const found = findTask(loaded);
  const assumed = withCaution(loaded, found.assumption);
  // A number is explained of whatever gives one.
  if (target.kind === 'value') return ofValue(assumed, valueReading(loaded, target.column, options.tolerance), options);
  switch (found.task) {
    case 'value':
      if (text !== 'predicted') throw misplaced(target, 'gives a value, which is what can be explained: value');
      return ofValue(assumed, valueReading(loaded, undefined, options.tolerance), options);
    case 'segmentation':
      return segmentationSubjects(assumed, found.pixels, target, options.readMask);
    case 'classes':
    case 'labels':
      return ofClasses(assumed, found, target, options);
    case 'detection':
      return detectionSubjects(assumed, target, options);
  }
}

/** A model with one more thing to be said of it. */
function withCaution(loaded: LoadedModel, caution: string | undefined): LoadedModel {
  return caution === undefined ? loaded : { ...loaded, cautions: [...loaded.cautions, caution] };
}

async function ofValue(loaded: LoadedModel, reading: Reading, { tolerance }: SubjectOptions): Promise<Subjects> {
  const classifier = await readAs(loaded, { ...reading, tolerance: reading.tolerance ?? tolerance });
  const subject = {
    classifier,
    target: () => 1,
    explained: `The maps explain ${reading.words}.`,
  };
  return {
    ...oneSubject(classifier),
    async of({ image }) {
      const [prediction] = await classifier.predict(image);
      return { subject, decided: prediction && decideValue(classifier, prediction, reading.words) };
    },
  };
}

async function ofClasses(
  loaded: LoadedModel,
  { task, output }: FoundTask,
  target: TargetText,
  { explain, isAssumed, threshold }: SubjectOptions,
): Promise<Subjects> {
  const read = await readClasses(loaded, { output: output.name, explain, isAssumed });
  const classifier = task === 'labels' ? asLabels(read) : read;
  const whole = task === 'labels' ? withLabels(classifier, threshold) : oneSubject(classifier);
  switch (target.kind) {
    case 'class':
      return ofClass(whole, classifier, target.text);
    case 'region':
      if (target.mask !== undefined)
        throw misplaced(
          target,
          'gives one decision an image, and has no positions that a mask could choose: class:NAME',
        );
      return ofClass(whole, classifier, target.of);
    case 'label': {
      const reading = labelReading(classifier, target.label, threshold);
      const label = await readAs(classifier, reading);
      const subject = { classifier: label, target: () => 1, explained: `The maps explain ${reading.words}.` };
      return {
        ...whole,
        of: async (image) => ({ ...(await whole.of(image)), subject }),
        async release() {
          await label.release();
          await classifier.release();
        },
      };
    }
    default:
      throw misplaced(target, `gives ${task}, and a box needs a detector: --task detection`);
  }
}

/** The target of one class, or one against another, in place of the predicted class. */
function ofClass(whole: Subjects, classifier: Classifier, text: string): Subjects {
  if (text === 'predicted') return whole;
  const choice = parseTarget(text, classifier);
  const subject = { classifier, target: (prediction: Prediction) => targetFor(choice, prediction) };
  return { ...whole, of: async (image) => ({ ...(await whole.of(image)), subject }) };
}

/** The classifier's decisions with the labels that each image has. */
function withLabels(classifier: Classifier, threshold = 0.5): Subjects {
  checkThreshold(threshold);
  const whole = oneSubject(classifier);
  return {
    ...whole,
    async of(image) {
      const [prediction] = await classifier.predict(image.image);
      return { ...(await whole.of(image)), decided: prediction && decideLabels(classifier, prediction, threshold) };
    },
  };
}

/**
 * A classifier whose classes are labels because someone said so: its numbers are then logits of a sigmoid each.
 * @throws UnsuitableModelError where its own end says otherwise.
 */
function asLabels(classifier: Classifier): Classifier {
  const { scores, cautions } = classifier;
  if (scores.labels) return classifier;
  if (scores.before !== undefined || scores.width === 1) {
    throw new UnsuitableModelError(
      `The task is said to be labels, but ${scores.width === 1 ? 'the model gives one number' : `the model ends in a ${scores.before} over all classes`}: it decides for one of ${classifier.classCount} classes.`,
    );
  }
  const read = scores.probabilities ? 'probabilities' : 'logits, of a sigmoid each';
  return derive(classifier, {
    scores: { ...scores, labels: true, ...(scores.probabilities ? {} : { before: 'Sigmoid' as const }) },
    cautions: [
      ...cautions,
      `The numbers of "${classifier.output}" were read as ${read}, for the task is said to be labels.`,
    ],
  });
}

function misplaced(target: TargetText, why: string): InvalidTargetError {
  return new InvalidTargetError(`"${targetWritten(target)}" cannot be explained: the model ${why}.`);
}
