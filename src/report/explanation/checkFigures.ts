import type { MapChecks } from '../../faithfulness/checkMaps.ts';
import type { Curve, PerturbationCurves } from '../../faithfulness/perturbationCurves.ts';
import { percent } from '../page/number.ts';
import type { Figure, Line, Row, Verdict } from './view.ts';

/** The first test of truth as figures: deletion, insertion, random weights. */
export function checkFigures(checks: MapChecks): Figure[] {
  return [deletionFigure(checks), insertionFigure(checks), ...weightsFigure(checks)];
}

function deletionFigure(checks: MapChecks): Figure {
  const [own, random, edges] = areas(checks, 'deletion');
  return {
    label: 'Deletion',
    value: comparison(own, random, edges),
    short: percent(own),
    comparisons: comparisons(random, edges),
    verdict: ofCurves([own, random, edges], own < Math.min(random, edges), own < random),
    meaning: `The mean sureness while the pixels that spoke most for the class are blanked first, ${steps(checks)}. The lower, the more the decision needs what the map points at. It should be below that of a random map, and of an edge detector that does not know the model (dashed lines).`,
    lines: lines(checks, 'deletion'),
  };
}

function insertionFigure(checks: MapChecks): Figure {
  const [own, random, edges] = areas(checks, 'insertion');
  return {
    label: 'Insertion',
    value: comparison(own, random, edges),
    short: percent(own),
    comparisons: comparisons(random, edges),
    verdict: ofCurves([own, random, edges], own > Math.max(random, edges), own > random),
    meaning: `The mean sureness while the same pixels are put into a blank image first, ${steps(checks)}. The higher, the sooner what the map points at suffices. It should be above that of a random map and of an edge detector (dashed lines).`,
    lines: lines(checks, 'insertion'),
  };
}

/** Up to 0.2 is what unrelated maps of one image reach; from 0.4 on the map follows the image, not what was learnt. */
function weightsFigure({ randomWeights }: MapChecks): Figure[] {
  if (randomWeights === undefined) return [];
  return [
    {
      label: 'Random weights',
      value: (Math.abs(randomWeights) < 0.005 ? 0 : randomWeights).toFixed(2).replace('-', '−'),
      verdict: verdictOf(Math.abs(randomWeights) < 0.2, Math.abs(randomWeights) < 0.4),
      meaning:
        'How much the order of the pixels is still the same (1: all, 0: nothing) when all layers but the first have random weights. A map that hardly changes shows the image, not what the model has learnt.',
    },
  ];
}

function areas(checks: MapChecks, kind: keyof PerturbationCurves): readonly [number, number, number] {
  return [checks.curves[kind].area, checks.random[kind].area, checks.edges[kind].area];
}

function comparison(own: number, random: number, edges: number): string {
  return `${percent(own)} (random map ${percent(random)}, edges ${percent(edges)})`;
}

function comparisons(random: number, edges: number): readonly Row[] {
  return [
    { label: 'A random map', value: percent(random) },
    { label: 'An edge detector', value: percent(edges) },
  ];
}

/** float32's rounding of a probability. */
const rounding = 1e-6;

/** No judgement where blanking changes nothing, whatever the order: then no map can be better than another. */
function ofCurves(areas: readonly number[], good: boolean, fair: boolean): Verdict {
  const flat = Math.max(...areas) - Math.min(...areas) < rounding;
  return flat ? 'neutral' : verdictOf(good, fair);
}

function verdictOf(good: boolean, fair: boolean): Verdict {
  return good ? 'good' : fair ? 'fair' : 'poor';
}

function steps({ settings, segment }: MapChecks): string {
  const unit = segment === 1 ? 'pixel by pixel' : `in squares of ${segment} × ${segment} pixels`;
  return `${unit}, in ${settings.steps} steps, blank being pixel value ${settings.baseline}`;
}

function lines(checks: MapChecks, kind: keyof PerturbationCurves): Line[] {
  const points = ({ points }: Curve) => points.map(({ share, value }) => ({ x: share, y: value }));
  return [
    { label: 'this map', kind: 'own', points: points(checks.curves[kind]) },
    { label: 'random map', kind: 'comparison', points: points(checks.random[kind]) },
    { label: 'edge detector', kind: 'comparison', points: points(checks.edges[kind]) },
  ];
}
