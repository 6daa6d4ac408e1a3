import { isEvidence } from '../attribution/method.ts';
import type { CheckedExplanation } from '../faithfulness/checks.ts';
import { hiddenRegion, type RankedParts } from '../faithfulness/hiddenRegion.ts';
import { cellMap, stretched } from '../faithfulness/pixelMap.ts';
import { type Segment, segmentSide, segmentsByEvidence } from '../faithfulness/pixelOrder.ts';
import { ranked } from '../faithfulness/ranking.ts';
import type { Classifier } from '../model/classifier.ts';
import { baselineImage, toPixels } from '../model/pixels.ts';
import { type Superpixels, superpixels } from '../pictures/superpixels.ts';
import type { Progress } from '../progress.ts';
import { orientationFor } from '../report/drawing/mapPicture.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { ImageHiding } from '../report/explanation/hiddenView.ts';

/** About so many patches of a photograph: few enough to be seen, enough to tell an eye from an ear. */
const wantedPatches = 80;

/** The patches of a photograph; nothing of a small drawing, whose pixels can be seen, nor of what is no image. */
export function patchesOf({ input }: Classifier, { image }: NamedImage): Superpixels | undefined {
  if (input.numbers) return undefined;
  const picture = toPixels(image.data, input);
  return orientationFor(picture) === 'outline' ? undefined : superpixels(picture, wantedPatches);
}

/** What is known of images before parts of them are hidden, in their order. */
interface Explained {
  readonly explanations: readonly CheckedExplanation[];
  readonly patches: readonly (Superpixels | undefined)[];
  readonly blank: number;
  readonly progress?: Progress;
}

/** The same of several images, one after the other: the changed images of one fill a batch. */
export async function hidingsOf(
  classifier: Classifier,
  images: readonly NamedImage[],
  { explanations, patches, blank, progress }: Explained,
): Promise<readonly (ImageHiding | undefined)[]> {
  const found: (ImageHiding | undefined)[] = [];
  for (const [i, image] of images.entries()) {
    progress?.(i, images.length, `Hiding parts: ${image.name}`);
    const explanation = explanations[i];
    found.push(explanation && (await hidingOf(classifier, image, explanation, patches[i], blank)));
  }
  return found;
}

/**
 * What becomes of a decision without what the best of its maps puts first, see `hiddenRegion`; of a photograph patch by patch.
 * @param blank what is seen in its place: a pixel value, or model input of what is no image.
 */
async function hidingOf(
  classifier: Classifier,
  { image }: NamedImage,
  { maps, target }: CheckedExplanation,
  patches: Superpixels | undefined,
  blank: number,
): Promise<ImageHiding | undefined> {
  const { input } = classifier;
  const own = maps.filter((map) => isEvidence(map.method) && JSON.stringify(map.target) === JSON.stringify(target));
  for (const map of ranked(own)) {
    const cells = cellMap(map, input);
    if (!cells?.values.every(Number.isFinite)) continue;
    const whole = stretched(cells, input);
    const parts = partsOf(whole.values, patches ? byPatch(patches) : segmentsByEvidence(whole, segmentSide(input)));
    const region = await hiddenRegion(classifier, image, parts, { empty: baselineImage(blank, input) });
    if (region) return { map, region, blank };
  }
  return undefined;
}

function byPatch({ labels, count }: Superpixels): readonly Segment[] {
  const patches = Array.from({ length: count }, (): number[] => []);
  for (const [pixel, patch] of labels.entries()) patches[patch]?.push(pixel);
  return patches;
}

/** By the mean evidence of their pixels. */
function partsOf(values: Float32Array, segments: readonly Segment[]): RankedParts {
  const weighed = segments.map((segment) => ({
    segment,
    evidence: segment.reduce((sum, pixel) => sum + (values[pixel] ?? 0), 0) / segment.length,
  }));
  const [speaking, others] = [
    weighed.filter(({ evidence }) => evidence > 0),
    weighed.filter(({ evidence }) => !(evidence > 0)),
  ];
  speaking.sort((a, b) => b.evidence - a.evidence);
  return { speaking: speaking.map(({ segment }) => segment), others: others.map(({ segment }) => segment) };
}
