import type { LabelledImages } from '../datasets/labelledImages.ts';
import { type InputDescription, imageDims } from '../model/inputDescription.ts';
import { eachPixel, normalise } from '../model/pixels.ts';
import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { TrainingDataError } from './errors.ts';

/** What is to be learned of each image where it is not its class: numbers that a `TargetLoss` compares with the output. */
export interface Targets {
  /** For records: what they are. */
  readonly name: string;
  /** The shape of one image's. */
  readonly dims: readonly number[];
  /** Writes those of an image, all of them; images are counted from 0. */
  readonly write: (image: number, into: Float32Array) => void;
}

/** Images to train on, by their classes or by targets of their own. */
export interface ImagesToLearn extends LabelledImages {
  readonly targets?: Targets;
}

/** A data set as model input, prepared once. */
export interface TrainingImages {
  readonly name: string;
  /** [count, ...], as the model takes them. */
  readonly images: Tensor<'float32'>;
  /** [count], class numbers. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly classNames: readonly string[];
  readonly targets?: Targets;
}

/**
 * Pixels 0..255 as model input: (pixel * scale - mean) / std, by default pixel / 255.
 * @param classes how many scores the model gives; of no account where targets are learned.
 * @throws TrainingDataError when the images are not of the model's size, a label is out of its range, there are not as
 * many images as labels, or there are none.
 */
export function trainingImages(set: ImagesToLearn, input: InputDescription, classes: number): TrainingImages {
  checkSet(set, input, classes);
  const dims = imageDims(input);
  const size = sizeOf(dims);
  // Where each number of an image comes from: its byte, and its channel's part of a table of what the 256 bytes become.
  const pixelOf = new Int32Array(size);
  const tableOf = new Int32Array(size);
  eachPixel(input, (pixel, index, channel) => {
    pixelOf[index] = pixel;
    tableOf[index] = 256 * channel;
  });
  const table = Float32Array.from({ length: 256 * input.channels }, (_, i) => normalise(i % 256, i >> 8, input));
  const data = new Float32Array(set.count * size);
  for (let start = 0; start < data.length; start += size) {
    for (let index = 0; index < size; index++) {
      const byte = set.images[start + (pixelOf[index] ?? 0)] ?? 0;
      data[start + index] = table[(tableOf[index] ?? 0) + byte] ?? 0;
    }
  }
  const { name, labels, count, classNames, targets } = set;
  return { name, images: float32([count, ...dims], data), labels, count, classNames, targets };
}

function checkSet(set: ImagesToLearn, input: InputDescription, classes: number): void {
  const { name, count, height, width, channels, labels, images } = set;
  if (height !== input.height || width !== input.width || channels !== input.channels) {
    throw new TrainingDataError(
      `${name}: the images are ${height}x${width} with ${channels} channel(s), but the model takes ${input.height}x${input.width} with ${input.channels}. Resize the images, or choose another model.`,
    );
  }
  if (count === 0) throw new TrainingDataError(`${name}: there are no images. Choose another data set.`);
  if (labels.length !== count || images.length !== count * height * width * channels) {
    throw new TrainingDataError(
      `${name}: ${labels.length} labels and ${images.length / (height * width * channels)} images for a count of ${count}. Use the image and the label file of the same set.`,
    );
  }
  if (set.targets) return;
  const stray = labels.findIndex((label) => label < 0 || label >= classes);
  if (stray !== -1) {
    throw new TrainingDataError(
      `${name}: image ${stray} has label ${labels[stray]}, but the model has ${classes} classes, 0 to ${classes - 1}. Correct the label, or use a model with more classes.`,
    );
  }
}

/**
 * Every class must have an image to learn from.
 * @throws TrainingDataError naming the classes that have none.
 */
export function checkEveryClass({ name, labels, classNames }: TrainingImages): void {
  const present = new Set(labels);
  const absent = classNames.filter((_, label) => !present.has(label));
  if (absent.length === 0) return;
  throw new TrainingDataError(
    `${name}: no images of ${absent.length === 1 ? 'class' : 'classes'} ${absent.join(', ')}. Add some, or leave the class out of the data set.`,
  );
}
