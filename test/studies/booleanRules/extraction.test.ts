import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labelledImages } from '../../../src/datasets/labelledImages.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { random } from '../../../src/random/random.ts';
import { bitSet } from '../../../src/studies/booleanRules/bitSet.ts';
import { type BooleanNetwork, classTables, implicantTest } from '../../../src/studies/booleanRules/booleanNetwork.ts';
import { composedDnfs } from '../../../src/studies/booleanRules/composedDnf.ts';
import {
  literalTotal,
  logProducts,
  ruleAccuracy,
  type Signs,
  signsOf,
  termOfSigns,
} from '../../../src/studies/booleanRules/conjunctions.ts';
import { findDenseHead } from '../../../src/studies/booleanRules/denseHead.ts';
import { dnfHoldsAt } from '../../../src/studies/booleanRules/dnf.ts';
import { type Extraction, extractRules } from '../../../src/studies/booleanRules/extractRules.ts';
import { featureTable, seenImages } from '../../../src/studies/booleanRules/featureData.ts';
import { comparedWithFilters, correlation, filtersOf } from '../../../src/studies/booleanRules/featureFilters.ts';
import { excitingImage, featureGradients, gradientsAround } from '../../../src/studies/booleanRules/featureImages.ts';
import { scaledColumn, scaledUnit, scalesFrom } from '../../../src/studies/booleanRules/featureScale.ts';
import { literalLogs } from '../../../src/studies/booleanRules/featureTable.ts';
import { firedRules } from '../../../src/studies/booleanRules/firedRule.ts';
import { jointAscent, objective } from '../../../src/studies/booleanRules/jointAscent.ts';
import { judgeRules } from '../../../src/studies/booleanRules/judgeRules.ts';
import { refineRules } from '../../../src/studies/booleanRules/refineRules.ts';
import { readRuleFile, writeRuleFile } from '../../../src/studies/booleanRules/ruleFile.ts';
import { ruleModel } from '../../../src/studies/booleanRules/ruleModel.ts';
import { holdsAt, literalCount } from '../../../src/studies/booleanRules/term.ts';
import { accuracyOf } from '../../../src/training/accuracy.ts';
import { networkModel } from '../../../src/training/network.ts';
import { trainingImages } from '../../../src/training/trainingImages.ts';
import { runtimes } from '../../runtimes.ts';
import { classifierOf, cornerNetwork, test, trained, training, validation } from './corners.ts';
import { firesAt } from './slowUnits.ts';

let model: Model;
let classifier: Classifier;
let extraction: Extraction;

beforeAll(async () => {
  model = await trained(cornerNetwork());
  classifier = await classifierOf(model);
  extraction = await extractRules(classifier, { training, validation });
});

afterAll(() => classifier.release());

