import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { derive } from '../../../src/model/makeClassifier.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, int64 } from '../../../src/onnx/tensor.ts';
import { random } from '../../../src/random/random.ts';
import { program } from '../../../src/runtime/program.ts';
import { scoped } from '../../../src/runtime/release.ts';
import { floatOutputOf } from '../../../src/runtime/runtime.ts';
import { type Signs, termOfSigns } from '../../../src/studies/booleanRules/conjunctions.ts';
import { type Extraction, extractRules } from '../../../src/studies/booleanRules/extractRules.ts';
import { featureTable, seenImages } from '../../../src/studies/booleanRules/featureData.ts';
import type { FeatureTable } from '../../../src/studies/booleanRules/featureTable.ts';
import { gradedRules } from '../../../src/studies/booleanRules/gradedRules.ts';
import { holdingOf } from '../../../src/studies/booleanRules/holding.ts';
import { holdingAscent } from '../../../src/studies/booleanRules/holdingAscent.ts';
import { ruleCrossEntropy } from '../../../src/studies/booleanRules/ruleCrossEntropy.ts';
import { rulesThatHold } from '../../../src/studies/booleanRules/rulesThatHold.ts';
import { literalCount } from '../../../src/studies/booleanRules/term.ts';
import { accuracyOf } from '../../../src/training/accuracy.ts';
import { trainingImages } from '../../../src/training/trainingImages.ts';
import { cpu } from '../../runtimes.ts';
import { classifierOf, cornerNetwork, test, trained, training, validation } from './corners.ts';

describe('the loss of each rule and of the network', () => {
  const [images, classes] = [3, 4];
  const weights = { network: 0.7, agreement: 1.3 };
  const source = random(2);
  const labels = [2, 0, 3];
  const row = () => [
    ...Array.from({ length: classes }, () => -0.05 - 3 * source.uniform()),
    ...Array.from({ length: classes }, () => 4 * source.uniform() - 2),
  ];
  const values = Array.from({ length: images }, row).flat();

  /** By its definition, in double precision. */
  const slow = (all: readonly number[]) => {
    let total = 0;
    for (let n = 0; n < images; n++) {
      const [logs, scores] = [0, classes].map((from) =>
        all.slice(2 * classes * n + from, 2 * classes * n + from + classes),
      );
      const softmax = (row: readonly number[]) =>
        row.map((z) => Math.exp(z) / row.reduce((sum, y) => sum + Math.exp(y), 0));
      const [p, q] = [softmax(logs!), softmax(scores!)];
      for (let k = 0; k < classes; k++) {
        total -= weights.agreement * p[k]! * Math.log(p[k]! / q[k]!);
        if (labels[n] === k) total += logs![k]! + weights.network * Math.log(q[k]!);
        else total += Math.log(1 - Math.exp(logs![k]!));
      }
    }
    return -total / images;
  };

  async function computed(all: readonly number[]) {
    const builder = new GraphBuilder(emptyGraph('loss'), 'test');
    const scores = builder.input('scores', 'float32', ['N', 2 * classes]);
    const truth = builder.input('labels', 'int64', ['N']);
    const made = ruleCrossEntropy(weights).add(builder, { scores, labels: truth, classes: 2 * classes });
    const graph = builder.build([{ name: made.loss }, { name: made.gradient }]);
    const model: Model = { irVersion: 10, opset: 21, domains: new Map(), producer: 'test', metadata: new Map(), graph };
    const feeds = { scores: float32([images, 2 * classes], all), labels: int64(labels) };
    const found = await scoped(async (keep) => (await keep(program(cpu, model))).run(feeds));
    return { loss: floatOutputOf(found, made.loss).data[0]!, gradient: floatOutputOf(found, made.gradient).data };
  }

  it('is its definition, and its gradient that of finite differences', async () => {
    const { loss, gradient } = await computed(values);
    expect(loss).toBeCloseTo(slow(values), 5);
    values.forEach((value, i) => {
      const at = (moved: number) => slow(values.map((other, j) => (j === i ? moved : other)));
      expect(gradient[i]).toBeCloseTo((at(value + 1e-5) - at(value - 1e-5)) / 2e-5, 4);
    });
  });

  it('stays finite for a wrong rule that holds fully', async () => {
    const { loss, gradient } = await computed(values.map((value, i) => (i < classes ? 0 : value)));
    expect(Number.isFinite(loss)).toBe(true);
    for (const value of gradient) expect(Math.abs(value)).toBeLessThan(5_000);
  });
});

