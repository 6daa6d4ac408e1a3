import type { Method } from '../attribution/method.ts';
import type { UnitTarget } from '../attribution/unitScores.ts';
import type { CheckedExplanation } from '../faithfulness/checks.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import type { Target } from '../model/target.ts';
import type { Task } from '../model/task/task.ts';
import type { Superpixels } from '../pictures/superpixels.ts';
import type { WorkOptions } from '../progress.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ImageHiding } from '../report/explanation/hiddenView.ts';
import type { FiredRuleView, RuleText } from '../studies/booleanRules/page/firedView.ts';
import type { DecidingView } from '../studies/filterPaths/page/decidingView.ts';
import type { MethodChoice } from './defaultMethods.ts';
import type { EmptyImage } from './emptyImage.ts';
import type { ImageHash } from './imageHash.ts';
import type { LeftOut } from './leftOut.ts';
import type { AssumedSetting, PreprocessingTrial } from './preprocessingTrial.ts';
import type { ImageSubject, Subject } from './subjects.ts';

/** What was done last: the maps of one more method, the maps as a whole, their checks. */
export type ExplainedStep = 'method' | 'maps' | 'checks';

/** With which methods images are explained, for which target, and what else is found out. */
export interface ExplainImagesOptions extends WorkOptions {
  /** Default: a handful, see defaultMethods. */
  readonly methods?: MethodChoice;
  /** The target for an image, given what the model predicts; by default the predicted class, and why it and not the second. */
  readonly target?: (prediction: Prediction) => Target;
  /** A unit of a layer to explain in place of a class. The caller releases it. */
  readonly unit?: UnitTarget;
  /** Whether the maps are checked (see checkMaps); not of units. Default true. */
  readonly checks?: boolean;
  /**
   * Whether regions that the decision needs and filters that carried it are looked for, where maps are checked. Default: of small
   * images; of a photo it takes longer than all the rest.
   */
  readonly studies?: boolean;
  /** Told what is found out so far, after each step: a page of it is worth having should nothing follow. */
  readonly onFound?: (found: ExplainedImages, step: ExplainedStep) => Promise<void>;
  /**
   * What stands in place of what is blanked, by methods whose settings say nothing else, checks and regions: a pixel value, 0 to 255.
   * Default: black for grey images, mid-grey for colour (see `usualBaseline`).
   */
  readonly baseline?: number;
  /** Rules of this model, as `konkyo rules` writes them: which of them fired is said of each image. */
  readonly rules?: RuleText;
}

/** One image, and what was found out about it. */
export interface FoundImage {
  readonly image: NamedImage;
  /** The classifier that decided; it may be released. */
  readonly classifier: Classifier;
  /** What the maps explain, where that is not one of the model's own scores; what the whole model decided, where that is not a class. */
  readonly about?: Pick<Subject, 'explained'> & Pick<ImageSubject, 'decided'>;
  readonly explanation: CheckedExplanation;
  /** What the model makes of an empty image, of which all is gone. Absent for a layer's unit, and where the model gives no number. */
  readonly empty?: EmptyImage;
  /** What other usual ways from pixels to model input decide, where nobody said which it is and the image came as pixels. */
  readonly preprocessing?: PreprocessingTrial;
  /** Regions that the decision needs, and filters that carried it, where they were looked for. */
  readonly deciding?: DecidingView;
  /** Patches of a photograph, and what becomes of the decision without what its best map puts first. */
  readonly patches?: Superpixels;
  readonly hidden?: ImageHiding;
  readonly hash: ImageHash;
  readonly fired?: FiredRuleView;
}

/** What takes long, and is looked for where it is asked for: `studies`. */
export type Unasked = 'regions-and-filters';

/** What was found out about some images: what a report, its pictures and its summary are made of. */
export interface ExplainedImages {
  readonly task: Task;
  /** The classifier that decided; of several, each image has its own, and this is the first one's. */
  readonly classifier: Classifier;
  /** The classifier whose scores the maps explain, where that is not the one that decided: a layer's units. */
  readonly explained: Classifier;
  /** Those that could be explained. */
  readonly images: readonly FoundImage[];
  /** Those that gave maps. */
  readonly methods: readonly Method[];
  /** What was asked for and could not be done, and why. Undefined where nothing was left out. */
  readonly leftOut: readonly LeftOut[] | undefined;
  /** How pixels become model input as nobody said: these settings are assumed. */
  readonly assumed: readonly AssumedSetting[];
  /** What has to be known beside that, in sentences. */
  readonly notes: readonly string[];
  /** What is left out by default and can be asked for. */
  readonly unasked: readonly Unasked[];
  /** What a signal kept from being done; empty where none came. */
  readonly missing: readonly string[];
}
