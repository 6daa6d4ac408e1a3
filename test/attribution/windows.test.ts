import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { methodKinds } from '../../src/methods.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, rows, type Tensor } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';
import { relativeDifference } from './referenceClassifier.ts';

/*
 * Attention within windows, as in a Swin transformer: the windows of all images lie along the first axis, which is neither
 * the batch nor a constant. `batch` is what a file is exported for; free by default.
 */
const [width, heads, side, windows] = [4, 2, 4, 4];

function windowed(batch: number | 'n' = 'n') {
  const all = batch === 'n' ? -1 : batch * windows;
  const each = batch === 'n' ? -1 : batch;
  return built(value('x', [batch, 1, side, side]), [batch, 3], (b, x) => {
    const map = b.add('Conv', [x, b.constant(weights([width, 1, 1, 1], 2)), b.constant(weights([width], 3))]);
    const parted = b.ops.Reshape(map, b.ints([each, width, 2, 2, 2, 2]));
    const apart = b.add('Transpose', [parted], { perm: [0, 2, 4, 3, 5, 1] });
    const tokens = b.ops.Reshape(apart, b.ints([all, 4, width]));
    const normal = b.add('LayerNormalization', [
      tokens,
      b.constant(weights([width], 4)),
      b.constant(weights([width], 5)),
    ]);
    const attended = b.ops.Add(tokens, attention(b, normal, { all, each }));
    const together = b.add('Transpose', [b.ops.Reshape(attended, b.ints([each, 2, 2, 2, 2, width]))], {
      perm: [0, 1, 3, 2, 4, 5],
    });
    const back = b.ops.Reshape(together, b.ints([each, side * side, width]));
    return dense(b, b.add('ReduceMean', [back, b.ints([1])], { keepdims: 0 }), width, 3);
  });
}

function attention(b: GraphBuilder, x: string, { all, each }: { readonly all: number; readonly each: number }): string {
  const part = (salt: number, perm = [0, 2, 1, 3]) => {
    const y = b.ops.Add(
      b.ops.MatMul(x, b.constant(weights([width, width], salt))),
      b.constant(weights([width], salt + 1)),
    );
    return b.add('Transpose', [b.ops.Reshape(y, b.ints([all, 4, heads, width / heads]))], { perm });
  };
  const products = b.ops.MatMul(part(10), part(12, [0, 2, 3, 1]));
  // Shifted windows: what was not side by side is masked, by another mask for each window.
  const mask = Array.from({ length: windows * 16 }, (_, i) => (i % 7 === 3 && i % 5 !== 0 ? -100 : 0));
  const byWindow = b.ops.Reshape(products, b.ints([each, windows, heads, 4, 4]));
  const masked = b.ops.Add(byWindow, b.constant(float32([1, windows, 1, 4, 4], mask)));
  const shares = b.add('Softmax', [b.ops.Reshape(masked, b.ints([all, heads, 4, 4]))], { axis: -1 });
  const mixed = b.add('Transpose', [b.ops.MatMul(shares, part(14))], { perm: [0, 2, 1, 3] });
  return b.ops.MatMul(b.ops.Reshape(mixed, b.ints([all, 4, width])), b.constant(weights([width, width], 16)));
}

const few = { samples: 16, steps: 4, window: 2, stride: 2, grid: 2, cells: 2, iterations: 4, distribution: 4 };
const settled = methodKinds.map((kind) =>
  kind.create(Object.fromEntries(Object.entries(few).filter(([name]) => name in kind.options))),
);
/** Of the convolution and linear layers only: softmax is not theirs. */
const refusing = relevanceMethods.map(({ id }) => id).filter((id) => id !== 'attn-lrp');

/** The maps by method, of images given together. */
async function mapsOf(model: Model, pictures: Tensor<'float32'>, methods = settled) {
  const classifier = await load(model);
  const refused: string[] = [];
  const found = await explain(classifier, pictures, methods, {
    target: () => 1,
    onRefused: ({ id }) => refused.push(id),
  });
  await classifier.release();
  const byMethod = found.map(({ maps }) => new Map(maps.map((map) => [map.method.id, map.values.data])));
  return { byMethod, refused };
}

const random = images(2, [1, side, side]);
const pictures = float32(random.dims, random.data.map(Math.abs));

describe('windows of all images along one axis', () => {
  it('every method explains two images as it does each', async () => {
    const { byMethod, refused } = await mapsOf(windowed(), pictures);
    expect(refused).toEqual(refusing);
    const last = await mapsOf(windowed(), rows(pictures, 1, 2));
    for (const [id, values] of last.byMethod[0]!) {
      expect(relativeDifference(byMethod[1]!.get(id)!, values), id).toBeLessThan(1e-4);
    }
  });

  it('a file for one image at a time has the same maps', async () => {
    const two = settled.filter(({ id }) => id === 'saliency' || id === 'attn-lrp');
    const [free, single] = [await mapsOf(windowed(), pictures, two), await mapsOf(windowed(1), pictures, two)];
    for (const [i, maps] of single.byMethod.entries()) {
      for (const [id, values] of maps) {
        expect(relativeDifference(free.byMethod[i]!.get(id)!, values), id).toBeLessThan(1e-4);
      }
    }
  });
});
