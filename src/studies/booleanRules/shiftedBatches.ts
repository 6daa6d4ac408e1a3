import type { LabelledImages } from '../../datasets/labelledImages.ts';
import { sizeOf, tensor } from '../../onnx/tensor.ts';
import { random, shuffledIndices } from '../../random/random.ts';
import type { Batch } from '../../training/trainer.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';

const batchSize = 100;

/** Batches without end, epoch after epoch in another order, a share of the images moved by -1, 0 or 1 pixels each way. */
export function shiftedBatches(
  data: TrainingImages,
  { height, width }: LabelledImages,
  shifted: number,
  seed: number,
): () => Batch {
  const source = random(seed);
  const dims = data.images.dims.slice(1);
  const size = sizeOf(dims);
  const pixels = new Float32Array(batchSize * size);
  const labels = new BigInt64Array(batchSize);
  // The last two dimensions are rows and columns, or (channels last) the last three are rows, columns and channels.
  const across = dims[1] === width && dims[0] === height ? (dims[2] ?? 1) : 1;
  let order = shuffledIndices(data.count, source);
  let at = 0;
  return () => {
    for (let i = 0; i < batchSize; i++) {
      if (at === order.length) {
        order = shuffledIndices(data.count, source);
        at = 0;
      }
      const index = order[at++] ?? 0;
      labels[i] = BigInt(data.labels[index] ?? 0);
      const isMoved = source.uniform() < shifted;
      const [down, right] = isMoved ? [source.index(3) - 1, source.index(3) - 1] : [0, 0];
      const from = data.images.data.subarray(index * size, (index + 1) * size);
      moveImage(from, pixels.subarray(i * size, (i + 1) * size), {
        height,
        row: width * across,
        down,
        right: right * across,
      });
    }
    return {
      images: tensor('float32', [batchSize, ...dims], pixels),
      labels: tensor('int64', [batchSize], labels),
    };
  };
}

interface Move {
  readonly height: number;
  /** Elements in a row. */
  readonly row: number;
  readonly down: number;
  readonly right: number;
}

/** What comes in at an edge repeats that edge. */
function moveImage(from: Float32Array, to: Float32Array, { height, row, down, right }: Move): void {
  const rows = from.length / row;
  for (let y = 0; y < rows; y++) {
    const plane = Math.floor(y / height) * height;
    const source = plane + Math.min(height - 1, Math.max(0, y - plane - down));
    const line = from.subarray(source * row, (source + 1) * row);
    const target = y * row;
    to.set(right >= 0 ? line.subarray(0, row - right) : line.subarray(-right), target + Math.max(0, right));
    if (right > 0) to.fill(line[0] ?? 0, target, target + right);
    if (right < 0) to.fill(line[row - 1] ?? 0, target + row + right, target + row);
  }
}