describe('the dense layers at the end', () => {
  it('are read as they are in the file, whatever is before them', async () => {
    const head = await findDenseHead(classifier);
    expect(head.features).toBe('flatten');
    expect(head.featureCount).toBe(4);
    expect(head.inUnitRange).toBe(true);
    const weights = model.graph.initializers.get('dense.weight')!.data as Float32Array;
    const bias = model.graph.initializers.get('dense.bias')!.data as Float32Array;
    head.layers[0]!.units.forEach((unit, k) => {
      expect(unit.bias).toBeCloseTo(bias[k]!, 5);
      for (let i = 0; i < 4; i++) expect(unit.weights[i]).toBeCloseTo(weights[4 * k + i]!, 5);
    });
    // The same features by the name of what is flattened.
    expect((await findDenseHead(classifier, 'pool1')).features).toBe('flatten');
  });

  it('are found through hidden layers, and named ones can be the features', async () => {
    const deep = await classifierOf(cornerNetwork([{ type: 'dense', name: 'hidden', units: 6, activation: 'relu' }]));
    const head = await findDenseHead(deep);
    expect(head.layers.map(({ units, activation }) => [units.length, activation])).toEqual([
      [6, 'relu'],
      [4, 'none'],
    ]);
    const later = await findDenseHead(deep, 'hidden.relu');
    expect([later.featureCount, later.layers.length, later.inUnitRange]).toEqual([6, 1, false]);
    await expect(findDenseHead(deep, 'conv1')).rejects.toThrow(/not followed by dense layers alone/);
    await expect(findDenseHead(deep, 'nowhere')).rejects.toThrow(/There is no layer "nowhere"/);
    await deep.release();
  });

  it('that are not there, or read too many features, are refused with a way out', async () => {
    const wide = await classifierOf(
      cornerNetwork(
        [{ type: 'dense', name: 'hidden', units: 5, activation: 'relu' }],
        [
          { type: 'conv', name: 'conv1', filters: 40, kernel: 2, activation: 'relu' },
          { type: 'flatten', name: 'flatten' },
        ],
      ),
    );
    await expect(findDenseHead(wide)).rejects.toThrow(/1960 features.*--features hidden\.relu/s);
    await wide.release();
    const linear = await classifierOf(
      networkModel(
        {
          name: 'linear',
          input: [1, 28, 28],
          layers: [
            { type: 'flatten', name: 'flatten' },
            { type: 'dense', name: 'dense', units: 10, activation: 'none' },
          ],
        },
        1,
      ),
    );
    await expect(findDenseHead(linear)).rejects.toThrow(/784 features.*the pixels themselves/s);
    await linear.release();
    const plain = cornerNetwork();
    // A convolution as wide as its input gives the scores, as in networks without dense layers.
    const conv = { ...plain.graph.nodes[0]!, name: 'last', outputs: ['last'], inputs: ['input', 'w'], attributes: {} };
    const flat = { ...plain.graph.nodes.find(({ op }) => op === 'Flatten')!, inputs: ['last'], outputs: ['logits'] };
    const initializers = new Map([
      ['w', { type: 'float32' as const, dims: [4, 1, 8, 8], data: new Float32Array(256) }],
    ]);
    const convOnly = await classifierOf({ ...plain, graph: { ...plain.graph, nodes: [conv, flat], initializers } });
    await expect(findDenseHead(convOnly)).rejects.toMatchObject({ tag: 'rule-model' });
    await convOnly.release();
  });
});

