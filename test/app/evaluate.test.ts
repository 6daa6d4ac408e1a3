import { describe, expect, it } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../src/app/evaluate.ts';
import { type EvaluatedPart, partFromLine, partToLine } from '../../src/app/evaluatedParts.ts';
import { evaluationFiles, evaluationSummary } from '../../src/app/evaluationFiles.ts';
import { explain } from '../../src/attribution/explain.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { method } from '../../src/attribution/method.ts';
import { pictureAt } from '../../src/datasets/fitImages.ts';
import { labelledImages } from '../../src/datasets/labelledImages.ts';
import { edgeMap, randomMap } from '../../src/faithfulness/baselineMaps.ts';
import { evaluationMetric, evaluationMetrics } from '../../src/faithfulness/evaluation/metrics.ts';
import { sparseness } from '../../src/faithfulness/metrics/complexity.ts';
import { faithfulnessCorrelation } from '../../src/faithfulness/metrics/faithfulnessCorrelation.ts';
import { localisationAuc } from '../../src/faithfulness/metrics/localisation.ts';
import { pixelFlipping } from '../../src/faithfulness/metrics/pixelFlipping.ts';
import { byConstant } from '../../src/faithfulness/metrics/replacement.ts';
import { road } from '../../src/faithfulness/metrics/road.ts';
import { randomisedCorrelations } from '../../src/faithfulness/parameterRandomisation.ts';
import { cellMap } from '../../src/faithfulness/pixelMap.ts';
import { toFittedInput } from '../../src/model/pixels.ts';
import { random } from '../../src/random/random.ts';
import { noncontributing } from '../../src/studies/noncontributing/method.ts';
import { built, dense, load, value } from '../networks.ts';

const side = 8;
const classifier = await load(
  built(value('x', ['n', 1, side, side]), ['n', 3], (b, x) =>
    dense(b, b.add('Relu', [dense(b, b.add('Flatten', [x]), side * side, 12)]), 12, 3),
  ),
);
/** Of whose scores integrated gradients are the parts. */
const linear = await load(
  built(value('x', ['n', 1, side, side]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), side * side, 3)),
);
const source = random(5);
const count = 60;
const test = labelledImages({
  name: 'noise',
  images: Uint8Array.from({ length: count * side * side }, () => source.index(256)),
  labels: Array.from({ length: count }, (_, i) => i % 3),
  height: side,
  width: side,
  channels: 1,
  classNames: ['a', 'b', 'c'],
});
const masks = new Map(
  Array.from({ length: count }, (_, index) => [
    index,
    { height: side, width: side, values: Array.from({ length: side * side }, (_, pixel) => Number(pixel % side < 4)) },
  ]),
);
const checks = (...ids: string[]) => ids.map(evaluationMetric);
const run = (options: Partial<EvaluateOptions>) =>
  evaluate(classifier, test, { methods: [saliency()], metrics: checks('sparseness'), images: 12, ...options });

/** Of the kind that shows the image: no weight matters. */
const picture = method({
  id: 'picture',
  title: 'Picture',
  about: 'The image.',
  unit: 'pixels',
  create: () => ({ map: (_builder, _gradient, input) => input }),
});
const nothing = method({
  id: 'nothing',
  title: 'Nothing',
  about: '0 everywhere.',
  unit: 'nothing',
  create: () => ({ map: (builder, gradient) => builder.ops.Mul(gradient, builder.scalar(0)) }),
});

