import type { MethodMap } from '../attribution/explain.ts';
import { type Classifier, probabilitySource } from '../model/classifier.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import type { NumberKind } from '../model/numberDescription.ts';
import { edgeMap, randomMap, sizeMap } from './baselineMaps.ts';
import { type Check, check, type MapToCheck, type Outcome, type RunOptions } from './check.ts';
import { type Figure, type Line, type NumberWords, type Verdict, verdictOf } from './figure.ts';
import type { Curve } from './metrics/removalCurve.ts';
import {
  type CurveSettings,
  curveDefaults,
  isByPlace,
  type PerturbationCurves,
  perturbationCurves,
} from './perturbationCurves.ts';
import { type CellMap, cellMap, stretched } from './pixelMap.ts';
import { segmentSide, segmentsByEvidence } from './pixelOrder.ts';

/** The curves of one map, and what they are to be compared with. */
export interface ComparedCurves {
  readonly curves: PerturbationCurves;
  /** The same for a random map, and for an edge detector on the image; of a table, for the size of its values. */
  readonly random: PerturbationCurves;
  readonly edges: PerturbationCurves;
  readonly settings: CurveSettings;
  /** Not how sure the model is, but where its value (or score, of plain numbers) lies between a blank image's and the image's. */
  readonly isValue?: boolean;
  /** The model is that sure if its scores are logits, which is assumed. */
  readonly isIfLogits?: boolean;
  /** Side of the squares that were deleted and inserted together, pixels. */
  readonly segment: number;
  /** Absent where an image was explained. */
  readonly kind?: NumberKind;
}

/** Deletion and insertion with these settings; costs 2 (steps - 1) runs of the model a map. */
export function deletionInsertionWith(settings: CurveSettings): Check<ComparedCurves> & { readonly id: typeof id } {
  return check({
    id,
    title: 'Deletion and insertion',
    about:
      'How sure the model stays while the pixels that a map puts first are blanked, and how soon it is sure when they are put into an empty image: the areas below both curves, Petsiuk, Das & Saenko 2018.',
    run: (maps, options) => comparedCurves(maps, options, settings),
    figures: (result, words) => [deletionFigure(result, words), insertionFigure(result, words)],
    numbers: ({ curves }) => ({ deletionArea: curves.deletion.area, insertionArea: curves.insertion.area }),
  });
}

const id = 'deletion-insertion';

export const deletionInsertion = deletionInsertionWith(curveDefaults);

/** Image by image. Maps of one target share the random map's curves and the edge detector's. */
async function comparedCurves(
  maps: readonly MapToCheck[],
  { classifier, seed, baseline, progress }: RunOptions,
  own: CurveSettings,
): Promise<readonly Outcome<ComparedCurves>[]> {
  const { input } = classifier;
  const settings = { ...own, baseline: baseline ?? own.baseline };
  const segment = segmentSide(input);
  const outcomes = new Map<MethodMap, Outcome<ComparedCurves>>();
  const positions = [...new Set(maps.map(({ position }) => position))];
  for (const [done, position] of positions.entries()) {
    progress(done, positions.length, `deletion and insertion, image ${done + 1} of ${positions.length}`);
    const ofImage = maps.filter((one) => one.position === position);
    for (const key of new Set(ofImage.map(({ map }) => JSON.stringify(map.target)))) {
      const ordered = ofImage.flatMap(({ map, image }) => {
        if (JSON.stringify(map.target) !== key) return [];
        const found = orderedCells(map, input);
        if (!('refused' in found)) return [{ map, image, cells: stretched(found, input) }];
        outcomes.set(map, found);
        return [];
      });
      const [first] = ordered;
      if (!first) continue;
      const { image, map } = first;
      const all = [
        randomMap(input, seed + position),
        modelFreeMap(image.data, input),
        ...ordered.map(({ cells }) => cells),
      ];
      const orders = all.map((cells) => segmentsByEvidence(cells, segment));
      const [random, edges, ...curvesOf] = await perturbationCurves(classifier, image, map.target, orders, settings);
      for (const [k, { map }] of ordered.entries()) {
        const curves = curvesOf[k];
        if (!random || !edges || !curves) continue;
        const areas = [random, edges, curves].flatMap(({ deletion, insertion }) => [deletion.area, insertion.area]);
        const isValue = isByPlace(classifier);
        const isIfLogits = probabilitySource(classifier) === 'assumed';
        const result = { curves, random, edges, settings, segment, isValue, isIfLogits, kind: input.numbers?.kind };
        outcomes.set(map, areas.every(Number.isFinite) ? { result } : { refused: withoutScores(classifier) });
      }
    }
  }
  return maps.map(({ map }) => outcomes.get(map));
}

function withoutScores({ scores }: Classifier): string {
  const why = scores.tolerance === undefined ? '' : ', or the same value for a blank image';
  return `The model gives no finite number for the image with parts of it blanked${why}.`;
}