describe('rules of a network', () => {
  it('are implicants, short, and decide as well as the network', async () => {
    const figures = judgeRules(extraction, await seenImages(classifier, extraction.head, test));
    expect(extraction.candidates).toEqual({ kind: 'implicants' });
    expect(figures.networkAccuracy).toBeGreaterThan(0.97);
    expect(figures.ruleAccuracy).toBeGreaterThan(figures.networkAccuracy - 0.03);
    expect(figures.literals).toBeLessThanOrEqual(16);
    // Witness: the truth tables.
    extraction.terms.forEach((term, k) => {
      const unit = extraction.network[0]![k]!;
      for (let v = 0; v < 16; v++) {
        const vertex = bitSet(
          4,
          [0, 1, 2, 3].filter((i) => (v >> i) & 1),
        );
        if (holdsAt(term, vertex)) expect(firesAt(unit, vertex)).toBe(true);
      }
      expect(figures.classes[k]!.implicant).toBe(true);
      expect(figures.classes[k]!.unit.sound).toBe(1);
    });
    expect(extraction.selection.curve.map(({ literals }) => literals)).toEqual(
      extraction.selection.curve.map(({ literals }) => literals).sort((a, b) => b - a),
    );
  });

  for (const { name, runtime } of runtimes) {
    it(`decide the same as an ONNX model with the rules for an output layer (${name})`, async () => {
      const figures = judgeRules(extraction, await seenImages(classifier, extraction.head, test));
      const asModel = await accuracyOf(
        runtime,
        ruleModel(classifier, extraction),
        trainingImages(test, classifier.input, 4),
      );
      expect(asModel).toBe(figures.ruleAccuracy);
    });
  }

  it('say for an image which literals held, and what is enough', async () => {
    const { images, labels } = trainingImages(test, classifier.input, 4);
    const fired = await firedRules(classifier, extraction.head, extraction, images);
    const decided = judgeRules(extraction, await seenImages(classifier, extraction.head, test));
    const right = fired.filter(({ classIndex }, i) => classIndex === labels[i]).length / fired.length;
    expect(right).toBe(decided.ruleAccuracy);
    for (const { fired: holding, features } of fired) {
      const vertex = bitSet(
        features.length,
        [...features.keys()].filter((i) => features[i]! >= 0.5),
      );
      expect(holding).toEqual([0, 1, 2, 3].filter((k) => holdsAt(extraction.terms[k]!, vertex)));
    }
    for (const { literals, products, classIndex, sufficient, networkClass, features } of fired.slice(0, 20)) {
      expect(literals.reduce((product, { value }) => product * value, 1)).toBeCloseTo(products[classIndex]!, 6);
      // Every corner of the features that are not fixed keeps the network's class.
      const { units } = extraction.head.layers[0]!;
      for (let v = 0; v < 16; v++) {
        const x = features.map((value, i) => (sufficient!.features.includes(i) ? value : (v >> i) & 1));
        const scores = units.map(({ weights, bias }) => x.reduce((sum, value, i) => sum + weights[i]! * value, bias));
        expect(scores.indexOf(Math.max(...scores))).toBe(networkClass);
      }
    }
  });

  it('go through a file unchanged, and a damaged file is refused', () => {
    const text = writeRuleFile({
      model: { file: 'corners.onnx', sha256: 'abc' },
      rules: extraction,
      labels: test.classNames,
      figures: { literals: 3 },
      pictures: [],
    });
    expect(readRuleFile(text, 'rules.json').rules).toEqual({
      features: extraction.features,
      scales: extraction.scales,
      terms: extraction.terms,
    });
    for (const damaged of ['{}', text.slice(0, 50), text.replace('"on": [', '"on": [99,')]) {
      expect(() => readRuleFile(damaged, 'rules.json')).toThrow(/rules\.json does not hold rules/);
    }
  });

  it('can be refined, never for the worse on the validation images', async () => {
    const weak = await classifierOf(await trained(cornerNetwork(), 60));
    const found = await extractRules(weak, { training, validation });
    const refined = await refineRules(
      weak,
      found,
      { training, validation },
      { updates: 200, learningRate: 0.02, shifted: 0.5 },
    );
    expect(refined.after).toBeGreaterThanOrEqual(refined.before);
    const accuracy = await accuracyOf(weak.runtime, refined.ruleModel, trainingImages(validation, weak.input, 4));
    expect(accuracy).toBe(refined.after);
    expect(accuracy).toBeGreaterThan(0.9);
    await weak.release();
  });
});

