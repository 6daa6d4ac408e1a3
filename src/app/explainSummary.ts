import type { Explanation } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import type { NpyArray } from '../datasets/npyTypes.ts';
import { writeNpz } from '../datasets/npz.ts';
import { type CheckedMap, figuresOf, lampOfMap, numbersOf } from '../faithfulness/checks.ts';
import type { Aspect, Verdict } from '../faithfulness/figure.ts';
import { lampWords } from '../faithfulness/lamp.ts';
import { wordsIn } from '../language/words.ts';
import { type Classifier, className, givesProbabilities, probabilityIfLogits } from '../model/classifier.ts';
import { type InputDescription, imageDims, type SettingSources } from '../model/inputDescription.ts';
import { targetWords } from '../model/target.ts';
import { type DecisionSummary, decisionSummary } from '../model/task/decision.ts';
import type { Task } from '../model/task/task.ts';
import { concatRows, float32 } from '../onnx/tensor.ts';
import type { EmptyImage } from './emptyImage.ts';
import type { ExplainedImages, FoundImage } from './explained.ts';
import type { LeftOut } from './leftOut.ts';
import { type AssumedSetting, assumedSettings, type PreprocessingTrial } from './preprocessingTrial.ts';

/** What `--json` prints. */
export interface ExplainSummary {
  readonly report: string;
  /** What the model does, as it was found out or said. */
  readonly task: Task;
  /** What was assumed of the model or its input. */
  readonly cautions: readonly string[];
  /** What was done to the model so that it could be explained. */
  readonly notes: readonly string[];
  /** What was asked for and could not be done, and why; the rest is given. Absent where nothing was left out. */
  readonly leftOut?: readonly LeftOut[];
  /** How pixels became model input, and where each setting came from. */
  readonly input: Omit<InputDescription, 'classes'> & { readonly from: SettingSources };
  /** Which settings of the input nobody said: these are assumed. */
  readonly assumed: readonly AssumedSetting[];
  /** What a signal kept from being done. Absent where none came. */
  readonly interrupted?: readonly string[];
  readonly images: readonly {
    readonly name: string;
    /** Which of the model's inputs was explained, where several are; the others were held fixed. */
    readonly explainedInput?: string;
    readonly predicted: string;
    /** Absent where the model is not known to give probabilities: they are its own, or its scores are said to be logits. */
    readonly probability?: number;
    /** The softmax of plain scores, which nobody says are logits: the probability if they are. Absent where that is not assumed. */
    readonly probabilityIfLogits?: number;
    readonly score: number;
    /** All classes with exactly the predicted one's score, where there are several: nothing decides between them. */
    readonly tie?: readonly string[];
    /** What is explained is a probability of exactly 1, where gradients are 0. */
    readonly saturated?: true;
    /** Of how many of all classes the probability is above a half, where each has one of its own. */
    readonly labelsAboveHalf?: number;
    /** What the model makes of an empty image: of what is blanked everywhere, and what that is (`baseline`, a pixel value). */
    readonly empty?: EmptyImage;
    /** What other usual ways from pixels to model input decide, where nobody said which it is. */
    readonly preprocessing?: PreprocessingTrial;
    /** What the whole model decided, where that is not one class: labels, a value, a class for each pixel. */
    readonly decision?: DecisionSummary;
    readonly target: string;
    /** With rules: the one that is nearest, whether it fired, and how many of its conditions hold. */
    readonly rule?: {
      readonly class: string;
      readonly fired: boolean;
      readonly met: number;
      readonly conditions: number;
      readonly product: number;
    };
    readonly methods: readonly {
      readonly id: string;
      readonly target: string;
      readonly score: number;
      readonly sum: number;
      readonly completenessGap?: number;
      readonly deletionArea?: number;
      /** Of a random map, and of an edge detector (of a table: of how far each value is from blank): what a map has to beat. */
      readonly deletionAreaRandom?: number;
      readonly deletionAreaEdges?: number;
      readonly deletionAreaSizes?: number;
      readonly insertionArea?: number;
      readonly insertionAreaRandom?: number;
      readonly insertionAreaEdges?: number;
      readonly insertionAreaSizes?: number;
      readonly randomWeightsCorrelation?: number;
      /** What each check says of the map: `good`, `fair`, `poor`, or `neutral` where it judges nothing. Empty where none was run. */
      readonly verdicts: readonly { readonly check: string; readonly aspect: Aspect; readonly verdict: Verdict }[];
      /** What has to be known to read the map. */
      readonly notes?: readonly string[];
      /** Of the notes, what is amiss with this map: numbers that are none, 0 everywhere. */
      readonly warnings?: readonly string[];
      /** Why the map's faithfulness was not checked; absent where it was. */
      readonly unchecked?: string;
      /**
       * How far to believe the map, by all that was measured of it: `believe`, `careful`, `do not believe`; `not judged` where
       * the checks say nothing of it; `not checked` where they were not run, or could not be.
       */
      readonly lamp: string;
      /** Of non-contributing pixels: share of fresh noise images under which the class stayed. */
      readonly kept?: number;
    }[];
  }[];
}

