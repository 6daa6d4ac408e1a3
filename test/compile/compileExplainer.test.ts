import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { noiseAverage } from '../../src/attribution/gradient/noiseAverage.ts';
import { smoothGrad } from '../../src/attribution/gradient/smoothGrad.ts';
import type { Method } from '../../src/attribution/method.ts';
import type { CompileTarget } from '../../src/compile/classTarget.ts';
import { type CompiledExplainer, compilableMethods, compileExplainer } from '../../src/compile/compileExplainer.ts';
import { methodKind } from '../../src/methods.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { derive } from '../../src/model/makeClassifier.ts';
import type { Target } from '../../src/model/target.ts';
import { rows, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { referenceClassifier, relativeDifference } from '../attribution/referenceClassifier.ts';
import { built, dense, images as imagesOf, load, value } from '../networks.ts';
import { runtimes } from '../runtimes.ts';

/** The runtimes' own packages: what runs here knows nothing of konkyo. */
const packages = [
  { name: 'onnxruntime-node', ort: node, provider: 'cpu', runtime: runtimes[0]!.runtime },
  { name: 'onnxruntime-web', ort: web, provider: 'wasm', runtime: runtimes[1]!.runtime },
] as const;

/** The same operations in the same order, in batches of other sizes. */
const tolerance = 1e-6;

async function runPlainly(
  { ort, provider }: (typeof packages)[number],
  { model, inputs, outputs }: CompiledExplainer,
  images: Tensor<'float32'>,
  classes?: readonly number[],
) {
  const session = await ort.InferenceSession.create(writeModel(model), { executionProviders: [provider] });
  const given =
    inputs.class === undefined
      ? {}
      : { [inputs.class]: new ort.Tensor('int64', BigInt64Array.from(classes!, BigInt), [classes!.length]) };
  const image = new ort.Tensor('float32', images.data, images.dims);
  const found = await session.run({ [inputs.image]: image, ...given }).finally(() => session.release());
  return {
    attribution: found[outputs.attribution]!.data as Float32Array,
    dims: found[outputs.attribution]!.dims,
    scores: found[outputs.scores]!.data as Float32Array,
  };
}

async function directly(classifier: Classifier, method: Method, images: Tensor<'float32'>, targets: readonly Target[]) {
  const explainer = await method.compile(classifier);
  return explainer.attribute(images, targets).finally(() => explainer.release());
}

const version = '9.9.9';
const few: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  smoothgrad: { samples: 12 },
  'expected-gradients': { samples: 12 },
  'integrated-gradients': { steps: 12 },
  'layer-conductance': { steps: 12 },
};

const kinds = [
  'saliency',
  'smoothgrad',
  'integrated-gradients',
  'layer-conductance',
  'guided-grad-cam',
  'lrp-epsilon-gamma-box',
];

describe.each(packages)('compiled explainers in plain $name', (runner) => {
  // One of each kind of graph on WASM, which is slow.
  const ids = runner.provider === 'cpu' ? compilableMethods() : kinds;
  it.each(ids)('%s is the method itself, for any number of images', async (id) => {
    // Batches of 5: samples of one image and of two in parts.
    const { classifier, images, targets } = await referenceClassifier('conv_bn', { batchSize: 5 });
    const method = methodKind(id).create(few[id] ?? {});
    const compiled = await compileExplainer(classifier, method, { version });
    const direct = await directly(derive(classifier, { runtime: runner.runtime }), method, images, targets);
    for (const count of [1, targets.length]) {
      const found = await runPlainly(runner, compiled, rows(images, 0, count), targets.slice(0, count));
      const expected = rows(direct.values, 0, count);
      expect(found.dims).toEqual(expected.dims);
      expect(relativeDifference(found.attribution, expected.data)).toBeLessThan(tolerance);
      const { width } = classifier.scores;
      const own = Array.from({ length: count }, (_, i) => found.scores[i * width + targets[i]!]!);
      expect(relativeDifference(own, direct.scores.subarray(0, count))).toBeLessThan(tolerance);
    }
    await classifier.release();
  });
});