describe('hidden layers', () => {
  it('are composed into one function, and the rules are its implicants', async () => {
    const deep = await classifierOf(
      await trained(cornerNetwork([{ type: 'dense', name: 'hidden', units: 8, activation: 'sigmoid' }])),
    );
    const found = await extractRules(deep, { training, validation });
    const figures = judgeRules(found, await seenImages(deep, found.head, test));
    expect(figures.networkAccuracy).toBeGreaterThan(0.95);
    expect(figures.ruleAccuracy).toBeGreaterThan(figures.networkAccuracy - 0.03);
    // Rounding, the composed functions, DNFs that say the same at the images' corners: no step loses much here.
    expect(figures.steps).toHaveLength(5);
    for (const { fidelity } of figures.steps) expect(fidelity).toBeGreaterThan(0.85);
    const table = featureTable(found.training, found.scales);
    const dnfs = composedDnfs(found.network, table)!;
    const truth = classTables(found.network)!;
    for (let row = 0; row < table.count; row += 7) {
      const ones = [0, 1, 2, 3].filter((i) => table.columns[i]![row]! >= 0.5);
      const corner = ones.reduce((sum, i) => sum + 2 ** i, 0);
      dnfs.forEach((dnf, k) => {
        expect(dnfHoldsAt(dnf, bitSet(4, ones))).toBe(truth[k]![corner] === 1);
      });
    }
    if (found.candidates.kind === 'implicants') for (const { unit } of figures.classes) expect(unit.sound).toBe(1);
    await deep.release();
  });

  it('the implicant test of a composed function is the truth table’s', () => {
    const source = random(3);
    const unit = (n: number) => ({
      weights: Array.from({ length: n }, () => source.index(9) - 4),
      bias: source.index(9) - 4,
    });
    const network: BooleanNetwork = [Array.from({ length: 3 }, () => unit(4)), [unit(3), unit(3)]];
    const test = implicantTest(network);
    const tables = classTables(network)!;
    const answer = (v: number, k: number) => {
      const x = [0, 1, 2, 3].map((i) => (v >> i) & 1);
      const fire = (inputs: number[], { weights, bias }: { weights: ArrayLike<number>; bias: number }) =>
        inputs.reduce((sum, value, i) => sum + weights[i]! * value, bias) >= 0 ? 1 : 0;
      return fire(
        network[0]!.map((hidden) => fire(x, hidden)),
        network[1]![k]!,
      );
    };
    for (let code = 0; code < 81; code++) {
      const signs: Signs = Int8Array.from([0, 1, 2, 3], (i) => (Math.floor(code / 3 ** i) % 3) - 1);
      const vertices = Array.from({ length: 16 }, (_, v) => v).filter((v) =>
        [...signs].every((sign, i) => sign === 0 || ((v >> i) & 1) === (sign > 0 ? 1 : 0)),
      );
      for (const k of [0, 1]) {
        expect(test(k, signs)).toBe(vertices.every((v) => answer(v, k) === 1));
        for (const v of vertices) expect(tables[k]![v]).toBe(answer(v, k));
      }
    }
  });
});