describe('choosing rules that hold', () => {
  it('ends where no change of one or two literals helps, counted plainly', () => {
    const source = random(9);
    const count = 150;
    const labels = Int32Array.from({ length: count }, () => source.index(3));
    const columns = [0, 1, 2, 3].map((i) =>
      Float32Array.from(labels, (label) => ((label + i) % 3 === 0 ? 0.4 : 0) + 0.6 * source.uniform()),
    );
    const table: FeatureTable = { count, labels, columns };
    const price = 0.001;
    const admits = (_: number, signs: Signs) => signs[3] !== 1;
    const worth = (rules: readonly Signs[]) =>
      holdingOf(rules.map(termOfSigns), table).oneRight -
      price * rules.reduce((sum, signs) => sum + literalCount(termOfSigns(signs)), 0);
    const start = [0, 1, 2].map((k) => Int8Array.from({ length: 4 }, (_, i) => (i === k ? 1 : 0)));
    const rules = holdingAscent(table, start, { price, admits });
    expect(worth(rules)).toBeGreaterThan(worth(start) + 0.1);
    for (const [k, rule] of rules.entries()) {
      for (let a = 0; a < 4; a++) {
        for (let b = 0; b < 4; b++) {
          for (const [first, second] of [-1, 0, 1].flatMap((s) => [-1, 0, 1].map((t) => [s, t] as const))) {
            const changed = Int8Array.from(rule);
            changed[a] = first;
            changed[b] = second;
            if (!admits(k, changed)) continue;
            expect(worth(rules.map((other, j) => (j === k ? changed : other)))).toBeLessThanOrEqual(
              worth(rules) + 1e-8,
            );
          }
        }
      }
    }
  });
});

describe('training through the rules', () => {
  let classifier: Classifier;
  let extraction: Extraction;

  beforeAll(async () => {
    // Hardly trained: there is something to gain.
    classifier = await classifierOf(await trained(cornerNetwork(), 25));
    extraction = await extractRules(classifier, { training, validation });
  });
  afterAll(() => classifier.release());

  it('makes rules hold, leaves the dense layer as it was, and keeps what is measured', async () => {
    const settings = { updates: 300, learningRate: 0.02, weightDecay: 0.01 };
    const { model, terms, before, after } = await rulesThatHold(
      classifier,
      extraction,
      { training, validation },
      settings,
    );
    expect(after).toBeGreaterThanOrEqual(before);
    expect(after).toBeGreaterThan(0.8);
    for (const term of terms) expect(literalCount(term)).toBeLessThanOrEqual(7);
    for (const name of ['dense.weight', 'dense.bias']) {
      expect(model.graph.initializers.get(name)).toEqual(classifier.model.graph.initializers.get(name));
    }
    expect(model.graph.initializers.get('conv1.weight')).not.toEqual(
      classifier.model.graph.initializers.get('conv1.weight'),
    );
    // Witness: the model that is given back, read anew.
    const tuned = await derive(classifier, { model });
    const table = featureTable(await seenImages(tuned, extraction.head, validation), extraction.scales);
    expect(holdingOf(terms, table).oneRight).toBe(after);
    await tuned.release();
  });

  it('grades literals from 0 to 1, and counts those that are left when rounded', async () => {
    const settings = { updates: 300, learningRate: 0.02, weightDecay: 0.05 };
    const graded = await gradedRules(classifier, extraction, { training, validation }, settings);
    expect(graded.after).toBeGreaterThanOrEqual(graded.before);
    expect(await accuracyOf(cpu, graded.model, trainingImages(test, classifier.input, 4))).toBeGreaterThan(0.9);
    const gradesOf = ({ graph }: Model) =>
      [...graph.initializers.values()].flatMap(({ dims, data }) =>
        dims.join() === '4,4' && data instanceof Float32Array ? [data] : [],
      );
    const [exact, rounded] = [gradesOf(graded.model), gradesOf(graded.rounded)];
    // On and off; the dense layer of the network is not in this model.
    expect(exact).toHaveLength(2);
    for (const grade of exact.flatMap((data) => [...data])) {
      expect(grade).toBeGreaterThanOrEqual(0);
      expect(grade).toBeLessThanOrEqual(1);
    }
    expect(rounded.flatMap((data) => [...data]).filter((grade) => grade > 0)).toHaveLength(graded.literals);
    for (const grade of rounded.flatMap((data) => [...data])) expect(10 * grade).toBeCloseTo(Math.round(10 * grade), 5);
  });
});
