import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { withBatchSize } from '../../../src/model/makeClassifier.ts';
import { toInput } from '../../../src/model/pixels.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { PixelRangeError, ToleranceError, UndecidedError } from '../../../src/studies/noncontributing/errors.ts';
import {
  compileNoncontributing,
  type NoncontributingSettings,
} from '../../../src/studies/noncontributing/noncontributing.ts';
import { fastSchedule } from '../../../src/studies/noncontributing/schedules.ts';
import { linearClassifier, smallImage, smallNetwork } from './smallNetworks.ts';

async function mapOf(classifier: Classifier, image: Tensor<'float32'>, settings: NoncontributingSettings = {}) {
  const pixels = await compileNoncontributing(classifier, settings);
  try {
    return await pixels.of(image);
  } finally {
    await pixels.release();
  }
}

const short = fastSchedule({ iterations: 120, images: 40 });
const none = new Array(16).fill(0);
const grey = float32([1, 1, 4, 4], new Array(16).fill(0.5));

/** Class 0 has the score `slope` times pixel 5 (and a bias), class 1 has 0. */
function oneDecidingPixel(slope: number, bias: number) {
  return linearClassifier([1, 4, 4], [none.with(5, slope), none], [bias, 0]);
}

describe('non-contributing pixels', () => {
  it('reach the minimum of E that can be worked out for a network with one deciding pixel', async () => {
    const [slope, bias] = [4, -1];
    const classifier = await oneDecidingPixel(slope, bias);
    // Half the margin of 4 * 0.5 - 1. With v w > a: E = v w / 2 - a + a^2 / (2 v w) - w / 16, least where v^2 - v / 8 = a^2 / w^2.
    const a = 0.5;
    const expected = a / Math.sqrt(slope ** 2 - slope / 8);
    const { amplitude, energy, tolerance, measured } = await mapOf(classifier, grey, {
      settle: false,
      schedule: fastSchedule({ iterations: 600 }),
      draws: 20_000,
    });
    expect(tolerance).toBeCloseTo(a, 6);
    expect(amplitude.data[5]).toBeCloseTo(expected, 2);
    expect([...amplitude.data].toSpliced(5, 1)).toEqual(new Array(15).fill(1));
    const vw = slope * expected;
    expect(energy).toBeCloseTo(vw / 2 - a + a ** 2 / (2 * vw) - (15 + expected) / 16, 3);
    // The score of class 0 moves by at most 4 w, less than the margin: the class always stays.
    expect(measured).toMatchObject({ draws: 20_000, kept: 1, keptClipped: 1 });
    expect(measured.worstChange).toBeCloseTo(slope * amplitude.data[5]!, 2);
    expect(measured.leastLead).toBeCloseTo(1 - slope * amplitude.data[5]!, 2);
    await classifier.release();
  });

  it('are searched for in steps of their own scale: where hardly any noise is harmless, a tenth of it is not jumped over', async () => {
    const slopes = Array.from({ length: 16 }, (_, i) => 40 + 5 * i);
    const classifier = await linearClassifier([1, 4, 4], [slopes, none], [1 - 0.5 * slopes.reduce((a, b) => a + b), 0]);
    const schedule = fastSchedule({ iterations: 150, images: 8 });
    const found = (adapts: boolean) => mapOf(classifier, grey, { settle: false, schedule: { ...schedule, adapts } });
    const [adapted, asGiven] = [await found(true), await found(false)];
    // Below 0: better than no noise at all.
    expect(adapted.energy).toBeLessThan(0);
    expect(adapted.energy).toBeLessThan(1.2 * asGiven.energy);
    await classifier.release();
  });

  it('of the pixel range of the model, whatever its scale', async () => {
    const slope = 4 / 51;
    const input = { scale: 1 / 5, mean: [10], std: [1] } as const;
    // The same decision in units where black is -10 and white 41.
    const classifier = await linearClassifier([1, 4, 4], [none.with(5, slope), none], [-1 + slope * 10, 0], {
      ...input,
      mean: [...input.mean],
      std: [...input.std],
    });
    const image = toInput({ height: 4, width: 4, channels: 1, data: new Uint8Array(16).fill(127) }, classifier.input);
    const { amplitude } = await mapOf(classifier, image, { settle: false });
    expect(amplitude.data[5]).toBeCloseTo(0.5 / Math.sqrt(16 - 0.5), 2);
    await classifier.release();
  });

  it.each([
    ['NCHW', [3, 2, 2], (pixel: number, channel: number) => channel * 4 + pixel],
    ['NHWC', [2, 2, 3], (pixel: number, channel: number) => pixel * 3 + channel],
  ] as const)('%s: channels share an amplitude, or have their own', async (layout, dims, indexOf) => {
    const weights = new Array(12).fill(0).with(indexOf(1, 0), 2).with(indexOf(1, 2), 2);
    const classifier = await linearClassifier(dims, [weights, new Array(12).fill(0)], [0, 0], { layout });
    const image = float32([1, ...dims], new Array(12).fill(0.5));
    const shared = await mapOf(classifier, image);
    expect([...shared.amplitude.data].map((w) => w > 0.99)).toEqual([true, false, true, true]);
    const own = await mapOf(classifier, image, { per: 'channel' });
    expect(own.amplitude.dims).toEqual([1, ...dims]);
    for (let i = 0; i < 12; i++) {
      if (weights[i] === 0) expect(own.amplitude.data[i]).toBe(1);
      else expect(own.amplitude.data[i]).toBeLessThan(0.99);
    }
    await classifier.release();
  });

  it('keep the class on the network itself: amplitudes too large for it are made smaller', async () => {
    // With the whole margin as tolerance, both scores may use it up: the class is lost in some draws.
    const classifier = await linearClassifier([1, 4, 4], [none.with(5, 2), none.with(6, 2)], [1, 0]);
    const settings = { tolerance: { ofMargin: 1 }, draws: 4_000 };
    const loose = await mapOf(classifier, grey, { ...settings, settle: false });
    expect(loose.measured.kept).toBeLessThan(0.97);
    const settled = await mapOf(classifier, grey, settings);
    expect(settled.scaledBy).toBeLessThan(1);
    expect(settled.measured.kept).toBeGreaterThan(0.998);
    expect(settled.amplitude.data[5]).toBeCloseTo(loose.amplitude.data[5]! * settled.scaledBy, 6);
    await classifier.release();
  });

  it('are measured on the network without masks, whatever they were found with', async () => {
    const classifier = await smallNetwork();
    const masked = await mapOf(classifier, smallImage(), { masks: 'paper', schedule: short, draws: 500 });
    expect(masked.masked?.kept).toBeGreaterThan(0.99);
    // What masks hide of the noise the real network shows.
    expect(masked.measured.worstChange).toBeGreaterThan(1.2 * masked.masked!.worstChange);
    const unmasked = await mapOf(classifier, smallImage(), { schedule: short, draws: 500 });
    expect(unmasked.meanAmplitude).toBeLessThan(masked.meanAmplitude);
    expect(unmasked.measured.kept).toBeGreaterThan(0.99);
    await classifier.release();
  });

  it('say what other changes do, and hold for those that took part in the search', async () => {
    // Noise of its own for each pixel averages out in a sum; what moves all of them together does not.
    const classifier = await linearClassifier([1, 4, 4], [new Array(16).fill(1), none], [-7, 0]);
    const others = float32([2, 1, 4, 4], [...new Array(16).fill(0), ...new Array(16).fill(1)]);
    const settings = { others, schedule: short, draws: 400 };
    const byNoise = await mapOf(classifier, grey, settings);
    const keptOf = (kind: string, { structured }: typeof byNoise) => structured.find((one) => one.kind === kind)!.kept;
    expect(byNoise.measured.kept).toBe(1);
    // Half of what is pasted is black: 16 pixels darker by 1/16 each take the lead of 1.
    expect(keptOf('pasted', byNoise)).toBeCloseTo(0.5, 0);
    expect(byNoise.attacked.lead).toBeCloseTo(1 - byNoise.amplitude.data.reduce((a, b) => a + b), 4);
    const held = await mapOf(classifier, grey, { ...settings, changes: ['independent', 'pasted'] });
    expect(held.measured.kept).toBe(1);
    expect(keptOf('pasted', held)).toBe(1);
    // In all changes 45% of the lead are left; the search lets 40% go.
    expect(16 * held.meanAmplitude).toBeLessThan(0.55);
    expect(16 * held.meanAmplitude).toBeGreaterThan(0.35);
    await classifier.release();
  });

  it('keep the order of all scores where that is the tolerance', async () => {
    const classifier = await smallNetwork();
    const byMargin = await mapOf(classifier, smallImage(), { schedule: short, draws: 300 });
    const byOrder = await mapOf(classifier, smallImage(), { schedule: short, draws: 300, tolerance: 'order' });
    const sorted = (await classifier.scoresOf(smallImage())).data.toSorted();
    const steps = Array.from(sorted.subarray(1), (score, i) => score - sorted[i]!);
    expect(byOrder.tolerance).toBeCloseTo(Math.min(...steps) / 2, 6);
    expect(byOrder.measured.ordered).toBe(1);
    expect(byMargin.measured.ordered).toBeLessThan(1);
    expect(byOrder.meanAmplitude).toBeLessThan(byMargin.meanAmplitude);
    await classifier.release();
  });

  it('have a standard error of E that falls with the root of the draws', async () => {
    const classifier = await oneDecidingPixel(4, -1);
    const measured = (draws: number) => mapOf(classifier, grey, { settle: false, schedule: short, draws });
    const [few, many] = [await measured(200), await measured(20_000)];
    expect(few.energyError / many.energyError).toBeGreaterThan(7);
    expect(few.energyError / many.energyError).toBeLessThan(14);
    expect(Math.abs(few.energy - many.energy)).toBeLessThan(4 * few.energyError);
    await classifier.release();
  });

  it('are the same for the same seed, to the bit, and others for another', async () => {
    const classifier = await smallNetwork();
    const pixels = await compileNoncontributing(classifier, { seed: 4, schedule: short, draws: 100 });
    const [first, again] = [await pixels.of(smallImage()), await pixels.of(smallImage())];
    const other = await mapOf(classifier, smallImage(), { seed: 5, schedule: short, draws: 100 });
    expect(again.amplitude).toEqual(first.amplitude);
    expect(again.measured).toEqual(first.measured);
    expect(other.amplitude.data).not.toEqual(first.amplitude.data);
    await pixels.release();
    await classifier.release();
  });

  it('do not depend on how many noise images go through at a time, but for rounding', async () => {
    const classifier = await smallNetwork();
    const schedule = fastSchedule({ iterations: 40, images: 30 });
    const whole = await mapOf(classifier, smallImage(), { schedule, draws: 50 });
    const inParts = await mapOf(withBatchSize(classifier, 12), smallImage(), { schedule, draws: 50 });
    for (const [i, w] of whole.amplitude.data.entries()) expect(inParts.amplitude.data[i]).toBeCloseTo(w, 2);
    await classifier.release();
  });

  it('refuse an image without a decision, tolerances that allow another, and pixels out of range', async () => {
    const classifier = await oneDecidingPixel(4, -1);
    const attempt = (image: Tensor<'float32'>, settings: NoncontributingSettings = {}) =>
      mapOf(classifier, image, { ...settings, draws: 10, schedule: fastSchedule({ iterations: 2 }) });
    await expect(attempt(float32([1, 1, 4, 4], new Array(16).fill(0.25)))).rejects.toThrow(UndecidedError);
    await expect(attempt(grey, { tolerance: { scores: 1.01 } })).rejects.toThrow(/1\.01 is larger than the margin 1 /);
    await expect(attempt(float32([1, 1, 4, 4], new Array(16).fill(0.25)), { tolerance: 'order' })).rejects.toThrow(
      UndecidedError,
    );
    await expect(attempt(grey, { tolerance: { scores: -1 } })).rejects.toThrow(ToleranceError);
    await expect(attempt(float32([1, 1, 4, 4], new Array(16).fill(1.7)))).rejects.toThrow(PixelRangeError);
    await expect(attempt(grey, { masks: [{ layer: 'conv9', threshold: 0 }] })).rejects.toThrow(/no layer "conv9"/);
    await classifier.release();
  });
});