describe('joint selection', () => {
  it('ends where no change of one or two literals helps, and counts as a plain evaluation does', () => {
    const source = random(7);
    const labels = Int32Array.from({ length: 400 }, () => source.index(3));
    const columns = [0, 1, 2, 3].map((i) =>
      Float32Array.from(labels, (label) => ((label + i) % 3 === 0 ? 0.6 : 0.2) + 0.3 * source.uniform()),
    );
    const logs = literalLogs({ count: 400, columns, labels });
    const price = 0.002;
    const admits = (_: number, signs: Signs) => signs[0] !== -1;
    const start = [0, 1, 2].map(() => new Int8Array(4));
    const rules = jointAscent(logs, start, { price, depth: 2, admits });
    const value = (candidate: readonly Signs[]) => {
      let right = 0;
      for (let row = 0; row < 400; row++) {
        const products = candidate.map((signs) =>
          [...signs].reduce(
            (p, sign, i) => p * (sign === 0 ? 1 : sign > 0 ? columns[i]![row]! : 1 - columns[i]![row]!),
            1,
          ),
        );
        if (products.indexOf(Math.max(...products)) === labels[row]) right++;
      }
      return objective(right / 400, candidate, price);
    };
    const reached = value(rules);
    expect(reached).toBeGreaterThan(value(start) + 0.2);
    expect(objective(ruleAccuracy(logs, rules), rules, price)).toBeCloseTo(reached, 3);
    const states = [-1, 0, 1];
    for (let k = 0; k < 3; k++) {
      for (let a = 0; a < 4; a++) {
        for (let b = 0; b < 4; b++) {
          for (const first of states) {
            for (const second of states) {
              const changed = rules.map((signs) => Int8Array.from(signs));
              changed[k]![a] = first;
              changed[k]![b] = second;
              if (admits(k, changed[k]!)) expect(value(changed)).toBeLessThanOrEqual(reached + 0.003);
            }
          }
        }
      }
    }
  });

  it('takes the changes that full counts over all images say gain most', () => {
    const source = random(11);
    const count = 3000;
    const labels = Int32Array.from({ length: count }, () => source.index(4));
    const columns = [0, 1, 2, 3, 4].map((i) =>
      Float32Array.from(labels, (label) => ((label + i) % 4 < 2 ? 0.5 : 0.15) + 0.45 * source.uniform()),
    );
    const logs = literalLogs({ count, columns, labels });
    const price = 0.0003;
    const admits = () => true;
    const right = (rules: readonly Signs[]) => {
      const products = rules.map((signs) => logProducts(logs, signs));
      let total = 0;
      for (let row = 0; row < count; row++) {
        const own = products[labels[row]!]![row]!;
        if (products.every((column, k) => k === labels[row] || own > column[row]! + 1e-5)) total++;
      }
      return total;
    };
    // The search again, with all images counted for every change.
    const start = [0, 1, 2, 3].map(() => Int8Array.from({ length: 5 }, () => source.index(3) - 1));
    const slow = start.map((signs) => Int8Array.from(signs));
    const value = () => right(slow) / count - price * literalTotal(slow);
    for (let turn = 0, unchanged = 0; unchanged < 4; turn++) {
      const signs = slow[turn % 4]!;
      const before = Int8Array.from(signs);
      let best = { value: value() + 1e-9, signs: before };
      for (let i = 0; i < 5; i++) {
        for (const sign of [-1, 0, 1]) {
          if (sign === before[i]) continue;
          signs.set(before);
          signs[i] = sign;
          if (value() > best.value) best = { value: value(), signs: Int8Array.from(signs) };
          for (let j = i + 1; j < 5; j++) {
            for (const other of [-1, 0, 1]) {
              if (other === before[j]) continue;
              signs[j] = other;
              if (value() > best.value + 1e-9) best = { value: value(), signs: Int8Array.from(signs) };
              signs[j] = before[j]!;
            }
          }
        }
      }
      signs.set(best.signs);
      unchanged = best.signs === before ? unchanged + 1 : 0;
      if (best.signs !== before) turn--;
    }
    expect(jointAscent(logs, start, { price, depth: 2, admits })).toEqual(slow);
    const changed = slow.flatMap((signs, k) => [...signs].filter((sign, i) => sign !== start[k]![i]));
    expect(changed.length).toBeGreaterThan(6);
  });

  it('terms and signs are two ways to write the same', () => {
    const signs = Int8Array.from([1, 0, -1, 0, 1]);
    expect(signsOf(termOfSigns(signs))).toEqual(signs);
    expect(literalCount(termOfSigns(signs))).toBe(3);
  });
});

