import { integratedGradients } from '../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../src/attribution/gradient/saliency.ts';
import { smoothGrad } from '../src/attribution/gradient/smoothGrad.ts';
import type { Method } from '../src/attribution/method.ts';
import { kernelShap } from '../src/attribution/perturbation/kernelShap.ts';
import { occlusion } from '../src/attribution/perturbation/occlusion.ts';
import { rise } from '../src/attribution/perturbation/rise.ts';
import { edgeMap } from '../src/faithfulness/baselineMaps.ts';
import { evaluationSubject } from '../src/faithfulness/evaluation/subject.ts';
import { pixelFlipping } from '../src/faithfulness/metrics/pixelFlipping.ts';
import { concatRows, float32, tensor } from '../src/onnx/tensor.ts';
import { fillWithNormals } from '../src/random/normal.ts';
import { random } from '../src/random/random.ts';
import { floatOutputOf, type Runtime } from '../src/runtime/runtime.ts';
import { type ArchitectureName, architectures } from '../src/training/architectures.ts';
import { softmaxCrossEntropy } from '../src/training/losses.ts';
import { recipes } from '../src/training/recipes.ts';
import { makeTrainer } from '../src/training/trainer.ts';
import { type Measured, measure } from './measure.ts';
import { type BenchModel, benchModels } from './models.ts';

/** One line of the benchmark. */
export interface Workload {
  readonly model: string;
  readonly method: string;
  readonly missing?: string;
  /** @returns the workload's time and that of one forward pass of the same images, measured in turns. */
  readonly run: (runtime: Runtime) => Promise<{ readonly seconds: Measured; readonly forwardSeconds: Measured }>;
}

const methods: readonly { readonly name: string; readonly method: Method }[] = [
  { name: 'saliency', method: saliency() },
  { name: 'integrated-gradients 50', method: integratedGradients({ steps: 50 }) },
  { name: 'smoothgrad 100', method: smoothGrad({ samples: 100 }) },
  { name: 'occlusion 196', method: occlusion() },
  { name: 'rise 1000', method: rise({ samples: 1000 }) },
  { name: 'kernel-shap 1000', method: kernelShap({ samples: 1000 }) },
];

function forward({ name, load, missing }: BenchModel): Workload {
  return {
    model: name,
    method: 'forward',
    missing,
    async run(runtime) {
      const { classifier, image } = await load(runtime);
      const [seconds] = await measure([() => classifier.scoresOf(image)]);
      await classifier.release();
      return { seconds: seconds!, forwardSeconds: seconds! };
    },
  };
}

/** As many forward passes as methods that cover parts of the image have, in full batches. */
function forwardInBatches({ name, load, missing }: BenchModel): Workload {
  return {
    model: name,
    method: 'forward, 1000 images in batches',
    missing,
    async run(runtime) {
      const { classifier, image } = await load(runtime);
      const { batchSize } = classifier;
      const images = concatRows(Array.from({ length: batchSize }, () => image));
      const [seconds, forwardSeconds] = await measure([
        async () => {
          for (let done = 0; done < 1000; done += batchSize) await classifier.scoresOf(images);
        },
        () => classifier.scoresOf(image),
      ]);
      await classifier.release();
      return { seconds: seconds!, forwardSeconds: forwardSeconds! };
    },
  };
}

/** One image explained, and one image's forward pass. */
function explaining(
  { name, load, missing }: BenchModel,
  { name: method, method: value }: (typeof methods)[number],
): Workload {
  return {
    model: name,
    method,
    missing,
    async run(runtime) {
      const { classifier, image } = await load(runtime);
      const [prediction] = await classifier.predict(image);
      const explainer = await value.compile(classifier);
      const [seconds, forwardSeconds] = await measure([
        () => explainer.attribute(image, [prediction!.chosen]),
        () => classifier.scoresOf(image),
      ]);
      await explainer.release();
      await classifier.release();
      return { seconds: seconds!, forwardSeconds: forwardSeconds! };
    },
  };
}

/** The gradients of a full batch, and its forward pass. */
function gradientInBatches({ name, load, missing }: BenchModel): Workload {
  return {
    model: name,
    method: 'saliency, a full batch',
    missing,
    async run(runtime) {
      const { classifier, image } = await load(runtime);
      const count = Math.min(16, classifier.batchSize);
      const images = concatRows(Array.from({ length: count }, () => image));
      const explainer = await saliency().compile(classifier);
      const targets = Array.from({ length: count }, () => 0);
      const [seconds, forwardSeconds] = await measure([
        () => explainer.attribute(images, targets),
        () => classifier.scoresOf(images),
      ]);
      await explainer.release();
      await classifier.release();
      return { seconds: seconds!, forwardSeconds: forwardSeconds! };
    },
  };
}

/** How many images pixel flipping looks at on the way from the image to a black one. */
const flipped = 225;

/** The curve of one map, and as many images in plain forward batches. */
function flipping({ name, load, missing }: BenchModel): Workload {
  return {
    model: name,
    method: `pixel flipping, ${flipped} images`,
    missing,
    async run(runtime) {
      const { classifier, image } = await load(runtime);
      const { input } = classifier;
      const [prediction] = await classifier.predict(image);
      const { sureness, toBlack: replace } = evaluationSubject(classifier, image, [prediction!.chosen], { seed: 0 });
      const map = edgeMap(image.data, input);
      const pixelsPerStep = Math.ceil((input.height * input.width) / (flipped - 1));
      const [curve] = await pixelFlipping(sureness, [{ image: 0, map }], { replace, pixelsPerStep });
      const images = concatRows(Array.from({ length: curve!.points.length }, () => image));
      const [seconds, forwardSeconds] = await measure([
        () => pixelFlipping(sureness, [{ image: 0, map }], { replace, pixelsPerStep }),
        () => classifier.scoresOf(images),
      ]);
      await classifier.release();
      return { seconds: seconds!, forwardSeconds: forwardSeconds! };
    },
  };
}

const batch = 100;

/** One update on a batch of 100 made-up images, and the forward pass of such a batch. */
function training(name: ArchitectureName): Workload {
  return {
    model: name,
    method: `training step, ${batch} images`,
    async run(runtime) {
      const model = architectures[name].build(0);
      const trainer = await makeTrainer(runtime, model, {
        optimizer: recipes[name].optimizer(),
        loss: softmaxCrossEntropy(),
      });
      const session = await runtime.createSession(model);
      const data = new Float32Array(batch * 28 * 28);
      fillWithNormals(data, random(0));
      const images = float32(
        [batch, 1, 28, 28],
        data.map((value) => Math.min(1, Math.abs(value))),
      );
      const labels = tensor(
        'int64',
        [batch],
        BigInt64Array.from({ length: batch }, (_, i) => BigInt(i % 10)),
      );
      const input = trainer.step.images;
      let { initial: state } = trainer;
      const [seconds, forwardSeconds] = await measure([
        async () => {
          ({ state } = await trainer.update(state, { images, labels }, 0.001));
        },
        async () => floatOutputOf(await session.run({ [input]: images }), 'logits'),
      ]);
      await trainer.release();
      await session.release();
      return { seconds: seconds!, forwardSeconds: forwardSeconds! };
    },
  };
}

export const workloads: readonly Workload[] = [
  ...benchModels.flatMap((model) => [
    forward(model),
    forwardInBatches(model),
    gradientInBatches(model),
    flipping(model),
    ...methods.map((method) => explaining(model, method)),
  ]),
  ...(Object.keys(architectures) as ArchitectureName[]).map(training),
];
