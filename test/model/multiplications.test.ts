import { describe, expect, it } from 'vitest';
import { isLarge, multiplications } from '../../src/model/multiplications.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { built, dense, load, value, weights } from '../networks.ts';

async function counted(model: Model): Promise<number> {
  const classifier = await load(model);
  try {
    return multiplications(classifier);
  } finally {
    await classifier.release();
  }
}

describe('multiplications of a forward pass of one image, counted by hand', () => {
  it('of a convolution: each element made is a sum over a filter', async () => {
    const model = built(value('image', [4, 3, 5, 5]), [4, 3], (b, x) => {
      const convolved = b.add('Conv', [x, b.constant(weights([4, 3, 3, 3]))]);
      return dense(b, b.add('Flatten', [b.add('Relu', [convolved])]), 36, 3);
    });
    // 4 x 3 x 3 elements of 3 x 3 x 3 products each, then 3 scores of 36, whatever the batch.
    expect(await counted(model)).toBe(36 * 27 + 3 * 36);
  });

  it('of a convolution in groups: a filter sees the channels of its group', async () => {
    const model = built(value('image', ['n', 3, 5, 5]), ['n', 3], (b, x) => {
      const convolved = b.add('Conv', [x, b.constant(weights([6, 1, 3, 3]))], { group: 3 });
      return dense(b, b.add('Flatten', [b.add('Relu', [convolved])]), 54, 3);
    });
    expect(await counted(model)).toBe(54 * 9 + 3 * 54);
  });

  it('of a transposed convolution: each element read is spread over a filter', async () => {
    const model = built(value('image', ['n', 3, 3, 3]), ['n', 3], (b, x) => {
      const spread = b.add('ConvTranspose', [x, b.constant(weights([3, 4, 2, 2]))], { strides: [2, 2] });
      return dense(b, b.add('Flatten', [b.add('Relu', [spread])]), 144, 3);
    });
    expect(await counted(model)).toBe(27 * 16 + 3 * 144);
  });

  it.each([
    ['as it is', false],
    ['turned round', true],
  ])('of a Gemm whose first factor is taken %s', async (_how, isTurned) => {
    const model = built(value('image', ['n', 1, 4, 4]), ['n', 3], (b, x) => {
      const flat = b.add('Flatten', [x]);
      const first = isTurned ? b.add('Transpose', [flat], { perm: [1, 0] }) : flat;
      return b.add('Gemm', [first, b.constant(weights([3, 16]))], { transA: Number(isTurned), transB: 1 });
    });
    expect(await counted(model)).toBe(3 * 16);
  });

  it('of nothing that the scores do not depend on, nor of products element by element', async () => {
    const model = built(value('image', ['n', 1, 4, 4]), ['n', 3], (b, x) => {
      const flat = b.ops.Mul(b.add('Flatten', [x]), b.constant(float32([1], [2])));
      dense(b, flat, 16, 1000);
      return dense(b, flat, 16, 3);
    });
    expect(await counted(model)).toBe(3 * 16);
  });
});

it('a model of more than 10^9 is large', async () => {
  const classifier = await load(
    built(value('image', ['n', 1, 33, 33]), ['n', 1], (b, x) =>
      b.add('Flatten', [b.add('Conv', [x, b.constant(weights([1, 1, 33, 33]))])]),
    ),
  );
  // The same for an image of which so many places are convolved: 1,089 products each.
  const withPlaces = (height: number, width: number) => {
    const made = classifier.model.graph.nodes.find(({ op }) => op === 'Conv')!.outputs[0]!;
    const before = classifier.facts.get(made)!;
    const facts = new Map([...classifier.facts, [made, { ...before, dims: [before.dims[0]!, 1, height, width] }]]);
    return { ...classifier, facts };
  };
  expect(multiplications(classifier)).toBe(1089);
  expect(isLarge(withPlaces(918, 1000))).toBe(false);
  expect(isLarge(withPlaces(919, 1000))).toBe(true);
  await classifier.release();
});