describe('features', () => {
  it('of any range are brought to [0, 1], units with them', () => {
    const columns = [Float32Array.from({ length: 200 }, (_, i) => i), new Float32Array(200).fill(3)];
    const scales = scalesFrom(columns);
    const table = featureTable(
      { count: 200, labels: new Int32Array(200), columns, decisions: new Int32Array(200) },
      scales,
    );
    // 0 to 199 without two values on either side, and a tenth of what is left more at both ends.
    expect(table.columns[0]![2]).toBeCloseTo(0.1 / 1.2, 5);
    expect(table.columns[0]![197]).toBeCloseTo(1.1 / 1.2, 5);
    expect(Math.min(...table.columns[0]!)).toBeGreaterThanOrEqual(0);
    expect([...table.columns[1]!].every((value) => value === 0)).toBe(true);
    const unit = { weights: [0.5, -2], bias: 1 };
    const scaled = scaledUnit(unit, scales);
    const x = scaledColumn(Float32Array.of(100), scales[0])[0]!;
    expect(scaled.bias + scaled.weights[0]! * x).toBeCloseTo(1 + 0.5 * 100 - 2 * 3, 4);
  });

  it('that never change are left out, and where all are constant it is said', async () => {
    expect(() => scalesFrom([new Float32Array(5), new Float32Array(5).fill(2)])).toThrow(
      /All 2 features have the same/,
    );
    const dead = new Map(model.graph.initializers);
    dead.set('conv1.weight', { type: 'float32', dims: [4, 1, 7, 7], data: new Float32Array(4 * 49) });
    const constant = await classifierOf({ ...model, graph: { ...model.graph, initializers: dead } });
    await expect(extractRules(constant, { training, validation })).rejects.toMatchObject({ tag: 'rule-data' });
    await constant.release();
    const weight = model.graph.initializers.get('conv1.weight')!;
    const oneDead = Float32Array.from(weight.data as Float32Array).fill(0, 0, 49);
    const some = new Map(model.graph.initializers).set('conv1.weight', {
      type: 'float32',
      dims: weight.dims,
      data: oneDead,
    });
    const partly = await classifierOf({ ...model, graph: { ...model.graph, initializers: some } });
    const found = await extractRules(partly, { training, validation });
    for (const term of found.terms) expect(signsOf(term)[0]).toBe(0);
    await partly.release();
  });
});

describe('pictures of features', () => {
  it('look like the filter where there is one convolution, and like the images they are largest in', async () => {
    const gradients = await featureGradients(classifier, extraction.features, [0, 1, 2, 3], training);
    const filters = filtersOf(classifier, extraction.head)!;
    expect(filters).toEqual(model.graph.initializers.get('conv1.weight'));
    const matches = comparedWithFilters(filters, gradients, [0, 1, 2, 3]);
    // The maximum is taken over four positions, so the picture is a blend of shifted filters.
    const mean = matches.reduce((sum, match) => sum + match.correlation, 0) / 4;
    expect(mean).toBeGreaterThan(0.5);
    // Around one image each is on in one place or two, and a shifted filter less often blends with itself.
    const best = await gradientsAround(classifier, extraction.features, [0, 1, 2, 3]);
    expect(best).toHaveLength(4);
    const column = extraction.training.columns[0]!;
    const top = [...column.keys()].sort((a, b) => column[b]! - column[a]!).slice(0, 100);
    const pixel = top.reduce((sum, i) => sum + training.images[64 * i + 9]!, 0) / 100;
    expect(excitingImage(training, column)[9]).toBeCloseTo(pixel, 2);
  });

  it('correlation is Pearson’s', () => {
    expect(correlation(Float32Array.of(1, 2, 3), Float32Array.of(2, 4, 6))).toBeCloseTo(1, 10);
    expect(correlation(Float32Array.of(1, 2, 3), Float32Array.of(1, 0, -1))).toBeCloseTo(-1, 10);
    // By hand: deviations (-1, 0, 1) and (-1/3, 2/3, -1/3).
    expect(correlation(Float32Array.of(1, 2, 3), Float32Array.of(0, 1, 0))).toBeCloseTo(0, 10);
    expect(correlation(Float32Array.of(1, 1, 1), Float32Array.of(0, 1, 0))).toBe(0);
  });
});

describe('data that cannot do', () => {
  const only = (label: number) => {
    const rows = [...training.labels.keys()].filter((i) => training.labels[i] === label);
    const images = Uint8Array.from(rows.flatMap((i) => [...training.images.subarray(64 * i, 64 * (i + 1))]));
    return labelledImages({ ...training, images, labels: rows.map(() => label) });
  };

  it('of one class, or of other classes than the model’s, is refused', async () => {
    await expect(extractRules(classifier, { training: only(1), validation })).rejects.toThrow(/of one class/);
    const five = { ...training, classNames: [...training.classNames, 'more'] };
    await expect(extractRules(classifier, { training: five, validation })).rejects.toThrow(
      /has 5 classes, but the model has 4/,
    );
  });
});
