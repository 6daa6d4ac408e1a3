import { describe, expect, it } from 'vitest';
import { ofModel } from '../../src/app/explainSummary.ts';
import { explain } from '../../src/attribution/explain.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { compileExplainer } from '../../src/compile/compileExplainer.ts';
import { explainerKeys } from '../../src/compile/metadata.ts';
import { NotEquivalentError } from '../../src/model/errors.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, scalar, type Tensor, tensor } from '../../src/onnx/tensor.ts';
import type { OptimizationLevel, Runtime } from '../../src/runtime/runtime.ts';
import { floatOutputOf } from '../../src/runtime/runtime.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';
import { cpu, runtimes } from '../runtimes.ts';

/** A layer normalisation whose square is written 2^d: ONNX Runtime's fusion takes it for d^2. */
const misread = built(value('x', ['n', 1, 8, 14]), ['n', 5], (b, x) => {
  const rows = b.ops.Reshape(x, b.constant(int64([0, 7, 16])));
  const mean = (of: string) => b.add('ReduceMean', [of, b.ints([-1])]);
  const centred = b.ops.Sub(rows, b.add('Identity', [mean(rows)]));
  const power = b.ops.Pow(b.constant(scalar(2)), centred);
  const deviation = b.ops.Sqrt(b.ops.Add(mean(power), b.scalar(1e-5)));
  const scaled = b.ops.Mul(b.ops.Div(centred, deviation), b.constant(weights([16])));
  return dense(b, b.add('Flatten', [b.ops.Add(scaled, b.constant(weights([16], 2)))]), 112, 5);
});

describe('a model that optimisation changes', () => {
  it.each(runtimes)('$name: predicted, explained and compiled as it is written, and said', async ({ runtime }) => {
    const classifier = await load(misread, { runtime });
    const { optimization, notes, difference } = classifier.preparation;
    expect(optimization).toBe('none');
    expect(difference).toBeLessThan(1e-4);
    expect(notes).toEqual([expect.stringMatching(/Optimised by onnxruntime-.*gives other scores.*no optimisation/)]);
    // What users deploy gives other scores: said before any result, and to scripts.
    expect(classifier.cautions).toEqual(notes);
    expect(ofModel(classifier)).toMatchObject({ cautions: notes, notes });

    const all = images(2, [1, 8, 14]);
    const session = await cpu.createSession(misread, { optimization: 'none' });
    const own = floatOutputOf(await session.run({ x: all }), 'out').data;
    await session.release();
    const explanations = await explain(classifier, all, [saliency(), inputXGradient()]);
    for (const [i, { prediction, target, maps }] of explanations.entries()) {
      const written = own.subarray(i * 5, (i + 1) * 5);
      for (const [k, score] of prediction.scores.entries()) expect(score).toBeCloseTo(written[k]!, 4);
      for (const { score } of maps) expect(score).toBeCloseTo(written[target as number]!, 4);
    }
    const { model } = await compileExplainer(classifier, saliency(), { version: '0' });
    expect(model.metadata.get(explainerKeys.optimization)).toBe('none');
    await classifier.release();
  });

  it('by others no trace is left: no note, all optimisations', async () => {
    const plain = built(value('x', ['n', 1, 4, 4]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 16, 3));
    const classifier = await load(plain);
    expect(classifier.preparation).toMatchObject({ optimization: 'all', notes: [] });
    expect(classifier.cautions).toEqual([]);
    const { model } = await compileExplainer(classifier, saliency(), { version: '0' });
    expect(model.metadata.has(explainerKeys.optimization)).toBe(false);
    await classifier.release();
  });
});

describe('a model that magnifies the rounding of some images', () => {
  /** Divides an image by its own spread, which of white and black ones is rounding alone; in float64 there is less of it. */
  const standardising = built(value('x', ['n', 3, 5, 5], 'float64'), ['n', 4], (b, x) => {
    const double = (values: readonly number[], dims: readonly number[] = []) =>
      b.constant(tensor('float64', dims, Float64Array.from(values)));
    const mean = (of: string) => b.add('ReduceMean', [of, b.ints([1, 2, 3])]);
    const tinted = b.ops.Mul(x, double([0.3]));
    const centred = b.ops.Sub(tinted, mean(tinted));
    const spread = b.ops.Sqrt(b.ops.Add(mean(b.ops.Mul(centred, centred)), double([1e-14])));
    const flat = b.add('Flatten', [b.ops.Div(centred, spread)]);
    return b.ops.MatMul(flat, double([...weights([75, 4]).data], [75, 4]));
  });

  it('is explained, and it says which proved nothing', async () => {
    const { preparation, release } = await load(standardising);
    expect(preparation.batched).toBe(true);
    expect(preparation.difference).toBeLessThan(1e-4);
    expect(preparation.notes).toContainEqual(
      expect.stringMatching(
        /magnifies rounding, so these prove nothing: where the pixels of 2 of 6 probe images move by/,
      ),
    );
    await release();
  });

  it('is refused where a rewrite differs on the others as well', async () => {
    const wrong: Runtime = {
      ...cpu,
      async createSession(model, options) {
        const session = await cpu.createSession(model, options);
        if (model.graph.inputs.some(({ type }) => type === 'float64')) return session;
        return {
          ...session,
          async run(feeds, outputs) {
            const values = await session.run(feeds, outputs);
            if (!values.out) return values;
            const { dims, data } = values.out as Tensor<'float32'>;
            return {
              ...values,
              out: float32(
                dims,
                data.map((score) => 1.002 * score),
              ),
            };
          },
        };
      },
    };
    await expect(load(standardising, { runtime: wrong })).rejects.toThrow(NotEquivalentError);
  });
});