/** `mapArrays` as an npz archive. */
export function mapArchive(
  methods: readonly Method[],
  explanations: readonly Explanation[],
  input?: InputDescription,
): Uint8Array {
  return writeNpz(mapArrays(methods, explanations, input));
}

/** Arrays by name, as an archive has them. */
export type MapArrays = ReadonlyMap<string, NpyArray>;

/**
 * One array a method, [n, ...] in the input's own shape or the layer's, named by the method's id. An image that the method
 * failed for has no numbers (NaN) in its row.
 */
export function mapArrays(
  methods: readonly Method[],
  explanations: readonly Explanation[],
  input?: InputDescription,
): MapArrays {
  const arrays = methods.map(({ id }) => {
    // The first map of a method is the one for the target; a contrast with the runner-up comes after it.
    const maps = explanations.map(({ maps }) => maps.find(({ method }) => method.id === id)?.values);
    const one = maps.find((values) => values !== undefined) ?? float32([1], [Number.NaN]);
    const none = float32(
      one.dims,
      one.data.map(() => Number.NaN),
    );
    const { dims, data } = concatRows(maps.map((values) => values ?? none));
    return [id, { type: 'float32' as const, dims: input ? savedDims(dims, input) : dims, data }] as const;
  });
  return new Map(arrays);
}

/** Maps of a signal or a table have the shape that the model's file takes, not that of an image of one row. */
export function savedDims(dims: readonly number[], input: InputDescription): readonly number[] {
  const [count = 0, ...own] = dims;
  const { numbers, inFile } = input;
  return numbers && inFile && own.join() === imageDims(input).join() ? [count, ...inFile] : dims;
}

/** What a summary says of the model, whatever the images. */
export function ofModel({
  cautions,
  preparation,
  input,
  inputSources,
}: Classifier): Pick<ExplainSummary, 'cautions' | 'notes' | 'input' | 'assumed'> {
  const { classes: _, ...described } = input;
  const assumed = assumedSettings(input, inputSources);
  return { cautions, notes: preparation.notes, input: { ...described, from: inputSources }, assumed };
}

/**
 * What was found out, as plain data without maps.
 * @param report where the page is.
 */
export function explainSummary(found: ExplainedImages, report: string): ExplainSummary {
  return {
    report,
    task: found.task,
    ...ofModel(found.classifier),
    images: imageSummaries(found),
    leftOut: found.leftOut,
    interrupted: found.missing.length > 0 ? found.missing : undefined,
  };
}

export function imageSummaries(found: ExplainedImages): ExplainSummary['images'] {
  return found.images.map((one) => imageSummary(one, explainedOf(found, one)));
}

/** The classifier whose scores an image's maps explain: a layer's units, or the one that decided. */
export function explainedOf({ explained, classifier }: ExplainedImages, image: FoundImage): Classifier {
  return explained === classifier ? image.classifier : explained;
}

function imageSummary(
  { image, classifier, about, preprocessing, empty, explanation: { prediction, target, maps }, fired }: FoundImage,
  explained: Classifier,
): ExplainSummary['images'][number] {
  const isLikely = givesProbabilities(classifier);
  return {
    name: image.name,
    predicted: className(classifier, prediction.chosen),
    probability: isLikely ? (prediction.probabilities[prediction.chosen] ?? Number.NaN) : undefined,
    probabilityIfLogits: probabilityIfLogits(classifier, prediction, prediction.chosen),
    score: prediction.scores[prediction.chosen] ?? Number.NaN,
    tie: prediction.tie?.map((index) => className(classifier, index)),
    saturated: prediction.saturated,
    labelsAboveHalf:
      classifier.scores.labels && isLikely ? prediction.probabilities.filter((p) => p > 0.5).length : undefined,
    empty,
    preprocessing,
    decision: about?.decided && decisionSummary(about.decided),
    target: targetWords(explained, target),
    rule: fired && {
      class: fired.label,
      fired: fired.fired,
      met: fired.met,
      conditions: fired.drawn.length,
      product: fired.product,
    },
    methods: maps.map((map) => ({
      id: map.method.id,
      target: targetWords(explained, map.target),
      score: map.score,
      sum: map.values.data.reduce((sum, value) => sum + value, 0),
      ...numbersOf(map),
      ...map.finding?.figures,
      verdicts: verdictsOf(map),
      unchecked: map.unchecked,
      lamp: lampWords[lampOfMap(map)],
      notes: map.notes,
      warnings: map.warnings,
    })),
  };
}

function verdictsOf(map: CheckedMap) {
  if (map.unchecked !== undefined) return [];
  return figuresOf(map, wordsIn('en')).map(({ label, aspect, verdict }) => ({
    check: label,
    aspect,
    verdict,
  }));
}
