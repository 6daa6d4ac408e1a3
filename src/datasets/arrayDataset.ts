import { type Dataset, withSharedClasses, withTestSet } from './dataset.ts';
import { LabelledImagesError } from './errors.ts';
import { type LabelledImages, labelledImages } from './labelledImages.ts';
import type { NpyArray } from './npyTypes.ts';

const names = 'x_train, y_train, x_test and y_test (as in Keras’ mnist.npz), or images and labels';

/**
 * A data set from NumPy arrays: `x_train`, `y_train`, `x_test`, `y_test`, or `images` and `labels`, of which every fifth
 * picture of a class is for testing. Images are uint8 [n, h, w] or [n, h, w, c] with 1 or 3 channels, labels integers [n]
 * or [n, 1]. Classes are the numbers from 0 to the largest label.
 * @param where names the arrays' file in errors; `name` is the data set's.
 * @throws LabelledImagesError if an array is missing, or of another type or shape, or images and labels differ in number.
 */
export function datasetFromArrays(arrays: ReadonlyMap<string, NpyArray>, where: string, name: string): Dataset {
  if (arrays.has('images') || arrays.has('labels')) {
    const set = part(arrays, { where, name, images: 'images', labels: 'labels' });
    const nextStep = 'Add images, or save x_train, y_train, x_test and y_test';
    return withTestSet(set, { where, pictures: 'images', nextStep });
  }
  const train = part(arrays, { where, name: `${name} (training)`, images: 'x_train', labels: 'y_train' });
  const test = part(arrays, { where, name: `${name} (test)`, images: 'x_test', labels: 'y_test' });
  if (train.height !== test.height || train.width !== test.width || train.channels !== test.channels) {
    const size = ({ height, width, channels }: LabelledImages) => `${height}x${width}x${channels}`;
    throw new LabelledImagesError({
      where,
      what: `the images of x_train are ${size(train)}, those of x_test ${size(test)}`,
      nextStep: 'Bring them to one size',
    });
  }
  return withSharedClasses(train, test);
}

interface PartNames {
  readonly where: string;
  readonly name: string;
  readonly images: string;
  readonly labels: string;
}

function part(arrays: ReadonlyMap<string, NpyArray>, { where, name, ...named }: PartNames): LabelledImages {
  const imageArray = arrayNamed(named.images, arrays, where);
  const labelArray = arrayNamed(named.labels, arrays, where);
  const { dims } = imageArray;
  const [count = 0, height = 0, width = 0, channels = 1] = dims;
  const shaped = (dims.length === 3 || dims.length === 4) && (channels === 1 || channels === 3);
  if (imageArray.type !== 'uint8' || !shaped) {
    throw new LabelledImagesError({
      where: `${where}, array "${named.images}"`,
      what: `images are uint8 [n, height, width] or [n, height, width, 1 or 3], not ${described(imageArray)}`,
      nextStep: imageAdvice(imageArray),
    });
  }
  const labels = integers(labelArray, `${where}, array "${named.labels}"`);
  if (labels.length !== count) {
    throw new LabelledImagesError({
      where,
      what: `"${named.images}" has ${count} images, but "${named.labels}" has ${labels.length} labels`,
      nextStep: 'Save the images and the labels of the same set',
    });
  }
  const classes = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const classNames = Array.from({ length: classes }, (_, label) => String(label));
  return labelledImages({ name, images: imageArray.data, labels, height, width, channels, classNames });
}

function arrayNamed(name: string, arrays: ReadonlyMap<string, NpyArray>, where: string): NpyArray {
  const array = arrays.get(name);
  if (array) return array;
  throw new LabelledImagesError({
    where,
    what: `there is no array "${name}" (there are ${[...arrays.keys()].join(', ')})`,
    nextStep: `Name the arrays ${names}`,
  });
}

/** Class numbers stand for that many names: so many classes are taken. */
const mostClasses = 1_000_000;

/** Compared as they are: as 32-bit numbers, 2^32 would be class 0. */
function integers(array: NpyArray, where: string): number[] {
  const { dims, data, type } = array;
  const flat = dims.length === 1 || (dims.length === 2 && dims[1] === 1);
  if (!flat || type === 'float32' || type === 'float64' || type === 'bool') {
    throw new LabelledImagesError({
      where,
      what: `labels are integers [n], one class number for each image, not ${described(array)}`,
      nextStep: dims.length === 2 ? 'For one-hot rows save labels.argmax(axis=1)' : "Save labels.astype('int64')",
    });
  }
  const numbers = Array.from<number | bigint>(data);
  const stray = numbers.findIndex((label) => label >= mostClasses);
  if (stray === -1) return numbers.map(Number);
  throw new LabelledImagesError({
    where,
    what: `label ${stray} is ${numbers[stray]}; class numbers go up to ${mostClasses - 1}`,
    nextStep: 'Number the classes from 0, without gaps',
  });
}

function described({ type, dims }: NpyArray): string {
  return `${type} [${dims.join(', ')}]`;
}

function imageAdvice({ type, dims }: NpyArray): string {
  if (dims.length === 4 && (dims[1] === 1 || dims[1] === 3))
    return 'Put the channels last: images.transpose(0, 2, 3, 1)';
  if (type.startsWith('float')) return "Save pixels 0..255: for images in 0..1 (images * 255).round().astype('uint8')";
  return 'Save pixels 0..255 in this shape';
}
