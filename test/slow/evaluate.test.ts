import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { type Array64, scalar, sizeOf, vector } from './array64.ts';
import { evaluateSlow } from './evaluate.ts';
import { vectorJacobianProduct } from './finiteDifferences.ts';
import { modernized } from './meaningSince.ts';
import { readStoredModel } from './testdata.ts';

describe('evaluateSlow', () => {
  it('computes shapes in integers: Div truncates what Shape gives and divides floats', () => {
    const values = evaluateSlow(
      [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'], attributes: {} },
        { op: 'Constant', inputs: [], outputs: ['two'], attributes: { value_int: 2 } },
        { op: 'Div', inputs: ['shape', 'two'], outputs: ['half'], attributes: {} },
        { op: 'Div', inputs: ['x', 'c'], outputs: ['y'], attributes: {} },
      ],
      new Map([['c', scalar(2)]]),
      new Map([['x', vector([1, 2, 3, 4, 5])]]),
    );
    expect([...values.get('half')!.data]).toEqual([2]);
    expect([...values.get('y')!.data]).toEqual([0.5, 1, 1.5, 2, 2.5]);
  });

  it('takes an empty name as an absent input', () => {
    const clip = { op: 'Clip', inputs: ['x', '', 'high'], outputs: ['y'], attributes: {} };
    const values = evaluateSlow([clip], new Map([['high', scalar(1)]]), new Map([['x', vector([-3, 3])]]));
    expect([...values.get('y')!.data]).toEqual([-3, 1]);
  });

  it('names the node whose operator or input is missing', () => {
    const evaluate = (op: string) => () =>
      evaluateSlow([{ op, inputs: ['x'], outputs: ['y'], attributes: {} }], new Map(), new Map());
    expect(evaluate('Loop')).toThrow('node Loop -> y: the slow version has no such operator');
    expect(evaluate('Relu')).toThrow('node Relu -> y: no value "x"');
  });
});

const reference = join(import.meta.dirname, '../../../shared/reference');
const available = existsSync(reference);
const names = ['lenet', 'conv_bn', 'sigmoid_mlp', 'avg_tanh', 'resnet_mini', 'mobile_mini', 'vit_mini'];

const array64 = ({ dims, data }: NpyArray): Array64 => ({
  dims,
  data: Float64Array.from<number | bigint>(data, Number),
});

const firstOf = ({ dims, data }: Array64): Array64 => ({
  dims: [1, ...dims.slice(1)],
  data: data.subarray(0, sizeOf(dims.slice(1))),
});

const title = 'reference networks in float64';
describe.skipIf(!available)(available ? title : `${title} (skipped: needs ../shared/reference)`, () => {
  it.each(names)("%s gives PyTorch's logits, and Captum's gradient by finite differences", (name) => {
    const model = readStoredModel(join(reference, `${name}.onnx`));
    const arrays = readNpz(readFileSync(join(reference, `${name}.npz`)));
    const [image, wanted, saliency] = [
      firstOf(array64(arrays.get('input')!)),
      firstOf(array64(arrays.get('logits')!)),
      firstOf(array64(arrays.get('saliency_signed')!)),
    ];
    const nodes = modernized(model.nodes);
    const logits = (x: Array64): Array64 =>
      evaluateSlow(nodes, model.initializers, new Map([['input', x]])).get('logits')!;

    const tolerance = 1e-4 * Math.max(...wanted.data.map(Math.abs));
    logits(image).data.forEach((logit, k) => {
      expect(Math.abs(logit - wanted.data[k]!)).toBeLessThan(tolerance);
    });

    // Four pixels across the image: a whole gradient would take thousands of passes.
    const pixels = [0.13, 0.37, 0.51, 0.78].map((share) => Math.floor(share * image.data.length));
    const target = Number(array64(arrays.get('target')!).data[0]);
    const ofPixels = ([values]: readonly Array64[]): Array64 => {
      const data = image.data.slice();
      pixels.forEach((pixel, k) => {
        data[pixel] = values!.data[k]!;
      });
      return vector([logits({ dims: image.dims, data }).data[target]!]);
    };
    const given = vector(pixels.map((pixel) => image.data[pixel]!));
    const gradient = vectorJacobianProduct(ofPixels, [given], 0, vector([1]));
    const largest = Math.max(...saliency.data.map(Math.abs));
    pixels.forEach((pixel, k) => {
      expect(Math.abs(gradient.data[k]! - saliency.data[pixel]!)).toBeLessThan(1e-4 * largest);
    });
  });
});
