import { existsSync, readFileSync } from 'node:fs';
import { fitImage } from '../src/datasets/fitImages.ts';
import { decodeImage } from '../src/datasets/imageFile.ts';
import { readNpz } from '../src/datasets/npz.ts';
import type { Classifier } from '../src/model/classifier.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { noiseImages, toInput } from '../src/model/pixels.ts';
import { float32, type Tensor } from '../src/onnx/tensor.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import type { Runtime } from '../src/runtime/runtime.ts';
import { mobileNetV3Small } from './mobileNetV3.ts';

/** A classifier and one image to explain. */
export interface BenchModel {
  readonly name: string;
  readonly load: (runtime: Runtime) => Promise<{ readonly classifier: Classifier; readonly image: Tensor<'float32'> }>;
  /** Why it cannot be measured here. */
  readonly missing?: string;
}

const reference = new URL('../test/reference/', import.meta.url);
const shared = new URL('../../shared/models/', import.meta.url);

/** One of the small networks of test/reference, with the first of its images. */
function referenceModel(name: string): BenchModel {
  return {
    name,
    async load(runtime) {
      const { dims, data } = readNpz(readFileSync(new URL(`${name}.npz`, reference))).get('input')!;
      const size = data.length / dims[0]!;
      const image = float32([1, ...dims.slice(1)], Float32Array.from((data as Float32Array).subarray(0, size)));
      return { classifier: await loadClassifier(readFileSync(new URL(`${name}.onnx`, reference)), { runtime }), image };
    },
  };
}

/** SqueezeNet 1.1 with a photograph, as its publisher prepares one. */
function squeezenet(): BenchModel {
  const model = new URL('squeezenet11-fp32-derived/model.onnx', shared);
  const picture = new URL('kitten_224.png', shared);
  return {
    name: 'squeezenet',
    ...(existsSync(model) && existsSync(picture)
      ? {}
      : { missing: `${model.pathname} or ${picture.pathname} is not there` }),
    async load(runtime) {
      const input = { order: 'BGR' as const, scale: 1, mean: [104, 117, 123] };
      const classifier = await loadClassifier(readFileSync(model), { runtime, input });
      const decoded = await decodeImage(readFileSync(picture), picture.pathname);
      return {
        classifier,
        image: toInput(fitImage(decoded, { size: classifier.input, channels: 3 }), classifier.input),
      };
    },
  };
}

/** MobileNetV3-small with random weights and noise for an image: hard activations, depthwise convolutions, squeeze and excitation. */
const mobileNetV3: BenchModel = {
  name: 'mobilenetv3-small',
  async load(runtime) {
    const classifier = await loadClassifier(writeModel(mobileNetV3Small()), { runtime });
    return { classifier, image: noiseImages(classifier.input, 1) };
  },
};

export const benchModels: readonly BenchModel[] = [
  referenceModel('lenet'),
  referenceModel('resnet_mini'),
  squeezenet(),
  mobileNetV3,
];
