import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { baselineImage } from '../../model/pixels.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { concatRows, float32, rows, type Tensor, tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { ranges } from '../../runtime/portions.ts';
import { SegmentsError } from '../errors.ts';
import { explained } from '../explainedScores.ts';
import type { Attribution, Explainer } from '../explainer.ts';
import { checkedWeights } from '../explanationGraph.ts';
import { withMapNotes } from '../mapNotes.ts';
import { method } from '../method.ts';
import { baselineOption, type Resolved, seedOption } from '../options.ts';
import { type Coalition, coalitions } from './coalitions.ts';
import { compileMasked } from './maskedImages.ts';
import {
  gridOption,
  type SegmentChoice,
  type Segments,
  segmentOfElement,
  segmentSettings,
  segmentsFor,
} from './segments.ts';
import { shapleyRegression } from './shapleyRegression.ts';

const options = {
  samples: { about: 'sets of segments that are looked at', default: 1000, whole: true, min: 2, max: 1_000_000 },
  grid: gridOption,
  baseline: baselineOption('what is hidden'),
  seed: seedOption,
} as const;

/**
 * KernelSHAP, Lundberg & Lee 2017: the Shapley values of the segments, by weighted least squares over sets of them, exact
 * once all sets are looked at. Every element of a segment gets the segment's value; over segments they sum to the score
 * less that of the baseline. All images are seen through the same sets. When compiled it throws MethodOptionError and
 * SegmentsError for segments that do not fit the image, or are too many for the samples.
 */
export const kernelShap = method({
  id: 'kernel-shap',
  title: 'KernelSHAP',
  about:
    "Each segment's fair share of the score: what it adds when it is uncovered, averaged over all orders in which segments can be.",
  unit: 'score units',
  options,
  resources: ['segments'],
  create: (all, choice: SegmentChoice) => {
    const { grid, ...others } = all;
    return {
      settings: { ...others, ...segmentSettings(grid, choice) },
      compile: (classifier) => compile(classifier, all, choice),
    };
  },
});

const seenInput = 'konkyo/seen';

async function compile(
  classifier: Classifier,
  { samples, grid, baseline, seed }: Resolved<typeof options>,
  choice: SegmentChoice,
): Promise<Explainer> {
  const { input, batchSize, scores } = classifier;
  const segments = await segmentsFor(input, grid, choice);
  const sets = coalitions(segments.count, samples, random(seed));
  const regression = shapleyRegression(sets, segments.count);
  if (!regression && segments.count > 1) {
    throw new SegmentsError(
      `kernel-shap: ${samples} samples are too few to tell ${segments.count} segments apart. Take four times as many samples as segments, or fewer segments.`,
    );
  }
  const seen = seenRows(sets, segments.count);
  const elements = segmentOfElement(segments, input);
  const empty = baselineImage(baseline, input);
  const masked = await compileMasked(classifier, 'kernel-shap', baseline, {
    masks: (builder) => addMasks(builder, segments, input),
    results: (_builder, found) => [found],
  });
  const all = 2 ** segments.count - 2;
  const notes = [
    sets.length === all
      ? `All ${all} sets of ${segments.count} segments were looked at: the values are exact.`
      : `${sets.length} sets of ${segments.count} segments were looked at: the values are estimates.`,
  ];

  /** What each set gains over the empty one, and the full one, for one image. */
  async function worths(image: Tensor<'float32'>, weights: Tensor<'float32'>) {
    const gains: number[] = [];
    const { data } = await classifier.scoresOf(concatRows([image, empty]));
    const [full, none] = [0, 1].map((row) =>
      explained(weights.data, data.subarray(row * scores.width, (row + 1) * scores.width)),
    );
    for (const { from, to } of ranges(sets.length, batchSize)) {
      const [found] = await masked.run(image, weights, { [seenInput]: rows(seen, from, to) });
      for (const worth of found?.data ?? []) gains.push(worth - (none ?? 0));
    }
    return { gains, full: full ?? 0, none: none ?? 0 };
  }

  const explainer: Explainer = {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const values = new Float32Array(images.data.length);
      const own = new Float32Array(targets.length);
      for (const i of targets.keys()) {
        const { gains, full, none } = await worths(rows(images, i, i + 1), rows(weights, i, i + 1));
        const shares = regression?.values(gains, full - none) ?? Float64Array.of(full - none);
        elements.forEach((segment, at) => {
          values[i * elements.length + at] = shares[segment] ?? 0;
        });
        own[i] = full;
      }
      return { values: float32(images.dims, values), scores: own, notes };
    },
    release: () => masked.release(),
  };
  return withMapNotes(explainer, classifier, 'scores');
}

function seenRows(sets: readonly Coalition[], count: number): Tensor<'float32'> {
  const data = new Float32Array(sets.length * count);
  for (const [i, { seen }] of sets.entries()) data.set(seen, i * count);
  return float32([sets.length, count], data);
}

/** Adds the masks [r, ...] of sets of segments, [r, count]. */
function addMasks(
  builder: GraphBuilder,
  { count, labels }: Segments,
  { layout, height, width }: InputDescription,
): string {
  const { ops } = builder;
  const seen = builder.input(seenInput, 'float32', ['sets', count]);
  const sets = builder.add('Shape', [seen], { start: 0, end: 1 });
  const shape = builder.add('Concat', [sets, builder.ints([labels.length])], { axis: 0 });
  const indices = ops.Expand(builder.constant(tensor('int32', [1, labels.length], labels), 'labels'), shape);
  const masks = builder.add('GatherElements', [seen, indices], { axis: 1 });
  return ops.Reshape(masks, builder.ints(layout === 'NCHW' ? [-1, 1, height, width] : [-1, height, width, 1]));
}