/** A runtime that, optimising further than `sound`, gets explanations (graphs with a target) wrong by a tenth. */
function misreadingExplanations(sound: OptimizationLevel | 'never'): Runtime {
  const levels: readonly (OptimizationLevel | 'never')[] = ['never', 'none', 'basic', 'extended', 'all'];
  return {
    ...cpu,
    async createSession(model, options = {}) {
      const session = await cpu.createSession(model, options);
      const explains = model.graph.inputs.some(({ name }) => name === 'konkyo/target');
      if (!explains || levels.indexOf(options.optimization ?? 'all') <= levels.indexOf(sound)) return session;
      return {
        ...session,
        async run(feeds, outputs) {
          const values = Object.entries(await session.run(feeds, outputs));
          return Object.fromEntries(
            values.map(([name, t]) => [
              name,
              float32(
                t.dims,
                (t.data as Float32Array).map((v) => 1.1 * v),
              ),
            ]),
          );
        },
      };
    },
  };
}

describe('an explanation that optimisation changes, though not the prediction', () => {
  const model = built(value('x', ['n', 1, 4, 4]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 16, 3));
  const methods = [saliency(), inputXGradient()];

  it('is run at a lower level, and it says so', async () => {
    const sound = await load(model);
    const classifier = await load(model, { runtime: misreadingExplanations('basic') });
    const all = images(2, [1, 4, 4]);
    for (const method of methods) {
      const [right, wrong] = [await method.compile(sound), await method.compile(classifier)];
      const targets = [0, 2];
      const [expected, found] = [await right.attribute(all, targets), await wrong.attribute(all, targets)];
      expect(found.values).toEqual(expected.values);
      expect(found.scores).toEqual(expected.scores);
      expect(found.notes).toEqual([expect.stringMatching(/optimisation level "basic"/)]);
      expect(expected.notes).toBeUndefined();
      await right.release();
      await wrong.release();
    }
    await classifier.release();
    await sound.release();
  });

  it('at every level is an error', async () => {
    const classifier = await load(model, { runtime: misreadingExplanations('never') });
    const explainer = await saliency().compile(classifier);
    await expect(explainer.attribute(images(1, [1, 4, 4]), [1])).rejects.toBeInstanceOf(NotEquivalentError);
    await explainer.release();
    await classifier.release();
  });
});

/** An 8-bit dense layer as exporters write it, with weights whose 16-bit sums saturate without VNNI. */
const quantised = built(value('x', ['n', 1, 8, 8]), ['n', 4], (b, x) => {
  const zero = (type: 'uint8' | 'int8') =>
    b.constant(tensor(type, [], type === 'uint8' ? Uint8Array.of(0) : Int8Array.of(0)));
  const through = (of: string, scale: number, type: 'uint8' | 'int8') => {
    const point = zero(type);
    return b.add('DequantizeLinear', [b.add('QuantizeLinear', [of, b.scalar(scale), point]), b.scalar(scale), point]);
  };
  const kernel = Int8Array.from({ length: 4 * 64 }, (_, i) => (i % 4 === 3 ? 127 - (i % 7) : 100 + ((i * 31) % 28)));
  const point = zero('int8');
  const w = b.add('DequantizeLinear', [b.constant(tensor('int8', [64, 4], kernel)), b.scalar(0.01), point]);
  const hidden = b.ops.MatMul(through(b.add('Flatten', [x]), 1 / 255, 'uint8'), w);
  return through(hidden, 0.7, 'uint8');
});

it.each(runtimes)('$name: a quantised model predicts what it explains, and what is written', async ({ runtime }) => {
  const classifier = await load(quantised, { runtime });
  const bright = float32([1, 1, 8, 8], new Float32Array(64).fill(1));
  const session = await runtime.createSession(quantised, { optimization: 'none' });
  const own = floatOutputOf(await session.run({ x: bright }), 'out').data;
  await session.release();
  const [{ prediction, maps } = { prediction: undefined, maps: [] }] = await explain(classifier, bright, [saliency()]);
  expect(prediction!.scores).toEqual([...own]);
  expect(maps[0]!.score).toBe(own[prediction!.chosen]);
  expect(classifier.preparation.notes).toEqual([expect.stringMatching(/quantised; it was run step by step/)]);
  await classifier.release();
});

describe('each score is measured by what it varies by', () => {
  const mixes = (b: GraphBuilder, x: string) => {
    const turned = b.add('Slice', [x, b.ints([-1]), b.ints([-9999]), b.ints([0]), b.ints([-1])]);
    return b.ops.Add(x, b.ops.Mul(b.scalar(0.2), turned));
  };
  it.each([
    ['one masked with -1e4', [1, 1, 0], [0, 0, -1e4]],
    ['one larger by 1e6', [1, 1, 1], [0, 0, 1e6]],
    ['one that varies by 1e4', [1, 1, 1e4], [0, 0, 0]],
    ['one that is masked with -Infinity', [1, 1, 1], [0, 0, Number.NEGATIVE_INFINITY]],
  ])('%s does not hide that the others mix their batch', async (_, factors, offsets) => {
    const model = built(value('x', ['n', 1, 4, 4]), ['n', 3], (b, x) =>
      b.ops.Add(
        b.ops.Mul(dense(b, b.add('Flatten', [mixes(b, x)]), 16, 3), b.constant(float32([1, 3], factors))),
        b.constant(float32([1, 3], offsets)),
      ),
    );
    const { preparation } = await load(model);
    expect(preparation.batched).toBe(false);
  });
});
