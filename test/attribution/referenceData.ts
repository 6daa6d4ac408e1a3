import { readFileSync } from 'node:fs';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { float32, type Tensor } from '../../src/onnx/tensor.ts';

/*
 * test/reference holds small networks with random weights, exported from PyTorch, and their attributions by Captum and
 * zennit in float32.
 */

export const referenceModels = [
  'lenet',
  'lenet_digits',
  'conv_bn',
  'sigmoid_mlp',
  'avg_tanh',
  'resnet_mini',
  'mobile_mini',
  'vit_mini',
] as const;

export interface Reference {
  readonly bytes: Uint8Array;
  readonly images: Tensor<'float32'>;
  readonly targets: readonly number[];
  readonly logits: Float32Array;
  /** One array a method, for the targets; undefined where the reference has none for this model. */
  readonly array: (name: string) => Float32Array | undefined;
}

export function readReference(model: string): Reference {
  const folder = new URL('../reference/', import.meta.url);
  const arrays = readNpz(readFileSync(new URL(`${model}.npz`, folder)));
  const get = (name: string): NpyArray | undefined => arrays.get(name);
  const floats = (name: string) => {
    const array = get(name);
    return array && Float32Array.from(array.data as Float32Array);
  };
  return {
    bytes: readFileSync(new URL(`${model}.onnx`, folder)),
    images: float32(get('input')!.dims, floats('input')!),
    targets: Array.from(get('target')!.data as BigInt64Array, Number),
    logits: floats('logits')!,
    array: floats,
  };
}

/** Largest difference of each image's map from the reference, as a share of the reference's largest value of all images. */
export function differenceByImage(ours: Float32Array, reference: Float32Array, images: number): number[] {
  expectSameLength(ours, reference);
  const largest = reference.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const size = reference.length / images;
  return Array.from({ length: images }, (_, image) => {
    let worst = 0;
    for (let i = image * size; i < (image + 1) * size; i++) worst = Math.max(worst, Math.abs(ours[i]! - reference[i]!));
    return worst / largest;
  });
}

function expectSameLength(ours: Float32Array, reference: Float32Array): void {
  if (ours.length !== reference.length)
    throw new Error(`${ours.length} values against ${reference.length} of the reference`);
}