/** A map that knows what was explained, but not the model. The columns of a table have no neighbours, and so no edges. */
function modelFreeMap(data: Float32Array, input: InputDescription): CellMap {
  return input.numbers?.kind === 'table' ? sizeMap(data, input) : edgeMap(data, input);
}

/** The map as cells that can be put in an order, or why they cannot. */
function orderedCells(map: MethodMap, input: InputDescription): CellMap | { readonly refused: string } {
  const cells = cellMap(map, input);
  if (!cells) return { refused: 'It is of a layer without positions.' };
  if (!cells.values.every(Number.isFinite)) return { refused: 'Some of its values are not finite numbers.' };
  const [first] = cells.values;
  return cells.values.every((value) => value === first)
    ? { refused: 'It has the same value everywhere, so that it puts no part of the image before another.' }
    : cells;
}

function deletionFigure(result: ComparedCurves, words: NumberWords): Figure {
  const { own, random, edges } = areasOf(result, 'deletion');
  return {
    ...comparedFigure(result, 'deletion', words),
    label: 'Deletion',
    aspect: 'faithfulness',
    verdict: judged(result, 'deletion', own < Math.min(random, edges), own < random),
    meaning: `${meanOf(result)} while the pixels that spoke most for the class are blanked first, ${stepsInWords(result)}. The lower, the more the decision needs what the map points at. It should be below that of a random map, and of ${plainWords(result)} that does not know the model (dashed lines).`,
  };
}

function insertionFigure(result: ComparedCurves, words: NumberWords): Figure {
  const { own, random, edges } = areasOf(result, 'insertion');
  return {
    ...comparedFigure(result, 'insertion', words),
    label: 'Insertion',
    aspect: 'faithfulness',
    verdict: judged(result, 'insertion', own > Math.max(random, edges), own > random),
    meaning: `${meanOf(result)} while the same pixels are put into a blank image first, ${stepsInWords(result)}. The higher, the sooner what the map points at suffices. It should be above that of a random map and of ${plainWords(result)} (dashed lines).`,
  };
}

type Kind = keyof PerturbationCurves;

function areasOf({ curves, random, edges }: ComparedCurves, kind: Kind) {
  return { own: curves[kind].area, random: random[kind].area, edges: edges[kind].area };
}

function comparedFigure(result: ComparedCurves, kind: Kind, { percent }: NumberWords) {
  const { own, random, edges } = areasOf(result, kind);
  return {
    value: `${percent(own)} (random map ${percent(random)}, ${result.kind === 'table' ? 'sizes' : 'edges'} ${percent(edges)})`,
    short: percent(own),
    comparisons: [
      { label: 'A random map', value: percent(random) },
      { label: plainLabel(result), value: percent(edges) },
    ],
    lines: [
      line('this map', 'own', result.curves[kind]),
      line('random map', 'comparison', result.random[kind]),
      line(result.kind === 'table' ? 'size of the values' : 'edge detector', 'comparison', result.edges[kind]),
    ],
  };
}

/** float32's rounding of a probability. */
const rounding = 1e-6;

/** No judgement where blanking changes nothing, whatever the order: then no map can be better than another. */
function judged(result: ComparedCurves, kind: Kind, good: boolean, fair: boolean): Verdict {
  const areas = Object.values(areasOf(result, kind));
  return Math.max(...areas) - Math.min(...areas) < rounding ? 'neutral' : verdictOf(good, fair);
}

function meanOf({ isValue, isIfLogits }: ComparedCurves): string {
  return isValue
    ? 'Where the value lies on average between that of a blank image (0%) and of this one (100%)'
    : `The mean sureness${isIfLogits ? ' (if the scores are logits)' : ''}`;
}

function plainWords({ kind }: ComparedCurves): string {
  return kind === 'table' ? 'the map of how far each value is from blank' : 'an edge detector';
}

function plainLabel({ kind }: ComparedCurves): string {
  return kind === 'table' ? 'How far each value is from blank' : 'An edge detector';
}

function stepsInWords({ settings, segment, kind }: ComparedCurves): string {
  if (kind) {
    const unit =
      kind === 'table' ? 'feature by feature' : segment === 1 ? 'value by value' : `${segment} values at a time`;
    return `${unit}, in ${settings.steps} steps at most, blank being ${settings.baseline} in model input`;
  }
  const unit = segment === 1 ? 'pixel by pixel' : `in squares of ${segment} × ${segment} pixels`;
  return `${unit}, in ${settings.steps} steps, blank being pixel value ${settings.baseline}`;
}

function line(label: string, kind: Line['kind'], { points }: Curve): Line {
  return { label, kind, points: points.map(({ share, score }) => ({ x: share, y: score })) };
}
