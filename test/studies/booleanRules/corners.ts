import { type LabelledImages, labelledImages } from '../../../src/datasets/labelledImages.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { type Layer, networkModel } from '../../../src/training/network.ts';
import { adam } from '../../../src/training/optimizers.ts';
import { trainModel } from '../../../src/training/train.ts';
import { cpu } from '../../runtimes.ts';

/**
 * Noisy 8x8 images of four classes: a bright left half or not, a bright top half or not. Two Boolean features tell all:
 * class = 2 * left + top.
 */
export function cornerImages(count: number, seed: number): LabelledImages {
  const source = random(seed);
  const images = new Uint8Array(count * 64);
  const labels = Array.from({ length: count }, (_, i) => i % 4);
  labels.forEach((label, i) => {
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const bright = (x < 4 && label >= 2 ? 90 : 0) + (y < 4 && label % 2 === 1 ? 90 : 0);
        images[i * 64 + y * 8 + x] = bright + Math.floor(60 * source.uniform());
      }
    }
  });
  const classNames = ['none', 'top', 'left', 'both'];
  return labelledImages({ name: 'corners', images, labels, height: 8, width: 8, channels: 1, classNames });
}

export const training = cornerImages(600, 1);
export const validation = cornerImages(200, 2);
export const test = cornerImages(200, 3);

const front: readonly Layer[] = [
  { type: 'conv', name: 'conv1', filters: 4, kernel: 7, activation: 'sigmoid' },
  { type: 'maxPool', name: 'pool1', window: 2 },
  { type: 'flatten', name: 'flatten' },
];
const scores: Layer = { type: 'dense', name: 'dense', units: 4, activation: 'none' };

/** A small network like A1, with the dense layers given before its scores. */
export function cornerNetwork(hidden: readonly Layer[] = [], before: readonly Layer[] = front): Model {
  return networkModel({ name: 'corners', input: [1, 8, 8], layers: [...before, ...hidden, scores] }, 5);
}

export async function trained(model: Model, updates = 600): Promise<Model> {
  const result = await trainModel(cpu, model, {
    optimizer: adam(),
    images: training,
    length: { updates },
    learningRate: 0.02,
    batchSize: 50,
    seed: 1,
  });
  return result.model;
}

export function classifierOf(model: Model, runtime = cpu) {
  return loadClassifier(writeModel(model), { runtime });
}
