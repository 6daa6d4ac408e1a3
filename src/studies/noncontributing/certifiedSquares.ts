import { isKonkyoError } from '../../konkyoError.ts';
import type { Classifier } from '../../model/classifier.ts';
import { decisionsOf } from '../../model/decision.ts';
import { imageDims } from '../../model/inputDescription.ts';
import { elementAt } from '../../model/pixels.ts';
import { concatRows, float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { stopIfAborted } from '../../progress.ts';
import { scoped } from '../../runtime/release.ts';
import { type Certificate, type Certifier, compileCertifier } from './certificate.ts';
import type { CheckedBound } from './certificateCheck.ts';
import { objectPixels } from './objectPixels.ts';

/** A square of pixels of an image, in pixels from its upper left corner. */
export interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/**
 * A proof that the class stays whatever the pixels of a square are, all of them at once, between the darkest and the brightest value
 * that a pixel can have; all other pixels as they are.
 */
export interface CertifiedSquare
  extends Pick<Certificate, 'amplitude' | 'decided' | 'chosen' | 'box' | 'lowestMargin' | 'roundingMargin'> {
  readonly square: Square;
  /** Share of its pixels that differ from the background: `objectPixels`. */
  readonly onObject: number;
}

/** The largest squares found to be proved, each null where not even a single pixel is. */
export interface CertifiedSquares {
  /** Anywhere in the image. */
  readonly anywhere: CertifiedSquare | null;
  /** Of the squares at least half of whose pixels differ from the background. */
  readonly onObject: CertifiedSquare | null;
}

export interface SquareOptions {
  readonly progress?: (done: number, total: number) => void;
  /** Once it is aborted, the images that are done are all: the one under way is left. */
  readonly signal?: AbortSignal;
}

/** Squares are tried at no more places than this in a row or column of an image: at every one up to 32 pixels. */
const mostPlaces = 32;
/** Where no square of a side is proved at once, the bounds of so many of the nearest to it are made better, in so many steps: three times as many steps found one of 20 squares larger by a pixel. */
const refined = { squares: 12, steps: 20 };
/** Squares that are checked before it is asked whether one of them is proved. */
const atOnce = 14;

/**
 * The largest squares of each image that may hold anything. A larger square allows more, so sides go up from one pixel until no square
 * of a side is proved. On the object a side may have no place although a larger one has, as in a ring: it is passed over. Where it has
 * places and none is proved the search ends there too, and a larger square elsewhere is then missed. Squares are tried in the order of what their pixels cost the bound one by one.
 * @param images [n, ...] model input
 * @throws as `compileCertifier`
 */
export function certifySquares(
  classifier: Classifier,
  images: Tensor<'float32'>,
  { progress, signal }: SquareOptions = {},
): Promise<readonly CertifiedSquares[]> {
  return scoped(async (keep) => {
    const certifier = await keep(compileCertifier(classifier, { box: 'clipped' }));
    const decisions = decisionsOf(await classifier.scoresOf(images), classifier.scores);
    const found: CertifiedSquares[] = [];
    const none = { anywhere: null, onObject: null };
    for (const [i, { chosen, margin }] of decisions.entries()) {
      progress?.(i, decisions.length);
      const image = rows(images, i, i + 1);
      try {
        stopIfAborted(signal);
        found.push(margin > 0 ? await squaresOf(classifier, certifier, image, chosen, signal) : none);
      } catch (error) {
        if (isKonkyoError(error, 'interrupted')) return found;
        throw error;
      }
    }
    progress?.(decisions.length, decisions.length);
    return found;
  });
}

/** A square that was checked. */
interface Checked {
  readonly place: Place;
  readonly bound: CheckedBound;
}

interface Place {
  readonly square: Square;
  readonly onObject: number;
}

async function squaresOf(
  classifier: Classifier,
  certifier: Certifier,
  image: Tensor<'float32'>,
  decided: number,
  signal: AbortSignal | undefined,
): Promise<CertifiedSquares> {
  const { input } = classifier;
  const object = objectPixels(image.data, input);
  const check = async (places: readonly Place[], refinement: number): Promise<Checked[]> => {
    const checked: Checked[] = [];
    // Copies of a large image at all places of a square at once are gigabytes.
    for (let from = 0; from < places.length; from += classifier.batchSize) {
      stopIfAborted(signal);
      const some = places.slice(from, from + classifier.batchSize);
      const amplitudes = some.map(({ square }) => squareAmplitude(classifier, square));
      const copies = concatRows(some.map(() => image));
      const bounds = await certifier.check(copies, concatRows(amplitudes), refinement);
      bounds.forEach((bound, k) => {
        const place = some[k];
        if (place) checked.push({ place, bound });
      });
    }
    return checked;
  };
  const costs = new Float64Array(object.length);
  for (const { place, bound } of await check(placesOf(input, object, 1), 0)) {
    costs[place.square.top * input.width + place.square.left] = -bound.lowestMargin;
  }

  /** The best proved one of the first of these places that has one; null where none has. */
  async function proved(places: readonly Place[]): Promise<Checked | null> {
    const failed: Checked[] = [];
    for (let from = 0; from < places.length; from += atOnce) {
      const checked = (await check(places.slice(from, from + atOnce), 0)).toSorted(byMargin);
      const [best] = checked;
      if (best && best.bound.lowestMargin > 0) return best;
      failed.push(...checked);
    }
    const near = failed.toSorted(byMargin).slice(0, refined.squares);
    if (near.length === 0) return null;
    const [best] = (
      await check(
        near.map(({ place }) => place),
        refined.steps,
      )
    ).toSorted(byMargin);
    return best && best.bound.lowestMargin > 0 ? best : null;
  }

  async function largest(isMeant: (place: Place) => boolean): Promise<CertifiedSquare | null> {
    let last: Checked | null = null;
    for (let side = 1; side <= Math.min(input.height, input.width); side++) {
      const places = placesOf(input, object, side).filter(isMeant);
      if (places.length === 0) continue;
      const cost = new Map(places.map((place) => [place, inSquare(costs, input.width, place.square)]));
      const next = await proved(places.toSorted((a, b) => (cost.get(a) ?? 0) - (cost.get(b) ?? 0)));
      if (!next) break;
      last = next;
    }
    if (!last) return null;
    const { square, onObject } = last.place;
    return { square, onObject, ...last.bound, amplitude: squareAmplitude(classifier, square), decided, box: 'clipped' };
  }

  return { anywhere: await largest(() => true), onObject: await largest(({ onObject }) => onObject >= 0.5) };
}

function byMargin(a: Checked, b: Checked): number {
  return b.bound.lowestMargin - a.bound.lowestMargin;
}

/** All squares of a side, or those on a grid of large images. @param object see `objectPixels` */
function placesOf({ height, width }: Classifier['input'], object: Uint8Array, side: number): Place[] {
  const offsets = (length: number) => {
    const step = Math.ceil(length / mostPlaces);
    return Array.from({ length: Math.floor((length - side) / step) + 1 }, (_, k) => k * step);
  };
  return offsets(height).flatMap((top) =>
    offsets(width).map((left) => {
      const square = { top, left, side };
      return { square, onObject: inSquare(object, width, square) / side ** 2 };
    }),
  );
}

/** The sum of what the pixels of a square have. @param values row by row */
function inSquare(values: Uint8Array | Float64Array, width: number, { top, left, side }: Square): number {
  let sum = 0;
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) sum += values[y * width + x] ?? 0;
  }
  return sum;
}

/** Amplitude 1 in the square and 0 elsewhere, [1, ...] in an image's shape. */
function squareAmplitude({ input }: Classifier, { top, left, side }: Square): Tensor<'float32'> {
  const dims = imageDims(input);
  const at = elementAt(input);
  const data = new Float32Array(sizeOf(dims));
  for (let channel = 0; channel < input.channels; channel++) {
    for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++) data[at(channel, y, x)] = 1;
  }
  return float32([1, ...dims], data);
}
