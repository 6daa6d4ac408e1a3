import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as faithfulness from '../../src/faithfulness.ts';
import * as graph from '../../src/graph.ts';
import * as konkyo from '../../src/index.ts';
import { decodeImage, nodeRuntime, openDataset } from '../../src/node.ts';
import * as studies from '../../src/studies.ts';
import * as training from '../../src/training.ts';
import { built, dense, load, value } from '../networks.ts';
import { cpu } from '../runtimes.ts';

/*
 * Whatever a public function is given: it answers, or says with an error of konkyo's own what is wrong. What JavaScript itself throws
 * ("Cannot read properties of undefined") tells a user nothing, and the command line calls it a bug.
 */

const model = built(value('image', ['n', 1, 4, 4]), ['n', 3], (b, x) => {
  const filters = b.constant(
    konkyo.float32(
      [2, 1, 3, 3],
      Array.from({ length: 18 }, (_, i) => Math.sin(i)),
    ),
  );
  return dense(b, b.add('Flatten', [b.add('Relu', [b.add('Conv', [x, filters])])]), 8, 3);
});
const image = konkyo.float32(
  [1, 1, 4, 4],
  Array.from({ length: 16 }, (_, i) => i / 16),
);

let classifier: konkyo.Classifier;
beforeAll(async () => {
  classifier = await load(model);
});
afterAll(() => classifier.release());

/** Ends well, or with an error that has a tag. */
async function ends(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!konkyo.isKonkyoError(error)) throw error;
    expect(error.message).toMatch(/\S{3}/);
  }
}

const oddNumber = fc.oneof(
  fc.constantFrom(
    Number.NaN,
    Infinity,
    -Infinity,
    -1,
    -0,
    0,
    0.5,
    1.5,
    1,
    2,
    3,
    4,
    2 ** 31,
    2 ** 53,
    -(2 ** 31),
    1e308,
    5e-324,
  ),
  fc.integer({ min: -10, max: 100 }),
);
/** What a program without types passes on: the value it meant, or none. */
const orNothing = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary }, fc.constantFrom(null, undefined) as fc.Arbitrary<never>);
const target = orNothing(
  fc.oneof(oddNumber, fc.record({ for: orNothing(oddNumber), against: orNothing(oddNumber) })),
) as fc.Arbitrary<konkyo.Target>;
const dims = fc.oneof(
  fc.constantFrom(
    [0, 1, 4, 4],
    [1, 1, 4, 4],
    [2, 1, 4, 4],
    [1, 4, 4, 1],
    [1, 1, 4],
    [],
    [1, 1, 0, 4],
    [1, 3, 4, 4],
    [-1, 1, 4, 4],
    [1.5, 1, 4, 4],
  ),
  fc.array(fc.constantFrom(-1, 0, 1, 2, 4), { maxLength: 5 }),
);
const tensor = fc
  .record({
    dims,
    type: fc.constantFrom('float32', 'float64', 'int64', 'string'),
    length: fc.constantFrom(undefined, 0, 1, 16),
    fill: oddNumber,
  })
  .map(({ dims: shape, type, length, fill }) => {
    const size = Math.max(0, Math.floor((shape as readonly number[]).reduce((product, dim) => product * dim, 1)));
    const data = new Float32Array(length ?? size).fill(fill);
    return {
      type,
      dims: shape,
      data: type === 'float64' ? Float64Array.from(data) : data,
    } as unknown as konkyo.Tensor<'float32'>;
  });
const images = orNothing(fc.oneof({ weight: 2, arbitrary: fc.constant(image) }, { weight: 3, arbitrary: tensor }));

const runs = (numRuns: number) => ({ numRuns });

