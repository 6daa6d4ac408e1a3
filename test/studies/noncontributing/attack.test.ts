import { describe, expect, it } from 'vitest';
import { decisionOf } from '../../../src/model/decision.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { attackEffort, boxAround, compileAttack, validBox } from '../../../src/studies/noncontributing/attack.ts';
import { challenge } from '../../../src/studies/noncontributing/certificateChallenge.ts';
import { linearClassifier, smallImage, smallNetwork } from './smallNetworks.ts';

const effort = { starts: 4, steps: 60, seed: 1 };

describe('the attack within amplitudes', () => {
  it('reaches the smallest lead there is, where it can be worked out', async () => {
    const weights = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + i / 8));
    const classifier = await linearClassifier([1, 4, 4], [weights, new Array(16).fill(0)], [5, 0]);
    const image = float32([1, 1, 4, 4], new Array(16).fill(0.5));
    const radius = Float32Array.from({ length: 16 }, (_, i) => (i < 4 ? 0 : 0.8));
    const clean = (await classifier.scoresOf(image)).data;
    const decision = decisionOf(clean, classifier.scores);
    const attack = await compileAttack(classifier);
    const lead = clean[0]! - clean[1]!;
    const sizes = weights.slice(4).reduce((sum, weight) => sum + Math.abs(weight), 0);
    const found = await attack.lowestLead(image, boxAround(image.data, radius), decision, effort);
    expect(found).toBeCloseTo(lead - 0.8 * sizes, 4);
    // Half of the pixel range is left in either direction.
    const valid = await attack.lowestLead(image, validBox(image.data, radius, classifier.input), decision, effort);
    expect(valid).toBeCloseTo(lead - 0.5 * sizes, 4);
    const none = await attack.lowestLead(image, boxAround(image.data, new Float32Array(16)), decision, effort);
    expect(none).toBeCloseTo(lead, 5);
    await attack.release();
    await classifier.release();
  });

  it('finds what the search for counter-examples of proofs finds, on a network with ReLU', async () => {
    const classifier = await smallNetwork();
    const image = smallImage();
    const amplitude = float32([1, 1, 10, 10], new Array(100).fill(0.3));
    const decision = decisionOf((await classifier.scoresOf(image)).data, classifier.scores);
    const attack = await compileAttack(classifier);
    const lead = await attack.lowestLead(image, boxAround(image.data, amplitude.data), decision, {
      ...effort,
      starts: 10,
      steps: 100,
    });
    const [other] = await challenge(classifier, image, amplitude, { draws: 1, starts: 10, steps: 100 });
    expect(lead).toBeLessThan(decision.margin);
    expect(Math.abs(lead - other!.byDescent)).toBeLessThan(0.1 * (decision.margin - other!.byDescent));
    await attack.release();
    await classifier.release();
  });

  it('looks less hard in models of which few images go through at a time', () => {
    expect(attackEffort({ batchSize: 8 }).starts).toBeLessThan(attackEffort({ batchSize: 128 }).starts);
  });
});
