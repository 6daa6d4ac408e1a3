import { InvalidTargetError } from '../errors.ts';
import type { TargetText } from '../targetText.ts';
import { type Box, boxAtSize, boxWords, overlapOf, type PixelSize } from './box.ts';
import {
  allProposals,
  anchorsBehind,
  type Detection,
  type DetectionSettings,
  detectionsOf,
  type ExplainedBox,
  type Proposals,
} from './detections.ts';
import type { Detector } from './detector.ts';

/** `box:x1,y1,x2,y2[:CLASS]`: a rectangle of the picture as it is in its file, and perhaps a class. */
export interface BoxTarget {
  readonly box: Box;
  readonly class?: number;
}

/** The box that a target's text asks for. @throws InvalidTargetError for a class that the detector does not have. */
export function askedBox(
  { box: { x1, y1, x2, y2 }, of: name }: Extract<TargetText, { readonly kind: 'box' }>,
  { layout: { classes }, model }: Pick<Detector, 'layout' | 'model'>,
): BoxTarget {
  const box = { left: x1, top: y1, right: x2, bottom: y2 };
  if (name === undefined) return { box };
  const names = model.input.classes ?? [];
  const index = names.includes(name) ? names.indexOf(name) : /^\d+$/.test(name) ? Number(name) : classes;
  if (index < classes) return { box, class: index };
  const list = names.length > 0 ? ` or one of ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}` : '';
  throw new InvalidTargetError(`There is no class "${name}": give an index from 0 to ${classes - 1}${list}.`);
}

/** A box that was asked for, and what it was found to be. */
export interface ChosenBox extends ExplainedBox {
  /** What has to be known of the choice, in a sentence: that no box was kept there, say. */
  readonly note?: string;
}

/**
 * What a detector found where a box was asked for: the kept detection that overlaps it best, where that is less than half
 * with a note; where none is near, the anchors that propose something there, with a note.
 * @param picture the size of the picture that the box is in; @param input the model's.
 * @throws InvalidTargetError for a box outside of the picture.
 */
export function chooseBox(
  proposals: Proposals,
  { box: asked, class: of }: BoxTarget,
  sizes: { readonly picture: PixelSize; readonly input: PixelSize },
  settings: DetectionSettings,
): ChosenBox {
  const { picture, input } = sizes;
  const { left, top, right, bottom } = asked;
  if (left < 0 || top < 0 || right > picture.width || bottom > picture.height) {
    throw new InvalidTargetError(
      `The box ${boxWords(asked)} is not within the picture of ${picture.width} x ${picture.height} pixels (across x down).`,
    );
  }
  const box = boxAtSize(asked, picture, input);
  const kept = detectionsOf(proposals, settings).filter((one) => of === undefined || one.class === of);
  const near = best(kept, (one) => overlapOf(one.box, box));
  const overlap = near ? overlapOf(near.box, box) : 0;
  if (near && overlap >= touching) {
    const anchors = anchorsBehind(proposals, near);
    if (overlap >= same) return { detection: near, anchors };
    const percent = Math.round(100 * overlap);
    return {
      detection: near,
      anchors,
      note: `The box asked for is ${boxWords(asked)}; what was found nearest to it overlaps it by ${percent}% (intersection over union).`,
    };
  }
  const found = proposedAt(proposals, box, of);
  const anchors = anchorsBehind(proposals, found);
  const note = `No box was kept there${of === undefined ? '' : ' for this class'}: what is explained is the ${anchors.length === 1 ? 'place' : `${anchors.length} places`} whose box fits best, ${boxWords(boxAtSize(found.box, input, picture))}, with a probability of ${found.score.toPrecision(2)}.`;
  return { detection: found, anchors, note };
}

/** From this overlap on two boxes are taken to be about the same thing; from the other on, one is drawn generously around it. */
const same = 0.5;
const touching = 0.2;

/** The strongest proposal about the same place; where there is none, the one that overlaps it most. */
function proposedAt(proposals: Proposals, box: Box, of: number | undefined): Detection {
  const all = allProposals(proposals, of);
  const near = all.filter((one) => overlapOf(one.box, box) >= same);
  const found = near.length > 0 ? best(near, ({ score }) => score) : best(all, (one) => overlapOf(one.box, box));
  if (found && overlapOf(found.box, box) > 0) return found;
  throw new InvalidTargetError(`No place of the detector proposes a box that overlaps ${boxWords(box)}.`);
}

function best<T>(list: readonly T[], size: (one: T) => number): T | undefined {
  return list.reduce<T | undefined>(
    (most, one) => (most === undefined || size(one) > size(most) ? one : most),
    undefined,
  );
}
