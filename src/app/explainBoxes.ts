import { boxAtSize, boxWords, type PixelSize, sidesOf } from '../model/detection/box.ts';
import { boxClass, classNameOf, readBox } from '../model/detection/boxReading.ts';
import { type BoxTarget, type ChosenBox, chooseBox } from '../model/detection/chooseBox.ts';
import {
  allProposals,
  anchorsBehind,
  type Detection,
  defaultThreshold,
  detectionsOf,
  type Proposals,
} from '../model/detection/detections.ts';
import type { Detector } from '../model/detection/detector.ts';
import { UnsuitableModelError } from '../model/errors.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { BoxesView } from '../report/explanation/view.ts';
import { scoped } from '../runtime/release.ts';
import { type ExplainedImages, type ExplainImagesOptions, explainPart, nothingDone } from './explainImages.ts';
import { type Refusals, refusalsOf } from './leftOut.ts';

/** How boxes are explained; the target is each box's class. */
export interface ExplainBoxesOptions extends Omit<ExplainImagesOptions, 'target' | 'unit' | 'rules'> {
  /** One box to explain in each image; by default the strongest that the detector keeps. */
  readonly box?: BoxTarget;
  /** At most so many boxes of an image are explained. Default 5. */
  readonly most?: number;
}

const usualMost = 5;

/**
 * Explains what a detector found: each box as an image of its own, by the class scores of the places that propose it.
 * @throws InvalidTargetError for a box outside of an image; NothingExplainedError, or the reason of the only method or image, if
 * nothing is left.
 */
export async function explainBoxes(
  detector: Detector,
  images: readonly NamedImage[],
  options: ExplainBoxesOptions,
): Promise<ExplainedImages> {
  const refusals = refusalsOf(options.message);
  const parts: ExplainedImages[] = [];
  for (const image of images) {
    if (options.signal?.aborted) break;
    parts.push(...(await boxesOf(detector, image, options, { refusals, asked: images.length })));
  }
  const [first] = parts;
  if (!first) throw nothingDone(refusals, options.signal);
  const used = new Set(parts.flatMap(({ methods }) => methods.map(({ id }) => id)));
  const left = images.length - new Set(parts.flatMap((part) => part.images.map(({ boxes }) => boxes?.of))).size;
  return {
    ...first,
    images: parts.flatMap((part) => part.images),
    methods: options.methods.filter(({ id }) => used.has(id)),
    leftOut: refusals.summary(),
    notes: [...new Set([...detector.notes, ...parts.flatMap(({ notes }) => notes)])],
    missing: [
      ...new Set(parts.flatMap(({ missing }) => missing)),
      ...(options.signal?.aborted && left > 0 ? [`the boxes of ${left} of ${images.length} images`] : []),
    ],
  };
}

interface Run {
  readonly refusals: Refusals;
  /** Images asked for. */
  readonly asked: number;
}

async function boxesOf(
  detector: Detector,
  image: NamedImage,
  options: ExplainBoxesOptions,
  { refusals, asked }: Run,
): Promise<readonly ExplainedImages[]> {
  const { box, most = usualMost, ...rest } = options;
  const { input } = detector.model;
  const picture = image.size ?? input;
  const [proposals] = await detector.propose(image.image);
  if (!proposals) return [];
  const kept = detectionsOf(proposals, detector.settings);
  const chosen: readonly ChosenBox[] = box
    ? [chooseBox(proposals, box, { picture, input }, detector.settings)]
    : kept.slice(0, most).map((detection) => ({ detection, anchors: anchorsBehind(proposals, detection) }));
  if (chosen.length === 0) {
    refusals.add({ image: image.name, error: nothingFound(proposals, detector, picture) }, asked);
  }
  const parts: ExplainedImages[] = [];
  for (const [position, one] of chosen.entries()) {
    if (options.signal?.aborted) break;
    const boxes = boxesView(image, kept, one, detector);
    const name = chosen.length > 1 ? `${image.name}, box ${position + 1}` : image.name;
    const part = await scoped(async (keep) => {
      const classifier = await keep(readBox(detector, one));
      return explainPart(
        classifier,
        [{ ...image, name }],
        { ...rest, target: () => boxClass(detector, one) },
        refusals,
      );
    });
    if (part) parts.push({ ...part, images: part.images.map((found) => ({ ...found, boxes })) });
  }
  return parts;
}

/** What the report shows of the boxes found, and of the one that is explained. */
function boxesView(
  { name, size }: NamedImage,
  kept: readonly Detection[],
  { detection, anchors, note }: ChosenBox,
  { model: { input } }: Detector,
): BoxesView {
  const at = kept.findIndex((one) => one.anchor === detection.anchor && one.class === detection.class);
  const all = at < 0 ? [...kept, detection] : kept;
  return {
    of: name,
    all: all.map((one, i) => ({
      ...one.box,
      label: classNameOf(input, one.class),
      probability: one.score,
      isKept: i < kept.length,
      sides: sidesOf(boxAtSize(one.box, input, size ?? input)),
    })),
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
    `The detector finds nothing of a probability of ${settings.threshold ?? defaultThreshold} or more; the strongest it proposes is ${boxWords(shown)} with ${score.toPrecision(2)}. To see why not more, name it, --target box:${sides.join(',')}, or keep weaker boxes with "detection": {"threshold": ...} in MODEL.konkyo.json.`,
  );
}
