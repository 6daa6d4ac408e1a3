import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledImages } from '../../src/datasets/labelledImages.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { attributes } from '../../src/onnx/attributes.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { architectures } from '../../src/training/architectures.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { trainModel } from '../../src/training/train.ts';
import { cpu } from '../runtimes.ts';
import { firstDigits } from './digits.ts';

const reference = (name: string) => readFileSync(new URL(`../reference/${name}`, import.meta.url));
let some: LabelledImages;

beforeAll(async () => {
  some = await firstDigits(200);
});

const settings = { length: { epochs: 4 }, learningRate: 0.003, batchSize: 50, seed: 1 };

function withSoftmax(model: Model): Model {
  const { graph } = model;
  const softmax = {
    op: 'Softmax',
    domain: '',
    name: 'softmax',
    inputs: ['logits'],
    outputs: ['probabilities'],
    attributes: attributes({ axis: 1 }),
  };
  const outputs = [{ name: 'probabilities', type: 'float32' as const, dims: ['N', 10] }];
  return { ...model, graph: { ...graph, nodes: [...graph.nodes, softmax], outputs } };
}

describe('fine-tuning', () => {
  it('trains a model of another exporter further', async () => {
    const { model: before } = await loadClassifier(reference('lenet_digits.onnx'), { runtime: cpu });
    const { model, history } = await trainModel(cpu, before, {
      ...settings,
      length: { epochs: 10 },
      optimizer: adam(),
      images: some,
    });
    expect(history.at(-1)!.loss).toBeLessThan(0.5 * history[0]!.loss);
    expect([...readModel(writeModel(model)).graph.initializers.keys()]).toEqual([...before.graph.initializers.keys()]);
  });

  it('trains only what it is told to, and leaves the rest to the bit', async () => {
    const before = architectures.c.build(4);
    const { model } = await trainModel(cpu, before, {
      ...settings,
      optimizer: adam(),
      images: some,
      trainable: (name) => name.startsWith('dense'),
    });
    const changed = [...before.graph.initializers.keys()].filter(
      (name) => !Buffer.from(bytesOf(model, name)).equals(Buffer.from(bytesOf(before, name))),
    );
    expect(changed).toEqual(['dense.weight', 'dense.bias']);
  });

  it('trains the scores of a model that ends in a softmax as it does without one', async () => {
    const options = { ...settings, optimizer: sgd(), images: some };
    const [plain, softmax] = await Promise.all(
      [architectures.d.build(4), withSoftmax(architectures.d.build(4))].map((model) => trainModel(cpu, model, options)),
    );
    expect(softmax!.checkpoint.state).toEqual(plain!.checkpoint.state);
    expect(softmax!.model.graph.outputs.map(({ name }) => name)).toEqual(['probabilities']);
  });
});

function bytesOf(model: Model, name: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = model.graph.initializers.get(name)!.data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