describe('evaluate', () => {
  it('gives the means of what the metrics give of one map after the other', async () => {
    const methods = [inputXGradient(), saliency()];
    const ids = ['deletion', 'insertion', 'road', 'faithfulness-correlation', 'parameter-randomisation', 'sparseness'];
    const found = await run({ methods, metrics: checks(...ids, 'auc'), masks, images: 3, seed: 7 });
    const replace = byConstant(classifier.input, 0);
    const expected = new Map<string, number>();
    const add = (metric: string, contender: string, number: number) =>
      expected.set(`${metric} ${contender}`, (expected.get(`${metric} ${contender}`) ?? 0) + number / 3);
    for (const [k, index] of found.images.entries()) {
      const image = toFittedInput(pictureAt(test, index), classifier.input);
      const [explanation] = await explain(classifier, image, methods);
      const { chosen } = explanation!.prediction;
      const subject = (softmax: boolean) => ({
        images: image,
        input: classifier.input,
        scorer: {
          batchSize: 1,
          score: async (changed: typeof image) => {
            const [prediction] = await classifier.predict(changed);
            return Float32Array.of((softmax ? prediction!.probabilities : prediction!.scores)[chosen]!);
          },
        },
      });
      const contenders = [
        ...explanation!.maps.map((made) => ({ id: made.method.id, map: cellMap(made, classifier.input)! })),
        { id: 'baseline-random', map: randomMap(classifier.input, 7 + index) },
        { id: 'baseline-edges', map: edgeMap(image.data, classifier.input) },
      ];
      for (const { id, map } of contenders) {
        const one = [{ image: 0, map }];
        const flipping = { replace, pixelsPerStep: 4 };
        const [deleted] = await pixelFlipping(subject(true), one, flipping);
        const [inserted] = await pixelFlipping(subject(true), one, { ...flipping, direction: 'insertion' });
        const [removed] = await road(subject(true), one, { shares: [0.1, 0.3, 0.5, 0.7, 0.9], seed: 7 });
        const [agreement] = await faithfulnessCorrelation(subject(false), one, {
          replace,
          subsetSize: 13,
          samples: 100,
          seed: 7 + k,
        });
        add('deletion', id, deleted!.area);
        add('insertion', id, inserted!.area);
        add('road', id, removed!.mean);
        add('faithfulness-correlation', id, agreement!);
        add('sparseness', id, sparseness(map));
        add('auc', id, localisationAuc(map, masks.get(index)!));
      }
      for (const map of explanation!.maps) {
        const weights = { seed: 7, layers: 1 };
        const [left] = await randomisedCorrelations(classifier, [{ map, image, position: 0 }], weights);
        add('parameter-randomisation', map.method.id, Math.abs(left!));
      }
    }
    expect(expected.size).toBe(6 * 4 + 2);
    for (const [key, mean] of expected) {
      const [metric, contender] = key.split(' ');
      const cell = found.table.cell(evaluationMetric(metric!), found.contenders.find(({ id }) => id === contender)!);
      expect(cell?.images, key).toBe(3);
      expect(cell?.mean, key).toBeCloseTo(mean, 5);
    }
  });

  it('every metric there is says something of integrated gradients, and a bounded number of all', async () => {
    const found = await run({ methods: [integratedGradients({ steps: 8 })], metrics: evaluationMetrics, masks });
    const [own] = found.contenders;
    for (const metric of evaluationMetrics) {
      const cell = found.table.cell(metric, own!);
      expect(cell?.images, metric.id).toBe(12);
      expect(cell!.low <= cell!.mean && cell!.mean <= cell!.high, metric.id).toBe(true);
    }
    expect(found.notes).toEqual([]);
  });

  it('judges a map of the image alone, and finds what depends on the weights', async () => {
    const metrics = checks('deletion', 'insertion', 'parameter-randomisation');
    const methods = [picture(), integratedGradients({ steps: 8 })];
    const found = await evaluate(linear, test, { methods, metrics, images: 40 });
    const of = (id: string) => found.verdicts.find(({ method }) => method.id === id)!;
    expect(of('picture').verdict).toBe('poor');
    expect(of('picture').reasons.join()).toContain('does not depend on what was learnt');
    expect(of('integrated-gradients')).toMatchObject({ verdict: 'good' });
    expect(of('integrated-gradients').reasons[0]).toBe(
      'better than a random map, an edge detector and the input itself in Deletion and Insertion',
    );
    expect(found.best).toMatchObject({ method: { id: 'integrated-gradients' }, alike: [] });
    expect(found.verdicts[0]!.rank).toBe(1);
    const { best, metrics: measured } = evaluationSummary(found);
    expect(best!.method).toBe('integrated-gradients');
    expect(measured[0]!.figures.find(({ contender }) => contender === 'picture')!.curve).toHaveLength(17);
  });

  it('leaves out maps without order and methods without evidence, and says so', async () => {
    const found = await run({ methods: [nothing(), saliency(), noncontributing({ iterations: 4, draws: 10 })] });
    expect(found.methods.map(({ id }) => id)).toEqual(['saliency']);
    expect(found.notes.join('\n')).toMatch(/nothing: 12 maps are not measured. The map is 0 everywhere/);
    expect(found.notes.join('\n')).toMatch(/was left out. It is about decisions/);
  });

  it('says that there are fewer images than asked for, and judges nobody on few', async () => {
    const said: string[] = [];
    const all = await run({ images: 1000, message: (text) => said.push(text) });
    expect(all.images).toHaveLength(count);
    expect(said.join()).toContain('noise has 60 test images, fewer than the 1000 asked for: all are taken.');
    const single = await run({ images: 1, metrics: checks('deletion') });
    expect(single.verdicts[0]).toMatchObject({ verdict: 'neutral' });
    expect(single.best).toBeUndefined();
    const some = new Map([...masks].slice(0, 4));
    const masked = await run({ masks: some, metrics: checks('auc') });
    expect(masked.images).toEqual([0, 1, 2, 3]);
  });

  it('keeps what is done when a signal comes, and nothing is an error', async () => {
    const stop = new AbortController();
    const progress = (_done: number, _total: number, what: string) => {
      if (what.startsWith('Insertion')) stop.abort();
    };
    const metrics = checks('deletion', 'insertion', 'sparseness');
    const found = await run({ metrics, progress, signal: stop.signal });
    const counts = metrics.map((metric) => found.table.cell(metric, found.contenders[0]!)?.images);
    expect(counts).toEqual([12, 12, undefined]);
    expect(found.missing).toEqual(['some metrics of the last images']);
    const [page] = await evaluationFiles(found, { modelName: 'm.onnx' });
    expect(String(page!.contents)).toContain('This run was interrupted.');
    await expect(run({ signal: AbortSignal.abort() })).rejects.toThrow(/nothing was measured/);
  });

  it('gives the same figures again for the same seed, and other images for another', async () => {
    const [once, again, other] = [await run({ seed: 3 }), await run({ seed: 3 }), await run({ seed: 4 })];
    expect(evaluationSummary(again)).toEqual(evaluationSummary(once));
    expect(other.images).not.toEqual(once.images);
  });

  it('refuses what it cannot do', async () => {
    await expect(run({ methods: [] })).rejects.toThrow(/no methods/);
    await expect(run({ methods: [nothing()] })).rejects.toThrow(/Nothing/i);
    await expect(run({ metrics: checks('pointing-game') })).rejects.toThrow(/none are given/);
    const large = new Map([[2, { height: 9, width: 9, values: new Uint8Array(81).fill(1) }]]);
    await expect(run({ masks: large })).rejects.toThrow(/mask of image 2 is of 9 x 9 pixels, .*takes 8 x 8/);
    const empty = new Map([[2, { height: 8, width: 8, values: new Uint8Array(64) }]]);
    await expect(run({ masks: empty })).rejects.toThrow(/none of them has a mask/);
    expect(() => evaluationMetric('deletoin')).toThrow(/Did you mean deletion\?/);
  });
});

