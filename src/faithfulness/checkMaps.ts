import type { Explanation, MethodMap } from '../attribution/explain.ts';
import type { Classifier } from '../model/classifier.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import { weightedLayers } from '../model/randomWeights.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { edgeMap, randomMap } from './baselineMaps.ts';
import {
  type CurveSettings,
  curveDefaults,
  type PerturbationCurves,
  perturbationCurves,
} from './perturbationCurves.ts';
import { type CellMap, cellMap, stretched } from './pixelMap.ts';
import { segmentSide, segmentsByEvidence } from './pixelOrder.ts';
import { weightRandomisation } from './weightRandomisation.ts';

/** A first test of truth for one map. */
export interface MapChecks {
  readonly curves: PerturbationCurves;
  /** The same for a random map, and for an edge detector on the image. */
  readonly random: PerturbationCurves;
  readonly edges: PerturbationCurves;
  readonly settings: CurveSettings;
  /** Side of the squares that were deleted and inserted together, pixels. */
  readonly segment: number;
  /**
   * Rank correlation of the map with the same method's map where all layers but the first have random weights: near 0 where
   * the map depends on what was learnt. Undefined where there are no weights to replace or one of the maps is all equal.
   */
  readonly randomWeights: number | undefined;
}

export interface CheckedMap extends MethodMap {
  readonly checks?: MapChecks;
  /** Why there are no checks, in a sentence, where they were asked for and cannot be done. */
  readonly unchecked?: string;
}

export interface CheckedExplanation extends Explanation {
  readonly maps: readonly CheckedMap[];
}

export interface CheckOptions {
  readonly curves?: CurveSettings;
  readonly seed?: number;
  readonly progress?: (done: number, total: number, what: string) => void;
}

/**
 * Adds the first test of truth to every map that is a picture of finite numbers, not all of them equal. For each image and map it costs 2 (steps - 1) runs of the
 * model (62 by default), and for each method the maps once more, on random weights.
 */
export async function checkMaps(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  all: readonly Explanation[],
  { curves: settings = curveDefaults, seed = 0, progress }: CheckOptions = {},
): Promise<CheckedExplanation[]> {
  // Maps of how far pixels may change are not evidence, and are measured in their own way.
  const explanations = all.map((one) => ({ ...one, maps: one.maps.filter(({ freedom }) => freedom === undefined) }));
  const segment = segmentSide(classifier.input);
  // The first layer stays: with its edges alone a map can follow the image, which is what the check has to notice.
  const layers = Math.max(1, weightedLayers(classifier).length - 1);
  const total = explanations.length + 1;
  progress?.(0, total, 'Checks: random weights');
  const correlations = await weightRandomisation(classifier, images, explanations, { seed, layers });
  const checked: CheckedExplanation[] = [];
  for (const [i, explanation] of explanations.entries()) {
    progress?.(i + 1, total, `Checks: deletion and insertion, image ${i + 1} of ${explanations.length}`);
    const image = images[i];
    if (!image) continue;
    const maps = await checksOfImage(classifier, image, explanation, { settings, segment, seed: seed + i });
    checked.push({
      ...explanation,
      maps: [
        ...maps.map(({ map, checks, unchecked }, k): CheckedMap => {
          if (checks) return { ...map, checks: { ...checks, randomWeights: correlations[k]?.[i] } };
          return unchecked === undefined ? map : { ...map, unchecked };
        }),
        ...(all[i]?.maps ?? []).filter(({ freedom }) => freedom !== undefined),
      ],
    });
  }
  progress?.(total, total, 'done');
  return checked;
}

/** What was found of one map, or why nothing was. */
interface Found {
  readonly map: MethodMap;
  readonly checks?: Omit<MapChecks, 'randomWeights'>;
  readonly unchecked?: string;
}

/** The curves of an image's maps. Maps of one target share the random map's and the edge detector's. */
async function checksOfImage(
  classifier: Classifier,
  image: Tensor<'float32'>,
  { maps }: Explanation,
  { settings, segment, seed }: { readonly settings: CurveSettings; readonly segment: number; readonly seed: number },
): Promise<Found[]> {
  const { input } = classifier;
  const drawn = maps.map((map) => ({ map, ...orderedCells(map, input) }));
  const targets = [...new Map(maps.map(({ target }) => [JSON.stringify(target), target])).entries()];
  const found = new Map<MethodMap, Omit<Found, 'map'>>();
  for (const [key, target] of targets) {
    const own = drawn.flatMap(({ map, cells }) =>
      cells && JSON.stringify(map.target) === key ? [{ map, cells: stretched(cells, input) }] : [],
    );
    if (own.length === 0) continue;
    const all = [randomMap(input, seed), edgeMap(image.data, input), ...own.map(({ cells }) => cells)];
    const orders = all.map((cells) => segmentsByEvidence(cells, segment));
    const [random, edges, ...curves] = await perturbationCurves(classifier, image, target, orders, settings);
    for (const [k, { map }] of own.entries()) {
      const its = curves[k];
      if (!random || !edges || !its) continue;
      const areas = [random, edges, its].flatMap(({ deletion, insertion }) => [deletion.area, insertion.area]);
      const checks = { curves: its, random, edges, settings, segment };
      found.set(map, areas.every(Number.isFinite) ? { checks } : { unchecked: withoutScores });
    }
  }
  return drawn.map(({ map, unchecked }) => ({ map, ...(unchecked === undefined ? found.get(map) : { unchecked }) }));
}

const withoutScores = 'The model gives no finite number for the image with parts of it blanked.';

/** The map as cells that can be put in an order, or why they cannot. */
function orderedCells(
  map: MethodMap,
  input: InputDescription,
): { readonly cells?: CellMap; readonly unchecked?: string } {
  const cells = cellMap(map, input);
  if (!cells) return { unchecked: 'It is of a layer without positions.' };
  if (!cells.values.every(Number.isFinite)) return { unchecked: 'Some of its values are not finite numbers.' };
  const [first] = cells.values;
  const constant = cells.values.every((value) => value === first);
  return constant
    ? { unchecked: 'It has the same value everywhere, so that it puts no part of the image before another.' }
    : { cells };
}
