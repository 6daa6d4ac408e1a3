import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import type { Target } from '../../model/target.ts';
import { concatRows, float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { completenessOf, explainedScores } from '../explainedScores.ts';
import type { Attribution, Explainer } from '../explainer.ts';
import { checkedWeights } from '../explanationGraph.ts';
import { cut, cutOf, firstPoints, gapOf, type Interval, type PathPoint, worstOf } from './refinedPath.ts';
import { saliency } from './saliency.ts';

/** Intervals of equal length to begin with: cutting goes on by thirds. */
const first = 3;

/** Gradients of an image at most, and bytes of them. */
const most = { points: 1000, bytes: 256e6 };

interface Settings {
  /** The largest completeness gap, a share of the score difference. */
  readonly tolerance: number;
  /** Pixel value of the baseline, 0 to 255. */
  readonly baseline: number;
}

/** An image on its way. */
interface Line {
  readonly image: Float32Array;
  /** One row: how much each class score counts. */
  readonly weights: Tensor<'float32'>;
  readonly target: Target;
  readonly intervals: readonly Interval[];
}

/** What is asked of the model on a line. */
interface Wanted {
  readonly line: Line;
  readonly knots: readonly number[];
  readonly middles: readonly number[];
}

/**
 * Integrated gradients whose points are placed where the sum goes wrong, until the completeness gap is within a tolerance: see
 * refinedPath.ts. All images go on together, so that batches are full.
 */
export async function integrateToTolerance(classifier: Classifier, settings: Settings): Promise<Explainer> {
  const gradients = await saliency().compile(classifier);
  const start = baselineImage(settings.baseline, classifier.input);
  const size = start.data.length;
  const mostPoints = Math.max(first, Math.min(most.points, Math.floor(most.bytes / (4 * size))));

  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const lines = targets.map((target, i): Line => {
        const image = rows(images, i, i + 1).data;
        return { image, target, weights: rows(weights, i, i + 1), intervals: [] };
      });
      const done = await refined(await begun(lines));
      const values = float32(images.dims, Float32Array.from(done.flatMap((line) => [...mapOf(line)])));
      const ends = done.map(
        ({ intervals }) => [intervals.at(0)?.scoreFrom ?? 0, intervals.at(-1)?.scoreTo ?? 0] as const,
      );
      return {
        values,
        scores: Float32Array.from(ends, ([, score]) => score),
        completeness: completenessOf(
          values,
          ends.map(([empty, score]) => score - empty),
          targets,
        ),
        notesByImage: done.map(({ intervals }) => [noteOf(intervals, settings.tolerance)]),
      };
    },
    release: () => gradients.release(),
  };

  async function begun(lines: readonly Line[]): Promise<readonly Line[]> {
    const points = firstPoints(first);
    const found = await ask(lines.map((line) => ({ line, ...points })));
    return lines.map((line, i) => {
      const { scores = [], points: middles = [] } = found[i] ?? {};
      const intervals = middles.map((point, k) => ({
        from: k / first,
        to: (k + 1) / first,
        scoreFrom: scores[k] ?? 0,
        scoreTo: scores[k + 1] ?? 0,
        point,
      }));
      return { ...line, intervals };
    });
  }

  async function refined(lines: readonly Line[]): Promise<readonly Line[]> {
    const open = lines.flatMap((line) => {
      const worst = worstOf(line.intervals);
      const isOpen = gapOf(line.intervals) > settings.tolerance && line.intervals.length + 2 <= mostPoints;
      return isOpen && worst ? [{ line, worst, ...cutOf(worst) }] : [];
    });
    if (open.length === 0) return lines;
    const found = await ask(open);
    const next = new Map(
      open.map(({ line, worst }, i) => {
        const { scores = [], points = [] } = found[i] ?? {};
        const [left = worst.point, right = worst.point] = points;
        const parts = cut(worst, [scores[0] ?? 0, scores[1] ?? 0], [left, right]);
        return [line, { ...line, intervals: line.intervals.flatMap((one) => (one === worst ? parts : [one])) }];
      }),
    );
    return refined(lines.map((line) => next.get(line) ?? line));
  }

  /** Scores at the knots and gradients at the middles, of all lines in full batches. */
  async function ask(wanted: readonly Wanted[]) {
    const knots = await explainedScores(classifier, at(wanted, 'knots'), repeated(wanted, 'knots'));
    const { values } = await gradients.attribute(
      at(wanted, 'middles'),
      wanted.flatMap(({ line, middles }) => middles.map(() => line.target)),
    );
    let [knot, middle] = [0, 0];
    return wanted.map(({ line, ...asked }) => ({
      scores: asked.knots.map(() => knots[knot++] ?? 0),
      points: asked.middles.map((place): PathPoint => {
        const gradient = values.data.slice(middle * size, ++middle * size);
        const slope = gradient.reduce((sum, value, i) => sum + times(value, change(line, i)), 0);
        return { at: place, gradient, slope };
      }),
    }));
  }

  function change({ image }: Line, i: number): number {
    return (image[i] ?? 0) - (start.data[i] ?? 0);
  }

  function at(wanted: readonly Wanted[], of: 'knots' | 'middles'): Tensor<'float32'> {
    const all = wanted.flatMap((one) =>
      one[of].map((place) =>
        float32(
          [1, ...start.dims.slice(1)],
          start.data.map((from, i) => from + place * change(one.line, i)),
        ),
      ),
    );
    return concatRows(all);
  }

  function mapOf(line: Line): Float32Array {
    const sums = new Float64Array(size);
    for (const { from, to, point } of line.intervals) {
      point.gradient.forEach((value, i) => {
        sums[i] = (sums[i] ?? 0) + (to - from) * times(value, change(line, i));
      });
    }
    return Float32Array.from(sums);
  }
}

/** What is as it was has added nothing, however steep the score is there: see `changeTimes`. */
function times(gradient: number, change: number): number {
  return change === 0 ? 0 : gradient * change;
}

function repeated(wanted: readonly Wanted[], of: 'knots' | 'middles'): Tensor<'float32'> {
  return concatRows(wanted.flatMap((one) => one[of].map(() => one.line.weights)));
}

function noteOf(intervals: readonly Interval[], tolerance: number): string {
  const gap = `${Number((100 * gapOf(intervals)).toPrecision(2))}%`;
  const reached =
    gapOf(intervals) <= tolerance ? '' : `; the tolerance of ${100 * tolerance}% was not reached with so many`;
  return `Gradients at ${intervals.length} points, where the sum needed them: completeness gap ${gap}${reached}.`;
}