describe('an evaluation that was interrupted', () => {
  it('goes on from the parts that were kept, to the same figures', async () => {
    const kept: string[] = [];
    const keys: string[] = [];
    const store = (earlier: readonly string[]) => async (key: string) => {
      keys.push(key);
      return {
        earlier: earlier.map(partFromLine),
        save: async (part: EvaluatedPart) => void kept.push(partToLine(part)),
      };
    };
    const settings = { methods: [saliency(), gradCam()], metrics: [evaluationMetric('deletion')], images: 60, seed: 2 };
    const whole = await evaluate(classifier, test, { ...settings, parts: store([]) });
    expect(kept).toHaveLength(2);
    const [first, second] = kept as [string, string];
    const resumed = await evaluate(classifier, test, { ...settings, parts: store([first]) });
    expect(kept.slice(2)).toEqual([second]);
    expect(evaluationSummary(resumed)).toEqual(evaluationSummary(whole));
    await evaluate(classifier, test, { ...settings, seed: 3, parts: store([]) });
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('keeps numbers that are none', () => {
    const figures = [{ metric: 'm', contender: 'c', image: 3, value: Number.NaN }];
    const part = { part: 0, images: [3], right: [true], figures, unmeasured: [], leftOut: [] };
    expect(partFromLine(partToLine(part))).toEqual(part);
  });
});