describe('what a compiled explainer explains', () => {
  const [runner] = packages;
  const methods = [inputXGradient(), integratedGradients({ steps: 3 })];

  async function maps(target: CompileTarget, method: Method, classes?: readonly number[]) {
    const { classifier, images } = await referenceClassifier('lenet');
    const compiled = await compileExplainer(classifier, method, { version, target });
    return (await runPlainly(runner, compiled, images, classes)).attribution;
  }

  it.each(methods)('the predicted class where none is given: $id', async (method) => {
    const { classifier, images } = await referenceClassifier('lenet');
    const predicted = (await classifier.predict(images)).map(({ chosen }) => chosen);
    const expected = (await directly(classifier, method, images, predicted)).values.data;
    expect(relativeDifference(await maps('predicted', method), expected)).toBeLessThan(tolerance);
    expect(
      relativeDifference(
        await maps(
          'input',
          method,
          predicted.map(() => -1),
        ),
        expected,
      ),
    ).toBeLessThan(tolerance);
  });

  it.each(methods)('always the same class, or one against another: $id', async (method) => {
    const { classifier, images, targets } = await referenceClassifier('lenet');
    const always = async (target: Target) =>
      (
        await directly(
          classifier,
          method,
          images,
          targets.map(() => target),
        )
      ).values.data;
    expect(relativeDifference(await maps(4, method), await always(4))).toBeLessThan(tolerance);
    const against = { for: 4, against: 7 };
    expect(relativeDifference(await maps(against, method), await always(against))).toBeLessThan(tolerance);
  });

  it('fails for a class that the model does not have, rather than giving zeros', async () => {
    await expect(maps('input', inputXGradient(), [0, 1, 10, 2])).rejects.toThrow('10');
    await expect(maps(10, inputXGradient())).rejects.toThrow('There is no class 10');
  });

  it('of a single logit, both its classes and the predicted one', async () => {
    const classifier = await load(
      built(value('image', ['n', 1, 4, 4]), ['n', 1], (b, x) => dense(b, b.add('Flatten', [x]), 16, 1)),
    );
    const given = imagesOf(3, [1, 4, 4]);
    const predicted = (await classifier.predict(given)).map(({ chosen }) => chosen);
    expect(new Set(predicted).size).toBe(2);
    for (const method of methods) {
      const compiled = await compileExplainer(classifier, method, { version });
      for (const [classes, targets] of [
        [
          [0, 1, 0],
          [0, 1, 0],
        ],
        [[-1, -1, -1], predicted],
      ] as const) {
        const expected = (await directly(classifier, method, given, targets)).values.data;
        const found = await runPlainly(runner, compiled, given, classes);
        expect(relativeDifference(found.attribution, expected)).toBeLessThan(tolerance);
      }
    }
    await classifier.release();
  });

  it('beside values of the model that have the names of inputs and outputs', async () => {
    const { classifier, images, targets } = await referenceClassifier('lenet');
    const renamed = { ...classifier.model.graph.nodes.at(-1)! };
    const extra = { ...renamed, name: 'x', op: 'Identity', attributes: {}, inputs: [renamed.outputs[0]!] };
    const nodes = [
      ...classifier.model.graph.nodes,
      { ...extra, outputs: ['scores'] },
      { ...extra, outputs: ['class'] },
    ];
    const taken = { ...classifier, model: { ...classifier.model, graph: { ...classifier.model.graph, nodes } } };
    const compiled = await compileExplainer(taken, smoothGrad({ samples: 2 }), { version });
    expect([compiled.inputs.class, compiled.outputs.scores]).toEqual(['class_2', 'scores_2']);
    await runPlainly(runner, compiled, images, targets);
  });
});

