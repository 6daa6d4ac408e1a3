import type { Classifier } from '../../model/classifier.ts';
import { decisionsOf } from '../../model/decision.ts';
import type { Scores } from '../../model/findScores.ts';
import { baselineImage } from '../../model/pixels.ts';
import type { Model } from '../../onnx/graph.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import type { Random } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import type { DenseLayer } from './denseLayer.ts';
import { placeOf } from './featureMap.ts';
import type { Region } from './labelling.ts';
import { splitModel } from './splitModel.ts';

/** What happens when a region is hidden from its unit, and from all; means over images and regions. */
export interface AblationEffect {
  readonly regions: number;
  /** Mean cells of a region. */
  readonly cells: number;
  /** Mean |change| of the unit's activation. */
  readonly activation: number;
  /** Mean |change| of a class score when this unit alone does not see the region. */
  readonly scores: number;
  /** Share of images decided otherwise then. */
  readonly decisions: number;
  /** Share of images decided otherwise when no unit sees the region. */
  readonly decisionsWithoutAll: number;
}

/**
 * Hides regions one at a time: the layer's inputs there become what they are for a black image. A region that a unit really
 * uses changes the unit and, through it, the scores; one whose weights are zero cannot.
 * @param model the classifier's, or the same with other weights.
 * @param images [n, ...] model input.
 */
export async function hideRegions(
  classifier: Classifier,
  model: Model,
  layer: DenseLayer,
  regions: readonly Region[],
  images: Tensor<'float32'>,
): Promise<AblationEffect> {
  return scoped(async (keep) => {
    const split = await keep(splitModel(classifier, model, layer));
    const inputs = await split.inputs(images);
    const blank = (await split.inputs(baselineImage(0, classifier.input))).data;
    const sums = await split.sums(inputs);
    const shown = await split.rest(sums, images);
    const found: Effect[] = [];
    for (const region of regions) {
      const hidden = await split.sums(withoutRegion(inputs, region, blank));
      const byUnit = await split.rest(columnFrom(sums, hidden, region.unit), images);
      const byAll = await split.rest(hidden, images);
      found.push({
        activation: meanChange(column(shown.activations, region.unit), column(byUnit.activations, region.unit)),
        scores: meanChange(shown.scores.data, byUnit.scores.data),
        decisions: shareChanged(shown.scores, byUnit.scores, classifier.scores),
        decisionsWithoutAll: shareChanged(shown.scores, byAll.scores, classifier.scores),
      });
    }
    const mean = (of: (effect: Effect) => number) => average(found.map(of));
    return {
      regions: regions.length,
      cells: average(regions.map((region) => region.inputs.length)),
      activation: mean(({ activation }) => activation),
      scores: mean(({ scores }) => scores),
      decisions: mean(({ decisions }) => decisions),
      decisionsWithoutAll: mean(({ decisionsWithoutAll }) => decisionsWithoutAll),
    };
  });
}

type Effect = Pick<AblationEffect, 'activation' | 'scores' | 'decisions' | 'decisionsWithoutAll'>;

/**
 * For each surviving region one as large of the same unit among what was removed: the removed cells of varying inputs nearest to
 * one of them drawn at random. Units with too few removed cells have none.
 */
export function removedCounterparts(
  regions: readonly Region[],
  kept: Uint8Array,
  varies: Uint8Array,
  { map, inputs }: DenseLayer,
  source: Random,
): Region[] {
  return regions.flatMap((region) => {
    const removed = Array.from(varies.keys()).filter(
      (input) => varies[input] !== 0 && kept[region.unit * inputs + input] === 0,
    );
    if (removed.length < region.inputs.length) return [];
    const centre = placeOf(map, removed[source.index(removed.length)] ?? 0);
    const distance = (input: number) => {
      const { channel, y, x } = placeOf(map, input);
      return Math.hypot(y - centre.y, x - centre.x) + (channel === centre.channel ? 0 : map.height + map.width);
    };
    const nearest = removed.map((input) => ({ input, away: distance(input) })).sort((a, b) => a.away - b.away);
    const members = nearest.slice(0, region.inputs.length).map(({ input }) => input);
    return [{ unit: region.unit, channel: centre.channel, inputs: Int32Array.from(members.sort((a, b) => a - b)) }];
  });
}

function withoutRegion(inputs: Tensor<'float32'>, region: Region, blank: Float32Array): Tensor<'float32'> {
  const data = inputs.data.slice();
  const flat = float32([inputs.dims[0] ?? 0, data.length / (inputs.dims[0] ?? 1)], data);
  const [count = 0, width = 0] = flat.dims;
  for (let image = 0; image < count; image++) {
    for (const input of region.inputs) data[image * width + input] = blank[input] ?? 0;
  }
  return flat;
}

/** The first matrix with one column of the second. */
function columnFrom(matrix: Tensor<'float32'>, other: Tensor<'float32'>, at: number): Tensor<'float32'> {
  const [count = 0, width = 0] = matrix.dims;
  const data = matrix.data.slice();
  for (let row = 0; row < count; row++) data[row * width + at] = other.data[row * width + at] ?? 0;
  return float32(matrix.dims, data);
}

function column({ data, dims }: Tensor<'float32'>, at: number): Float32Array {
  const [count = 0, width = 0] = dims;
  return Float32Array.from({ length: count }, (_, row) => data[row * width + at] ?? 0);
}

function meanChange(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

function shareChanged(a: Tensor<'float32'>, b: Tensor<'float32'>, scores: Scores): number {
  const [before, after] = [decisionsOf(a, scores), decisionsOf(b, scores)];
  return before.filter(({ chosen }, i) => chosen !== after[i]?.chosen).length / before.length;
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