describe('ends well or with an error of its own', () => {
  it('tensors', () =>
    fc.assert(
      fc.asyncProperty(dims, fc.array(oddNumber, { maxLength: 20 }), oddNumber, async (shape, numbers, number) => {
        await ends(() => konkyo.float32(shape, numbers));
        await ends(() => graph.int64(numbers));
        await ends(() => graph.int64(numbers, shape));
        await ends(() => graph.tensor('float32', shape, Float32Array.from(numbers)));
        await ends(() => graph.scalar(number));
      }),
      runs(300),
    ));

  it('images and targets of a classifier and of each method', async () => {
    const cheap = konkyo.methodKinds.filter(
      ({ id }) => !['noncontributing', 'rise', 'kernel-shap', 'feature-ablation'].includes(id),
    );
    const explainers = await Promise.all(cheap.map((kind) => kind.create({}).compile(classifier)));
    await fc.assert(
      fc.asyncProperty(
        images,
        orNothing(fc.array(target, { maxLength: 3 })),
        fc.nat(),
        async (input, targets, which) => {
          const explainer = explainers[which % explainers.length]!;
          await ends(() => classifier.predict(input));
          await ends(() => explainer.attribute(input, targets));
          await ends(() => explainer.attribute(image, targets));
        },
      ),
      runs(150),
    );
    for (const explainer of explainers) for (let times = 0; times < 3; times++) await explainer.release();
    await ends(() => explainers[0]!.attribute(image, [0]));
  });

  it(
    'explain, whatever methods and target',
    () =>
      fc.assert(
        fc.asyncProperty(
          images,
          fc.array(fc.constantFrom('saliency', 'occlusion', 'deep-lift'), { maxLength: 2 }),
          target,
          async (input, ids, chosen) => {
            const methods = ids.map((id) => konkyo.methodKind(id).create({}));
            await ends(() => konkyo.explain(classifier, input, methods));
            await ends(() => konkyo.explain(classifier, image, methods, { target: () => chosen }));
            await ends(() => konkyo.explain(classifier, input, methods, { target: () => chosen, onRefused: () => {} }));
          },
        ),
        runs(40),
      ),
    60_000,
  );

  it('settings of the methods', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...konkyo.methodKinds),
        fc.array(oddNumber, { minLength: 6, maxLength: 6 }),
        async (kind, numbers) => {
          const settings = Object.fromEntries(Object.keys(kind.options).map((name, i) => [name, numbers[i % 6]!]));
          await ends(() => kind.create(settings));
        },
      ),
      runs(300),
    ));

  it('names of methods and layers', () =>
    fc.assert(
      fc.asyncProperty(
        orNothing(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'Conv', 'image'))),
        orNothing(oddNumber),
        async (name, unit) => {
          await ends(() => konkyo.methodKind(name));
          await ends(() => konkyo.findLayer(classifier, name));
          await ends(() => konkyo.unitTarget(classifier, name, unit));
        },
      ),
      runs(200),
    ));

  it(
    'settings of the input, of loading and of the runtime',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.record(
            {
              size: fc.oneof(oddNumber, fc.array(oddNumber, { maxLength: 3 })),
              layout: fc.constantFrom('NCHW', 'NHWC', 'HWC'),
              scale: oddNumber,
              mean: fc.oneof(oddNumber, fc.array(oddNumber, { maxLength: 4 })),
              std: fc.oneof(oddNumber, fc.array(oddNumber, { maxLength: 4 })),
              classes: fc.array(fc.string(), { maxLength: 5 }),
            },
            { requiredKeys: [] },
          ),
          orNothing(fc.string()),
          oddNumber,
          async (input, output, threads) => {
            await ends(async () =>
              (await load(model, { input: input as never, ...(output === null ? {} : { output: output! }) })).release(),
            );
            if (!(threads > 4)) await ends(() => nodeRuntime({ threads }));
          },
        ),
        runs(60),
      ),
    60_000,
  );

  it('bytes', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await ends(() => graph.readModel(bytes));
        await ends(() => graph.externalLocations(bytes));
        await ends(() => konkyo.readNpz(bytes));
        await ends(() => training.readCheckpoint(bytes));
        await ends(() => studies.readRuleFile(new TextDecoder().decode(bytes), 'rules'));
        await ends(() => konkyo.loadClassifier(bytes, { runtime: cpu }));
        await ends(() => decodeImage(bytes));
      }),
      runs(200),
    ));

  it('pictures and pixels', () =>
    fc.assert(
      fc.asyncProperty(
        oddSize(),
        oddSize(),
        fc.constantFrom(1, 3, 4),
        fc.constantFrom(undefined, 0, 5),
        oddSize(),
        oddSize(),
        async (height, width, channels, length, h, w) => {
          const picture = {
            height,
            width,
            channels: channels as 1 | 3,
            data: new Uint8Array(length ?? Math.max(0, height * width * channels || 0)),
          };
          await ends(() => konkyo.resizeImage(picture, { height: h, width: w }));
          await ends(() => konkyo.toInput(picture, classifier.input));
        },
      ),
      runs(200),
    ));

  it('maps and checks of maps', () =>
    fc.assert(
      fc.asyncProperty(fc.array(oddNumber, { maxLength: 20 }), fc.array(oddNumber, { maxLength: 5 }), async (a, b) => {
        await ends(() => faithfulness.rankCorrelation(Float32Array.from(a), Float32Array.from(b)));
        await ends(() => konkyo.sumChannels(Float32Array.from(a), classifier.input));
        await ends(() => konkyo.toPixels(Float32Array.from(a), classifier.input));
      }),
      runs(200),
    ));

  it('rules and truth tables', () =>
    fc.assert(
      fc.asyncProperty(
        oddNumber,
        fc.array(fc.record({ variable: oddNumber, negated: fc.boolean() }), { maxLength: 4 }),
        async (variables, literals) => {
          await ends(() => studies.termOf(variables, literals));
          await ends(() =>
            studies.bitSet(
              variables,
              literals.map(({ variable }) => variable),
            ),
          );
        },
      ),
      runs(300),
    ));

  it('schedules and optimisers', () =>
    fc.assert(
      fc.asyncProperty(oddNumber, oddNumber, oddNumber, async (a, b, c) => {
        await ends(() => training.constant(a)(b));
        await ends(() => training.cosine(a, b)(c));
        await ends(() => training.sgd({ momentum: a, weightDecay: b }));
        await ends(() => training.adam({ weightDecay: a }));
      }),
      runs(200),
    ));

  it('places of data sets', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom('', '.', '/', '/dev/zero', '/dev/null', 'none', 'a\0b', '/tmp', '__proto__'),
          fc.string({ maxLength: 6 }),
        ),
        async (where) => {
          await ends(() => openDataset(where, { named: [] }));
        },
      ),
      runs(40),
    ));
});

function oddSize(): fc.Arbitrary<number> {
  return fc.constantFrom(0, 1, 2, 3, 5, -1, 1.5, Number.NaN);
}

it('a classifier released twice, or more often, is released', async () => {
  const other = await load(model);
  await other.predict(image);
  await Promise.all([other.release(), other.release()]);
  await other.release();
  await ends(() => other.predict(image));
  await other.release();
});

it('a session released twice is released, and says so when it is run', async () => {
  const session = await cpu.createSession(model);
  await Promise.all([session.release(), session.release()]);
  await expect(session.run({ image })).rejects.toThrow(/was released/);
});
