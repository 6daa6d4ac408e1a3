import { boxAtSize, boxWords, type PixelSize, sidesOf } from '../model/detection/box.ts';
import { boxClass, classNameOf, readBox } from '../model/detection/boxReading.ts';
import { askedBox, type ChosenBox, chooseBox } from '../model/detection/chooseBox.ts';
import {
  allProposals,
  anchorsBehind,
  type Detection,
  type DetectionSettings,
  defaultThreshold,
  detectionsOf,
  type Proposals,
} from '../model/detection/detections.ts';
import { type Detector, detectorOf } from '../model/detection/detector.ts';
import { InvalidTargetError, UnsuitableModelError } from '../model/errors.ts';
import type { LoadedModel } from '../model/loadModel.ts';
import { type TargetText, targetWritten } from '../model/targetText.ts';
import type { DetectionDecision, FoundBox } from '../model/task/decision.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ImageSubject, Subjects } from './subjects.ts';

/** So many boxes of an image are explained where none is asked for. */
const mostBoxes = 5;

/**
 * Of each image the strongest boxes that a detector finds, each a subject of its own: the class scores of the places that propose it.
 * With a box as target, what is found there.
 * @throws UnsuitableModelError for a layout that is not recognised, InvalidTargetError for targets of other tasks.
 */
export async function detectionSubjects(
  loaded: LoadedModel,
  target: TargetText,
  settings: Pick<DetectionSettings, 'threshold'>,
): Promise<Subjects> {
  if (target.kind !== 'box' && !(target.kind === 'class' && target.text === 'predicted')) {
    throw new InvalidTargetError(
      `"${targetWritten(target)}" cannot be explained: the model finds boxes. Name one, box:x1,y1,x2,y2 or box:x1,y1,x2,y2:CLASS, or leave the target out for the strongest.`,
    );
  }
  const detector = await detectorOf(loaded, settings);
  const { input } = detector.model;
  const asked = target.kind === 'box' ? askedBox(target, detector) : undefined;

  async function several(image: NamedImage) {
    const picture = image.size ?? input;
    const [proposals] = await detector.propose(image.image);
    if (!proposals) return [];
    const kept = detectionsOf(proposals, detector.settings);
    const chosen: readonly ChosenBox[] = asked
      ? [chooseBox(proposals, asked, { picture, input }, detector.settings)]
      : kept.slice(0, mostBoxes).map((detection) => ({ detection, anchors: anchorsBehind(proposals, detection) }));
    if (chosen.length === 0) throw nothingFound(proposals, detector, picture);
    return Promise.all(
      chosen.map(async (box, i) => ({
        ...(await subjectOf(box)),
        decided: decisionOf(image, kept, box, detector),
        name: chosen.length > 1 ? `${image.name}, box ${i + 1}` : image.name,
      })),
    );
  }

  async function subjectOf(box: ChosenBox): Promise<ImageSubject> {
    const classifier = await readBox(detector, box);
    const target = boxClass(detector, box);
    return { subject: { classifier, target: () => target, explained: explainedWords(box) } };
  }

  return {
    task: 'detection',
    input,
    cautions: [...loaded.cautions, ...detector.notes],
    async of(image) {
      const [first] = await several(image);
      if (first) return first;
      throw new UnsuitableModelError(`The detector gives nothing for ${image.name}.`);
    },
    several,
    done: ({ classifier }) => classifier.release(),
    release: () => detector.release(),
  };
}

function explainedWords({ anchors }: ChosenBox): string {
  return anchors.length === 1
    ? 'The maps explain the score of its class at the place that proposes it.'
    : 'The maps explain the mean score of its class at the places that propose it.';
}

/** What the detector decided of the whole image, and which of it is explained. */
function decisionOf(
  { name, size }: NamedImage,
  kept: readonly Detection[],
  { detection, anchors, note }: ChosenBox,
  { model: { input } }: Detector,
): DetectionDecision {
  const at = kept.findIndex((one) => one.anchor === detection.anchor && one.class === detection.class);
  const all = at < 0 ? [...kept, detection] : kept;
  const found = ({ box, class: of, score }: Detection, i: number): FoundBox => ({
    index: of,
    label: classNameOf(input, of),
    probability: score,
    box: sidesOf(boxAtSize(box, input, size ?? input)),
    inputBox: [box.left, box.top, box.right, box.bottom],
    isNotKept: i < kept.length ? undefined : true,
  });
  return {
    kind: 'detection',
    image: name,
    boxes: all.map(found),
    explained: at < 0 ? kept.length : at,
    places: anchors.length,
    note,
  };
}

function nothingFound(
  proposals: Proposals,
  { settings, model: { input } }: Detector,
  picture: PixelSize,
): UnsuitableModelError {
  const { box, score } = allProposals(proposals).reduce((most, one) => (one.score > most.score ? one : most));
  const shown = boxAtSize(box, input, picture);
  const { height, width } = picture;
  const sides = sidesOf(shown).map((side, i) => Math.min(Math.max(0, side), i % 2 === 0 ? width : height));
  return new UnsuitableModelError(
    `The detector finds nothing with a probability of ${settings.threshold ?? defaultThreshold} or more; the strongest it proposes is ${boxWords(shown)} with ${score.toPrecision(2)}. To see what speaks for it name it, --target box:${sides.join(',')}, or keep weaker boxes with --threshold.`,
  );
}
