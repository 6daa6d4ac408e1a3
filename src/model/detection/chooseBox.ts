import { InvalidTargetError } from '../errors.ts';
import type { InputDescription } from '../inputDescription.ts';
import { areaOf, type Box, boxAtSize, boxWords, overlapOf, type PixelSize } from './box.ts';
import {
  allProposals,
  anchorsBehind,
  type Detection,
  type DetectionSettings,
  detectionsOf,
  type ExplainedBox,
  type Proposals,
} from './detections.ts';

/** `box:x1,y1,x2,y2[:CLASS]`: a rectangle of the picture as it is in its file, and perhaps a class. */
export interface BoxTarget {
  readonly box: Box;
  readonly class?: number;
}

const form = 'box:X1,Y1,X2,Y2 or box:X1,Y1,X2,Y2:CLASS, in pixels of the picture from its upper left corner';

export function isBoxTarget(text: string): boolean {
  return text.startsWith('box:');
}

/**
 * Reads a box to explain.
 * @param classes how many the detector has.
 * @throws InvalidTargetError for anything else, for a box without an area, and for a class that there is not.
 */
export function parseBox(
  text: string,
  { classes: names = [] }: Pick<InputDescription, 'classes'>,
  classes: number,
): BoxTarget {
  const [, sides = '', , name] = /^box:([^:]*)(:(.+))?$/.exec(text) ?? [];
  const numbers = sides.split(',').map((side) => (side.trim() === '' ? Number.NaN : Number(side)));
  const [left = 0, top = 0, right = 0, bottom = 0] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) {
    throw new InvalidTargetError(`"${text}" is no box: give ${form}.`);
  }
  const box = { left, top, right, bottom };
  if (areaOf(box) === 0) {
    throw new InvalidTargetError(`The box ${boxWords(box)} has no area: give the upper left corner first, ${form}.`);
  }
  if (name === undefined) return { box };
  const index = names.includes(name) ? names.indexOf(name) : /^\d+$/.test(name) ? Number(name) : classes;
  if (index < classes) return { box, class: index };
  throw new InvalidTargetError(
    `There is no class "${name}": give an index from 0 to ${classes - 1}${names.length > 0 ? ` or one of ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}` : ''}.`,
  );
}

/** A box that was asked for, and what it was found to be. */
export interface ChosenBox extends ExplainedBox {
  /** What has to be known of the choice, in a sentence: that no box was kept there, say. */
  readonly note?: string;
}

/**
 * What a detector found where a box was asked for: the kept detection that overlaps it best, by half or more; else, said in a note,
 * the anchors that propose something there.
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
  if (near && overlapOf(near.box, box) >= same) return { detection: near, anchors: anchorsBehind(proposals, near) };
  const found = proposedAt(proposals, box, of);
  const anchors = anchorsBehind(proposals, found);
  const note = `No box was kept there${of === undefined ? '' : ' for this class'}: what is explained is the ${anchors.length === 1 ? 'place' : `${anchors.length} places`} whose box fits best, ${boxWords(boxAtSize(found.box, input, picture))}, with a probability of ${found.score.toPrecision(2)}.`;
  return { detection: found, anchors, note };
}

/** From this overlap on two boxes are taken to be about the same thing. */
const same = 0.5;

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
