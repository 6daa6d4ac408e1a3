import { sizeOf, type Tensor, tensor } from '../onnx/tensor.ts';
import type { Batch } from './trainer.ts';
import type { Targets, TrainingImages } from './trainingImages.ts';

/** Gathers batches by image number into memory that is used again: a batch holds until the next one is made. */
export function batchMaker(data: TrainingImages, batchSize: number): (indices: Int32Array) => Batch {
  const dims = data.images.dims.slice(1);
  const size = sizeOf(dims);
  const most = Math.min(batchSize, data.count);
  const images = new Float32Array(most * size);
  const labelsOf = data.targets ? targetMaker(data.targets, most) : classMaker(data.labels, most);
  return (indices) => {
    indices.forEach((index, i) => {
      images.set(data.images.data.subarray(index * size, (index + 1) * size), i * size);
    });
    const { length } = indices;
    return {
      images: tensor('float32', [length, ...dims], images.subarray(0, length * size)),
      labels: labelsOf(indices),
    };
  };
}

type LabelMaker = (indices: Int32Array) => Tensor;

function classMaker(classes: Int32Array, most: number): LabelMaker {
  const labels = new BigInt64Array(most);
  return (indices) => {
    indices.forEach((index, i) => {
      labels[i] = BigInt(classes[index] ?? 0);
    });
    return tensor('int64', [indices.length], labels.subarray(0, indices.length));
  };
}

function targetMaker({ dims, write }: Targets, most: number): LabelMaker {
  const size = sizeOf(dims);
  const numbers = new Float32Array(most * size);
  return (indices) => {
    indices.forEach((index, i) => {
      write(index, numbers.subarray(i * size, (i + 1) * size));
    });
    return tensor('float32', [indices.length, ...dims], numbers.subarray(0, indices.length * size));
  };
}
