import type { MethodMap } from '../attribution/explain.ts';
import type { CurveSetting } from '../language/english/checks.ts';
import type { Words } from '../language/words.ts';
import { type Classifier, probabilitySource } from '../model/classifier.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import { isLarge } from '../model/multiplications.ts';
import type { NumberKind } from '../model/numberDescription.ts';
import { edgeMap, randomMap, sizeMap } from './baselineMaps.ts';
import { type Check, check, type MapToCheck, type Outcome, type RunOptions } from './check.ts';
import { type Figure, type Line, type Verdict, verdictOf } from './figure.ts';
import { type MeanCurves, meanCurves } from './meanCurves.ts';
import type { Curve } from './metrics/removalCurve.ts';
import {
  type CurveSettings,
  curveDefaults,
  curvesOfAnyTarget,
  isByPlace,
  type PerturbationCurves,
} from './perturbationCurves.ts';
import { type CellMap, cellMap, stretched } from './pixelMap.ts';
import { segmentSide, segmentsByEvidence } from './pixelOrder.ts';

/** The curves of one map, and what they are to be compared with. */
export interface ComparedCurves {
  readonly curves: PerturbationCurves;
  /** The same for random maps, their mean; and for an edge detector on the image, or of a table, for the size of its values. */
  readonly random: MeanCurves;
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
  return declared(() => settings);
}

function declared(settingsFor: (classifier: Classifier) => CurveSettings) {
  return check({
    id,
    title: 'Deletion and insertion',
    about:
      'How sure the model stays while the pixels that a map puts first are blanked, and how soon it is sure when they are put into an empty image: the areas below both curves, Petsiuk, Das & Saenko 2018.',
    run: (maps, options) => comparedCurves(maps, options, settingsFor),
    figures: (result, words) => [deletionFigure(result, words), insertionFigure(result, words)],
    numbers: (result) => ({ ...numbersOf(result, 'deletion'), ...numbersOf(result, 'insertion') }),
  });
}

const id = 'deletion-insertion';

/** Of large models in half the steps, the map's as what it is compared with: verdicts differ about as often as between 32 steps and 64. */
export const deletionInsertion = declared((classifier) => ({
  ...curveDefaults,
  steps: isLarge(classifier) ? curveDefaults.steps / 2 : curveDefaults.steps,
}));

/** One random map can be lucky: on digits their areas lie 0.1 to 0.2 apart. A map has to be better than several by more than that. */
const draws = 3;
/** Seeds of one image's random maps are so far apart. */
const nextDraw = 7919;

/** Image by image. Maps of all targets share the runs of the random map and the edge detector, and go through the model together. */
async function comparedCurves(
  maps: readonly MapToCheck[],
  { classifier, seed, baseline, progress }: RunOptions,
  settingsFor: (classifier: Classifier) => CurveSettings,
): Promise<readonly Outcome<ComparedCurves>[]> {
  const { input } = classifier;
  const usual = settingsFor(classifier);
  const settings = { ...usual, baseline: baseline ?? usual.baseline };
  const segment = segmentSide(input);
  const outcomes = new Map<MethodMap, Outcome<ComparedCurves>>();
  const positions = [...new Set(maps.map(({ position }) => position))];
  for (const [done, position] of positions.entries()) {
    progress(done, positions.length, `deletion and insertion, image ${done + 1} of ${positions.length}`);
    const ordered = maps.flatMap(({ map, image, position: own }) => {
      if (own !== position) return [];
      const found = orderedCells(map, input);
      if (!('refused' in found)) return [{ map, image, cells: stretched(found, input) }];
      outcomes.set(map, found);
      return [];
    });
    const [first] = ordered;
    if (!first) continue;
    const all = [
      ...Array.from({ length: draws }, (_, draw) => randomMap(input, seed + position + draw * nextDraw)),
      modelFreeMap(first.image.data, input),
      ...ordered.map(({ cells }) => cells),
    ];
    const orders = all.map((cells) => segmentsByEvidence(cells, segment));
    const curvesOf = await curvesOfAnyTarget(classifier, first.image, orders, settings);
    for (const [k, { map }] of ordered.entries()) {
      const found = curvesOf(map.target);
      const [edges, curves] = [found[draws], found[draws + 1 + k]];
      if (!edges || !curves) continue;
      const random = meanCurves(found.slice(0, draws));
      const areas = [random, edges, curves].flatMap(({ deletion, insertion }) => [deletion.area, insertion.area]);
      const isValue = isByPlace(classifier);
      const isIfLogits = probabilitySource(classifier) === 'assumed';
      const result = { curves, random, edges, settings, segment, isValue, isIfLogits, kind: input.numbers?.kind };
      outcomes.set(map, areas.every(Number.isFinite) ? { result } : { refused: withoutScores(classifier) });
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

function deletionFigure(result: ComparedCurves, words: Words): Figure {
  const { own, random, edges } = areasOf(result, 'deletion');
  const { curves } = words.checks;
  return {
    ...comparedFigure(result, 'deletion', words),
    label: curves.deletion,
    better: 'lower',
    aspect: 'faithfulness',
    verdict: judged(result, 'deletion', own < Math.min(random - result.random.spread.deletion, edges), own < random),
    meaning: curves.deletionMeaning(settingOf(result)),
  };
}

function insertionFigure(result: ComparedCurves, words: Words): Figure {
  const { own, random, edges } = areasOf(result, 'insertion');
  const { curves } = words.checks;
  return {
    ...comparedFigure(result, 'insertion', words),
    label: curves.insertion,
    better: 'higher',
    aspect: 'faithfulness',
    verdict: judged(result, 'insertion', own > Math.max(random + result.random.spread.insertion, edges), own > random),
    meaning: curves.insertionMeaning(settingOf(result)),
  };
}

function settingOf({ isValue = false, isIfLogits, kind, segment, settings }: ComparedCurves): CurveSetting {
  return { isValue, isIfLogits, kind, segment, ...settings };
}

type Kind = keyof PerturbationCurves;

function areasOf({ curves, random, edges }: ComparedCurves, kind: Kind) {
  return { own: curves[kind].area, random: random[kind].area, edges: edges[kind].area };
}

/** The area, and those of the maps that it is compared with: `deletionArea`, `deletionAreaRandom`, `deletionAreaEdges`. */
function numbersOf(result: ComparedCurves, kind: Kind): Readonly<Record<string, number>> {
  const { own, random, edges } = areasOf(result, kind);
  const plain = result.kind === 'table' ? 'Sizes' : 'Edges';
  return { [`${kind}Area`]: own, [`${kind}AreaRandom`]: random, [`${kind}Area${plain}`]: edges };
}

function comparedFigure(result: ComparedCurves, kind: Kind, { numbers, checks: { curves } }: Words) {
  const { own, random, edges } = areasOf(result, kind);
  const { percent } = numbers;
  const isTable = result.kind === 'table';
  return {
    value: curves.value(percent(own), percent(random), percent(edges), isTable),
    lines: [
      line(curves.own, 'own', result.curves[kind]),
      line(curves.lines.random, 'comparison', result.random[kind]),
      line(isTable ? curves.lines.sizes : curves.lines.edges, 'comparison', result.edges[kind]),
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

function line(label: string, kind: Line['kind'], { points }: Curve): Line {
  return { label, kind, points: points.map(({ share, score }) => ({ x: share, y: score })) };
}
