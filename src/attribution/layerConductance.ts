import type { Classifier } from '../classifier/classifier.ts';
import { baselineImage } from '../classifier/pixels.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { concatRows, float32, rows, sizeOf, type Tensor, zeros } from '../onnx/tensor.ts';
import { completenessOf, scoresAboveBaselines } from './explainedScores.ts';
import { gaussLegendre } from './gaussLegendre.ts';
import type { LayerChoice } from './gradCam.ts';
import { chosenLayer, type Layer } from './layer.ts';
import type { Attribution, Explainer, Method, MethodKind } from './method.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { ranges } from './portions.ts';
import { compileSampling, imageShapeOf, type Sampling } from './sampledGradient.ts';
import { checkedWeights } from './targetGradient.ts';

const description = {
  id: 'layer-conductance',
  title: 'Layer conductance',
  about:
    'How much of the score flows through each unit of a layer on the way from an empty image to this one; the parts sum to the score difference.',
  unit: 'score units',
};

const options = {
  steps: { about: 'steps on the way from the baseline to the image', default: 50, whole: true, min: 1, max: 10_000 },
  baseline: { about: 'pixel value (0 to 255) of the empty image', default: 0, whole: false, min: 0, max: 255 },
} as const;

export type LayerConductanceSettings = MethodOptions<typeof options>;

/**
 * Conductance of a layer's units, Dhamdhere, Sundararajan & Yan 2018, summed as in Captum: over the points p_0 ... p_s of a
 * Gauss-Legendre rule on the line from the baseline to the image, the gradient at p_i times the unit's change from p_i to
 * p_{i+1}. Values in the layer's shape, [n, ...]; reports the completeness gap.
 */
export function layerConductance(settings: LayerConductanceSettings = {}, { layer }: LayerChoice = {}): Method {
  const resolved = resolveOptions(description.id, options, settings);
  return {
    ...description,
    settings: layer === undefined ? resolved : { ...resolved, layer },
    settingsFor: (classifier) => ({ ...resolved, layer: chosenLayer(classifier, layer).value }),
    compile: (classifier) => compile(classifier, chosenLayer(classifier, layer), resolved),
  };
}

export const layerConductanceKind: MethodKind = {
  ...description,
  options,
  resources: ['layer'],
  create: layerConductance,
};

const baselineInput = 'konkyo/baseline';
const pointsInput = 'konkyo/points';
const lastGradientInput = 'konkyo/last-gradient';
const lastUnitsInput = 'konkyo/last-units';

/**
 * Samples are the points on the path. A part of the path begins where the last one ended: it is given the last gradient
 * and units, [n, 1, ...], and results in its sum and in its own last ones.
 */
function path(classifier: Classifier, layer: Layer, builder: GraphBuilder): Sampling {
  const imageShape = imageShapeOf(classifier);
  const { ops } = builder;
  const baseline = builder.input(baselineInput, 'float32', [1, ...imageShape]);
  const points = builder.input(pointsInput, 'float32', ['points']);
  const before = {
    gradient: builder.input(lastGradientInput, 'float32', ['images', 1, ...layer.dims]),
    units: builder.input(lastUnitsInput, 'float32', ['images', 1, ...layer.dims]),
  };
  const axis = builder.ints([1]);
  const part = (value: string, from: number, to: number) =>
    builder.add('Slice', [value, builder.ints([from]), builder.ints([to]), axis]);
  return {
    wrt: layer,
    samples(images) {
      const along = ops.Reshape(points, builder.ints([1, -1, ...imageShape.map(() => 1)]));
      const way = ops.Unsqueeze(ops.Sub(images, baseline), axis);
      return ops.Add(ops.Mul(way, along), ops.Unsqueeze(baseline, axis));
    },
    results(gradient, units) {
      const end = Number.MAX_SAFE_INTEGER;
      const starts = (last: string, all: string) => builder.add('Concat', [last, part(all, 0, -1)], { axis: 1 });
      const steps = ops.Sub(units, starts(before.units, units));
      const parts = ops.Mul(starts(before.gradient, gradient), steps);
      const sum = builder.add('ReduceSum', [parts, axis], { keepdims: 0 });
      return [sum, part(gradient, -1, end), part(units, -1, end)];
    },
  };
}

async function compile(
  classifier: Classifier,
  layer: Layer,
  settings: { readonly steps: number; readonly baseline: number },
): Promise<Explainer> {
  const sampled = await compileSampling(classifier, description.id, (builder) => path(classifier, layer, builder));
  const baseline = baselineImage(settings.baseline, classifier.input);
  const points = Float32Array.from(gaussLegendre(settings.steps + 1), ({ at }) => at);
  const { batchSize } = classifier;

  /** The sum over the whole path, for a few images: [m, ...]. */
  async function conductance(images: Tensor<'float32'>, weights: Tensor<'float32'>): Promise<Tensor<'float32'>> {
    const count = images.dims[0] ?? 0;
    const nothing = zeros('float32', [count, 1, ...layer.dims]);
    const sums = new Float64Array(count * sizeOf(layer.dims));
    // A gradient of 0 before the first point: the way to it from the baseline does not count.
    let [gradient, units] = [nothing, nothing];
    for (const { from, to } of ranges(points.length, batchSize)) {
      const [part = nothing, lastGradient = nothing, lastUnits = nothing] = await sampled.run(images, weights, {
        [baselineInput]: baseline,
        [pointsInput]: float32([to - from], points.subarray(from, to)),
        [lastGradientInput]: gradient,
        [lastUnitsInput]: units,
      });
      part.data.forEach((value, i) => {
        sums[i] = (sums[i] ?? 0) + value;
      });
      [gradient, units] = [lastGradient, lastUnits];
    }
    return float32([count, ...layer.dims], Float32Array.from(sums));
  }

  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const imagesAtOnce = Math.max(1, Math.floor(batchSize / points.length));
      const parts: Tensor<'float32'>[] = [];
      for (const { from, to } of ranges(targets.length, imagesAtOnce)) {
        parts.push(await conductance(rows(images, from, to), rows(weights, from, to)));
      }
      const values = concatRows(parts);
      const { scores, above } = await scoresAboveBaselines(classifier, images, baseline, weights);
      return { values, layer: layer.value, scores, completeness: completenessOf(values, above, targets) };
    },
    release: () => sampled.release(),
  };
}
