import { sizeOf, tensor } from '../onnx/tensor.ts';
import type { Batch } from './trainer.ts';
import type { TrainingImages } from './trainingImages.ts';

/** Gathers batches by image number into memory that is used again: a batch holds until the next one is made. */
export function batchMaker(data: TrainingImages, batchSize: number): (indices: Int32Array) => Batch {
  const dims = data.images.dims.slice(1);
  const size = sizeOf(dims);
  const most = Math.min(batchSize, data.count);
  const images = new Float32Array(most * size);
  const labels = new BigInt64Array(most);
  return (indices) => {
    indices.forEach((index, i) => {
      images.set(data.images.data.subarray(index * size, (index + 1) * size), i * size);
      labels[i] = BigInt(data.labels[index] ?? 0);
    });
    const { length } = indices;
    return {
      images: tensor('float32', [length, ...dims], images.subarray(0, length * size)),
      labels: tensor('int64', [length], labels.subarray(0, length)),
    };
  };
}
