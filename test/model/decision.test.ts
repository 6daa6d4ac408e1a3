import { describe, expect, it } from 'vitest';
import { decisionOf, leadOf, predictionOf, runnerUp, standings } from '../../src/model/decision.ts';
import { isFixed, parseTarget, surenessOf, targetFor, targetWords } from '../../src/model/target.ts';
import { float32 } from '../../src/onnx/tensor.ts';

const several = { name: 'scores', width: 3 };
const logit = { name: 'logit', width: 1 };
const probability = { name: 'probability', width: 1, probabilities: true as const };

describe('what scores decide', () => {
  it('of several classes: the largest, by its lead over the second', () => {
    expect(decisionOf(Float32Array.of(1, 4, 2.5), several)).toEqual({ kind: 'classes', chosen: 1, margin: 1.5 });
    expect(leadOf(Float32Array.of(1, 4, 5), 1, several)).toBe(-1);
  });

  it('of a single logit: its sign, and twice its distance from 0, as between the scores -z and z', () => {
    expect(decisionOf(Float32Array.of(-0.75), logit)).toEqual({ kind: 'classes', chosen: 0, margin: 1.5 });
    expect(leadOf(Float32Array.of(0.25), 0, logit)).toBe(-0.5);
  });

  it('of a single probability: whether it is above a half', () => {
    expect(decisionOf(Float32Array.of(0.75), probability)).toEqual({ kind: 'classes', chosen: 1, margin: 0.5 });
    expect(leadOf(Float32Array.of(0.25), 1, probability)).toBe(-0.5);
  });

  it.each([
    ['several classes', [1, 3, 3], several, [1, 2]],
    ['several that are masked', [Number.NEGATIVE_INFINITY, 2, 2], several, [1, 2]],
    ['a single logit', [0], logit, [0, 1]],
    ['a single probability', [0.5], probability, [0, 1]],
  ])('of %s with equal scores: a tie, named by its first class, which stays in none', (_, row, scores, tie) => {
    const values = Float32Array.from(row);
    const decision = decisionOf(values, scores);
    expect(decision).toEqual({ kind: 'classes', chosen: tie[0], margin: 0, tie });
    expect(runnerUp(predictionOf(values, scores))).toBe(tie[1]);
    const rows = float32([1, row.length], values);
    for (const of of tie) expect(standings(scores, rows, () => of)).toMatchObject([{ chosen: tie[0], outcome: 'tie' }]);
  });
});

it('how a class stands in other scores: whether it stays, and by how much', () => {
  const rows = float32([2, 3], [1, 4, 2.5, 1, 4, 5]);
  expect(standings(several, rows, () => 1)).toEqual([
    { chosen: 1, outcome: 'stays', score: 4, margin: 1.5 },
    { chosen: 2, outcome: 'changes', score: 4, margin: -1 },
  ]);
  // A single score counts as the probability it stands for.
  const [of0, of1] = [0, 1].map((of) => standings(logit, float32([1, 1], [Math.log(3)]), () => of)[0]!);
  expect(of0).toMatchObject({ chosen: 1, outcome: 'changes' });
  expect(of1).toMatchObject({ chosen: 1, outcome: 'stays' });
  expect(of0!.score).toBeCloseTo(0.25, 6);
  expect(of1!.margin).toBeCloseTo(0.5, 6);
});

describe('a target', () => {
  const input = { classes: ['cat', 'dog', 'a-vs-b'] } as never;
  const classifier = { input, scores: several };
  const prediction = predictionOf(Float32Array.of(1, 4, 2), several);

  it.each([
    ['cat', 0, 'cat'],
    ['2', 2, 'a-vs-b'],
    ['a-vs-b', 2, 'a-vs-b'],
    ['dog-vs-0', { for: 1, against: 0 }, 'dog rather than cat'],
    ['predicted', 1, 'dog'],
    ['predicted-vs-second', { for: 1, against: 2 }, 'dog rather than a-vs-b'],
  ])('%s is read, found and named', (text, target, words) => {
    const choice = parseTarget(text, classifier);
    expect(isFixed(choice)).toBe(!text.startsWith('predicted'));
    expect(targetFor(choice, prediction)).toEqual(target);
    expect(targetWords(classifier, targetFor(choice, prediction))).toBe(words);
  });

  it.each(['bird', '3', 'cat-vs-dog-vs-cat', 'cat-vs-cat'])('%s is none', (text) => {
    expect(() => parseTarget(text, classifier)).toThrow(expect.objectContaining({ tag: 'invalid-target' }));
  });

  it('is as sure as its probability, or as its share of both', () => {
    const { probabilities } = prediction;
    expect(surenessOf(prediction, 2)).toBe(probabilities[2]);
    expect(surenessOf(prediction, { for: 1, against: 0 })).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
  });
});
