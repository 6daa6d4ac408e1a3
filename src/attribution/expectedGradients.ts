import { type Classifier, checkImages } from '../classifier/classifier.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { float32, int64, type Tensor } from '../onnx/tensor.ts';
import { type Random, random } from '../random/random.ts';
import { completenessOf, scoresAboveBaselines } from './explainedScores.ts';
import { blankImages, givenImages, type ImageDistribution } from './imageDistribution.ts';
import type { Attribution, Explainer, Method, MethodKind } from './method.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { portions } from './portions.ts';
import { compileSampling, imageShapeOf, type Sampling, sumOverPortions, sumOverSamples } from './sampledGradient.ts';
import { checkedWeights } from './targetGradient.ts';

const description = {
  id: 'expected-gradients',
  title: 'Expected gradients',
  about:
    'How much each pixel adds to the score compared with many other images instead of one empty one; the parts sum to the score above their mean.',
  unit: 'score units',
};

const options = {
  samples: { about: 'random points between baselines and the image', default: 100, whole: true, min: 1, max: 100_000 },
  seed: { about: 'where the random numbers start', default: 0, whole: true, min: 0, max: 0xffffffff },
} as const;

export interface ExpectedGradientsSettings extends MethodOptions<typeof options> {
  /** The images to compare with: model input [b, ...], or a distribution. By default blank images from black to white. */
  readonly baselines?: Tensor<'float32'> | ImageDistribution | undefined;
}

/**
 * Expected gradients, Erion et al. 2021: the mean of (x - x') times the gradient at x' + a (x - x'), the baseline x' drawn
 * from a distribution of images and a from U(0, 1). Reports the completeness gap against the baselines' mean score.
 * All images get the same draws, so that the map of an image does not depend on which others it is explained with.
 * @throws MethodOptionError; when compiled, InvalidInputError for baselines that do not fit the model
 */
export function expectedGradients(settings: ExpectedGradientsSettings = {}): Method {
  const { baselines = blankImages, ...numbers } = settings;
  const resolved = resolveOptions(description.id, options, numbers);
  const distribution = 'dims' in baselines ? givenImages(baselines) : baselines;
  return {
    ...description,
    settings: { ...resolved, baselines: distribution.name },
    compile: (classifier) => compile(classifier, resolved, distribution),
  };
}

export const expectedGradientsKind: MethodKind = {
  ...description,
  options,
  resources: ['baselines'],
  create: (settings, resources) => expectedGradients({ ...settings, baselines: resources?.baselines }),
};

const baselinesInput = 'konkyo/baselines';
const chosenInput = 'konkyo/chosen';
const pointsInput = 'konkyo/points';

function between(classifier: Classifier, builder: GraphBuilder): Sampling {
  const imageShape = imageShapeOf(classifier);
  const { ops } = builder;
  const baselines = builder.input(baselinesInput, 'float32', ['baselines', ...imageShape]);
  const chosen = builder.input(chosenInput, 'int64', ['samples']);
  const points = builder.input(pointsInput, 'float32', ['samples', ...imageShape.map(() => 1)]);
  let difference = '';
  return {
    samples(images) {
      const drawn = builder.add('Gather', [baselines, chosen], { axis: 0 });
      difference = ops.Sub(ops.Unsqueeze(images, builder.ints([1])), drawn);
      return ops.Add(drawn, ops.Mul(difference, points));
    },
    results: (gradient) => [sumOverSamples(builder, ops.Mul(gradient, difference), imageShape)],
  };
}

async function compile(
  classifier: Classifier,
  settings: { readonly samples: number; readonly seed: number },
  distribution: ImageDistribution,
): Promise<Explainer> {
  const baselines = await distribution.images(classifier);
  checkImages(classifier, baselines);
  const sampled = await compileSampling(classifier, 'expected-gradients', (builder) => between(classifier, builder));
  const draws = drawSamples(random(settings.seed), settings.samples, baselines.dims[0] ?? 0);
  const ones = imageShapeOf(classifier).map(() => 1);
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const runs = portions(targets.length, settings.samples, classifier.batchSize);
      const sums = await sumOverPortions(sampled, images, weights, runs, ({ samples: { from, to } }) => {
        const drawn = draws.slice(from, to);
        return {
          [baselinesInput]: baselines,
          [chosenInput]: int64(drawn.map(({ baseline }) => baseline)),
          [pointsInput]: float32(
            [drawn.length, ...ones],
            drawn.map(({ point }) => point),
          ),
        };
      });
      const values = float32(
        images.dims,
        Float32Array.from(sums, (sum) => sum / settings.samples),
      );
      const { scores, above } = await scoresAboveBaselines(classifier, images, baselines, weights);
      return { values, scores, completeness: completenessOf(values, above, targets) };
    },
    release: () => sampled.release(),
  };
}

interface Draw {
  readonly baseline: number;
  /** Where between the baseline (0) and the image (1). */
  readonly point: number;
}

function drawSamples(source: Random, samples: number, baselines: number): Draw[] {
  return Array.from({ length: samples }, () => ({ baseline: source.index(baselines), point: source.uniform() }));
}
