import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import type { Target } from '../model/target.ts';
import type { TaskDecision } from '../model/task/decision.ts';
import type { Task } from '../model/task/task.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';

/** A row of a model's numbers, and what of it is explained. */
export interface Subject {
  readonly classifier: Classifier;
  /** By default the predicted class, and why it and not the second. */
  readonly target?: (prediction: Prediction) => Target;
  /** What the maps explain, in a sentence, where that is not one of the model's own scores. */
  readonly explained?: string;
}

/** One image's subject, and what the whole model decided of the image, where that is not a class of the subject's. */
export interface ImageSubject {
  readonly subject: Subject;
  readonly decided?: TaskDecision;
}

/** A model, and what of it is explained of each image: the same of all, or, as with regions, of each its own. */
export interface Subjects {
  readonly task: Task;
  readonly input: InputDescription;
  /** What was assumed of the model, and what looks wrong. */
  readonly cautions: readonly string[];
  /** Where all images have the same: whose decisions these are. */
  readonly classifier?: Classifier;
  /** @throws a KonkyoError where there is nothing of the kind to explain of this image; it is then left out. */
  of(image: NamedImage): Promise<ImageSubject>;
  /** Where an image has several things to explain: each, and what it is called. Default: the one of `of`. */
  several?(image: NamedImage): Promise<readonly (ImageSubject & Pick<NamedImage, 'name'>)[]>;
  /** Frees what only the images so far needed. */
  done?(subject: Subject): Promise<void>;
  release(): Promise<void>;
}

/** The same row and target for all images. */
export function oneSubject(classifier: Classifier, target?: Subject['target']): Subjects {
  const subject = { classifier, target };
  const { input, scores, cautions } = classifier;
  return {
    task: scores.tolerance !== undefined ? 'value' : scores.labels ? 'labels' : 'classes',
    input,
    cautions,
    classifier,
    of: async () => ({ subject }),
    release: () => classifier.release(),
  };
}

/** What can be explained: a classifier's decisions, or what `subjectsOf` makes of a model. */
export type Explainable = Classifier | Subjects;

export function asSubjects(explainable: Explainable, target?: Subject['target']): Subjects {
  return 'of' in explainable ? explainable : oneSubject(explainable, target);
}