describe('a compiled explainer', () => {
  it('computes mean squares and variances under noise too', async () => {
    const { classifier, images, targets } = await referenceClassifier('lenet', { batchSize: 5 });
    for (const statistic of ['squared', 'variance'] as const) {
      const method = noiseAverage(inputXGradient(), { samples: 12, statistic });
      const compiled = await compileExplainer(classifier, method, { version });
      const expected = (await directly(classifier, method, images, targets)).values.data;
      const found = await runPlainly(packages[0], compiled, images, targets);
      expect(relativeDifference(found.attribution, expected)).toBeLessThan(tolerance);
    }
  });

  it('of a model whose batch is fixed takes one image at a time', async () => {
    const { classifier, images, targets } = await referenceClassifier('lenet', { batchSize: 1 });
    const fixed = { ...classifier, preparation: { ...classifier.preparation, batched: false } };
    for (const method of [inputXGradient(), smoothGrad({ samples: 3 })]) {
      const compiled = await compileExplainer(fixed, method, { version });
      expect(compiled.model.graph.inputs[0]!.dims).toEqual([1, 1, 28, 28]);
      const found = await runPlainly(packages[0], compiled, rows(images, 1, 2), targets.slice(1, 2));
      const expected = (await directly(fixed, method, rows(images, 1, 2), targets.slice(1, 2))).values.data;
      expect(relativeDifference(found.attribution, expected)).toBeLessThan(tolerance);
    }
  });

  it('says what it is', async () => {
    const { classifier } = await referenceClassifier('lenet');
    const { model } = await compileExplainer(classifier, integratedGradients({ steps: 7 }), { version, target: 3 });
    expect(Object.fromEntries(model.metadata)).toMatchObject({
      'konkyo.method': 'integrated-gradients',
      'konkyo.options': '{"steps":7,"baseline":0}',
      'konkyo.target': 'class 3',
      'konkyo.attribution': 'of the image, in score units',
      'konkyo.model.sha256': classifier.sha256,
      'konkyo.version': '9.9.9',
    });
    const standard = (graph: typeof model.graph): boolean => graph.nodes.every(({ domain }) => domain === '');
    expect(standard(model.graph)).toBe(true);
  });

  it('of a method that is no graph is refused, with those that can', async () => {
    const { classifier } = await referenceClassifier('lenet');
    for (const method of [
      methodKind('occlusion').create({}),
      methodKind('rise').create({}),
      noiseAverage(integratedGradients()),
    ]) {
      await expect(compileExplainer(classifier, method, { version })).rejects.toThrow(
        `${method.id} cannot be compiled: it is no single graph but runs the model again and again`,
      );
    }
    expect(compilableMethods()).toContain('smoothgrad');
    expect(compilableMethods()).not.toContain('kernel-shap');
  });
});

/** The ONNX package's own checker, where a Python has one that knows opset 21. */
const python = [process.env.KONKYO_PYTHON ?? '', '/usr/bin/python3', 'python3'].find(
  (candidate) =>
    candidate !== '' &&
    spawnSync(candidate, ['-c', 'import onnx; assert onnx.defs.onnx_opset_version() >= 21'], { stdio: 'ignore' })
      .status === 0,
);

describe.skipIf(python === undefined)('the ONNX checker (skipped without a Python with onnx 1.16 or newer)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'konkyo-compile-'));
  });
  afterAll(() => {
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  });

  it('accepts every method, with shape inference', async () => {
    const { classifier } = await referenceClassifier('conv_bn');
    for (const id of compilableMethods()) {
      const { model } = await compileExplainer(classifier, methodKind(id).create({}), { version });
      writeFileSync(join(folder, `${id}.onnx`), writeModel(model));
    }
    const script = 'import onnx, sys\nfor f in sys.argv[1:]: onnx.checker.check_model(onnx.load(f), full_check=True)';
    const files = compilableMethods().map((id) => join(folder, `${id}.onnx`));
    const { status, stderr } = spawnSync(python!, ['-c', script, ...files], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
