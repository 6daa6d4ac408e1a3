import { describe, expect, it } from 'vitest';
import { float32, scalar, type Tensor, tensor } from '../../../src/onnx/tensor.ts';
import { floatOutputOf, type Session, type Values } from '../../../src/runtime/runtime.ts';
import type { Cost } from '../../../src/studies/noncontributing/cost.ts';
import { type IterationGraph, inputs, iterationGraph } from '../../../src/studies/noncontributing/iterationGraph.ts';
import {
  chosenMasks,
  compileMaskValues,
  type MaskedGraph,
  withMasks,
} from '../../../src/studies/noncontributing/layerMasks.ts';
import { byteNoise } from '../../../src/studies/noncontributing/uniformNoise.ts';
import { runtimes } from '../../runtimes.ts';
import type { Array64 } from '../../slow/array64.ts';
import { evaluateGraph, toArray64 } from '../../slow/slowGraph.ts';
import { smallImage, smallNetwork } from './smallNetworks.ts';

const image = smallImage();
const images = 6;
const noise = byteNoise(3, [1, 10, 10])(images);
const amplitude = Float64Array.from({ length: 100 }, (_, i) => 0.3 + 0.6 * ((i * 7) % 10) * 0.1);
const tolerance = 0.05;
/** A class that leads some of the others, and what is to be left of its lead. */
const [decided, left] = [1, 0.1];

/** E(w) without its last term, in double precision from the operators' definitions. */
function slowStraying(
  { graph }: MaskedGraph,
  scores: string,
  masks: Values,
  clean: Float32Array,
  w: Float64Array,
  cost: Cost,
): number {
  const noisy = Float64Array.from(
    noise.data as Int8Array,
    (byte, i) => image.data[i % 100]! + ((byte + 0.5) / 128) * w[i % 100]!,
  );
  const feeds = new Map<string, Array64>([
    ['input', { dims: [images, 1, 10, 10], data: noisy }],
    ...Object.entries(masks).map(([name, mask]) => [name, toArray64(mask)] as const),
  ]);
  const found = evaluateGraph(graph, feeds).get(scores)!.data;
  const classes = clean.length;
  let sum = 0;
  for (const [i, score] of found.entries()) {
    if (cost === 'scores') sum += Math.max(Math.abs(score - clean[i % classes]!) - tolerance, 0);
    else if (i % classes !== decided) sum += Math.max(left - (found[i - (i % classes) + decided]! - score), 0);
  }
  return sum;
}

describe.each(runtimes)('one iteration on $name', ({ runtime }) => {
  it.each([
    ['none', 'scores'],
    ['paper', 'scores'],
    ['none', 'lead'],
  ] as const)('is the textbook’s, masks: %s, cost: %s', async (which, cost) => {
    const classifier = await smallNetwork(runtime);
    const masked = withMasks(classifier.model.graph, classifier.facts, chosenMasks(classifier, which));
    const masks = await (await compileMaskValues(classifier, masked.masks)).of(image);
    const scores = classifier.scores.name;
    const feeds = new Map([
      ['input', toArray64(image)],
      ...Object.entries(masks).map(([name, mask]) => [name, toArray64(mask)] as const),
    ]);
    const clean = Float32Array.from(evaluateGraph(masked.graph, feeds).get(scores)!.data);
    const graph = iterationGraph(classifier, masked, 'pixel', cost);
    const session = await runtime.createSession(graph.model);
    const [mean, square] = [0.002, 0.0001];
    const at = (values: ArrayLike<number>) => float32([1, 1, 10, 10], Float32Array.from(values));
    const common = {
      ...masks,
      [inputs.image]: image,
      [inputs.clean]: float32([1, clean.length], clean),
      [inputs.own]: float32(
        [1, clean.length],
        clean.map((_, k) => Number(k === decided)),
      ),
      [inputs.tolerance]: scalar(cost === 'lead' ? left : tolerance),
      [inputs.amplitude]: at(amplitude),
      [inputs.mean]: at(new Array(100).fill(mean)),
      [inputs.square]: at(new Array(100).fill(square)),
      [inputs.share]: scalar(1 / images),
      [inputs.rate]: scalar(0.5),
      [inputs.scale]: scalar(2),
    };
    const zeros = at(new Array(100).fill(0));
    const whole = await session.run({ ...common, [inputs.noise]: noise, [inputs.gathered]: zeros });
    const straying = (w: Float64Array) => slowStraying(masked, scores, masks, clean, w, cost);

    expect(single(whole, graph.outputs.violation)).toBeCloseTo(straying(amplitude), 4);
    const gathered = floatOutputOf(whole, graph.outputs.gathered).data;
    const h = 1e-5;
    for (let i = 0; i < 100; i += 7) {
      const moved = (by: number) => straying(amplitude.with(i, amplitude[i]! + by));
      expect(gathered[i]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 3);
    }
    // Adam, from its definition, and the box.
    const updated = floatOutputOf(whole, graph.outputs.amplitude).data;
    for (let i = 0; i < 100; i++) {
      const gradient = gathered[i]! / images - 1 / 100;
      const newMean = 0.9 * mean + 0.1 * gradient;
      const newSquare = 0.999 * square + 0.001 * gradient ** 2;
      const expected = amplitude[i]! - (0.5 * newMean) / (Math.sqrt(newSquare) * 2 + 1e-8);
      expect(updated[i]).toBeCloseTo(Math.min(1, Math.max(0, expected)), 4);
    }
    expect(await inParts(session, graph, common, zeros)).toEqual(roughly(gathered));
    await session.release();
    await classifier.release();
  });
});

/** The gradient with the noise images in two runs. */
async function inParts(session: Session, { outputs }: IterationGraph, common: Values, zeros: Tensor<'float32'>) {
  const bytes = noise.data as Int8Array;
  let gathered = zeros;
  for (const [from, to] of [
    [0, 4],
    [4, images],
  ] as const) {
    const part = tensor('int8', [to - from, 1, 10, 10], bytes.subarray(from * 100, to * 100));
    const values = await session.run({ ...common, [inputs.noise]: part, [inputs.gathered]: gathered });
    gathered = floatOutputOf(values, outputs.gathered);
  }
  return [...gathered.data];
}

const roughly = (values: Float32Array) => [...values].map((value) => expect.closeTo(value, 4));

function single(values: Values, name: string): number {
  return floatOutputOf(values, name).data[0]!;
}
