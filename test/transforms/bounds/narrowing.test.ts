import { describe, expect, it } from 'vitest';
import { factsBy } from '../../../src/onnx/facts.ts';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, rows, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { program } from '../../../src/runtime/program.ts';
import { floatOutputOf } from '../../../src/runtime/runtime.ts';
import { type Layer, networkModel } from '../../../src/training/network.ts';
import { addIntervals } from '../../../src/transforms/bounds/addIntervals.ts';
import { around } from '../../../src/transforms/bounds/interval.ts';
import { narrowing } from '../../../src/transforms/bounds/narrowing.ts';
import { elementsOf, seenWindows } from '../../../src/transforms/bounds/seenWindows.ts';
import { rangesOf } from '../../../src/verifier/bound.ts';
import { layersOf } from '../../../src/verifier/onnxLayers.ts';
import { cpu } from '../../runtimes.ts';

const conv = (name: string, filters: number, padding = 0, stride = 1): Layer => ({
  ...{ type: 'conv', name, filters, kernel: 3, padding, stride, activation: 'relu' },
});
const pool: Layer = { type: 'maxPool', name: 'pool', window: 2 };
const flat: Layer = { type: 'flatten', name: 'flatten' };
const dense = (name: string, units: number, activation: 'relu' | 'none'): Layer => ({
  ...{ type: 'dense', name, units, activation },
});
const lastLayer = dense('last', 3, 'none');

/** What is narrowed, and how many pixels of a side each of its places sees, where they see windows alike. */
const networks: Readonly<Record<string, { layers: Layer[]; narrowed: string[]; side: number | undefined }>> = {
  'two convolutions and pooling': {
    layers: [conv('a', 2), pool, conv('b', 3), { ...pool, name: 'pool2' }, flat, lastLayer],
    narrowed: ['b'],
    side: 8,
  },
  'three convolutions, one with a stride': {
    layers: [conv('a', 2, 0, 2), conv('b', 2), conv('c', 2), flat, lastLayer],
    narrowed: ['b', 'c'],
    side: 11,
  },
  'padding: on the whole image': {
    layers: [conv('a', 2, 1), pool, conv('b', 2, 1), flat, lastLayer],
    narrowed: ['b'],
    side: undefined,
  },
  'dense layers: on the whole image': {
    layers: [flat, dense('a', 8, 'relu'), dense('b', 6, 'relu'), dense('c', 5, 'relu'), lastLayer],
    narrowed: ['b', 'c'],
    side: undefined,
  },
};

const size = 12;
const source = random(3);
const images = float32(
  [2, 1, size, size],
  Float32Array.from({ length: 2 * size * size }, () => source.uniform()),
);
const radius = images.data.map(() => 0.15 * source.uniform() ** 3);
// Over an even ground the elements of a pooling window have ends that are equal but for rounding.
for (let i = 0; i < (size * size) / 2; i++) images.data[i] = 0.1 + 3e-8 * source.uniform();
radius.fill(0.03, 0, (size * size) / 2);

/** Intervals of some values of both images, as they are and narrowed. */
async function boundsOf(layers: Layer[], values: readonly string[], rounding: boolean) {
  const model = networkModel({ name: 'net', input: [1, size, size], layers }, 5);
  const { facts } = await probe(cpu, model, { input: images });
  const builder = new GraphBuilder(model.graph, 'bounds');
  const box = around(builder, 'input', builder.constant(float32(images.dims, radius)));
  const request = { graph: model.graph, facts, input: 'input', box, output: 'logits', rounding };
  const plain = addIntervals(builder, request);
  const narrowed = addIntervals(builder, { ...request, tighten: narrowing(builder, request).tighten });
  const names = values.flatMap((value) =>
    [plain, narrowed].map((all) => [all.of(value).low, all.of(value).high] as const),
  );
  const compiled = await program(cpu, { ...model, graph: builder.build() }, { outputs: [...new Set(names.flat())] });
  const found = await compiled.run({ input: images });
  await compiled.release();
  const endsOf = ([low, high]: readonly [string, string], image: number) =>
    [low, high].map((name) => rows(floatOutputOf(found, name), image, image + 1).data) as [Float32Array, Float32Array];
  return {
    model,
    facts,
    of: (k: number, image: number) => ({
      plain: endsOf(names[2 * k]!, image),
      narrowed: endsOf(names[2 * k + 1]!, image),
    }),
  };
}

describe.each(Object.entries(networks))('%s', (_, { layers, narrowed, side }) => {
  it('each place sees what kernels and strides say', async () => {
    const { model, facts } = await boundsOf(layers, narrowed, false);
    const end = model.graph.nodes.findLastIndex(({ outputs }) => outputs[0] === narrowed.at(-1));
    const seen = seenWindows(model.graph.nodes.slice(0, end + 1), factsBy(facts));
    expect(seen?.get('input')).toEqual(side && { extent: [side, side], step: [2, 2] });
  });

  it('intervals are those of the verifier’s linear bounds, which are written apart, and narrower', async () => {
    const { model, of } = await boundsOf(layers, narrowed, false);
    const own = layersOf(writeModel(model), [1, 1, size, size]);
    const box = Array.from(radius.subarray(0, size * size), (r, i) => ({
      low: images.data[i]! - r,
      high: images.data[i]! + r,
    }));
    const ranges = rangesOf({ layers: own, box }, new Map(), 'linear')!;
    const relus = own.flatMap(({ kind }, at) => (kind === 'relu' ? [at] : [])).slice(1);
    let open = 0;
    for (const [k, at] of relus.entries()) {
      const { plain, narrowed } = of(k, 0);
      const width = ([low, high]: [Float32Array, Float32Array]) => high.reduce((sum, end, j) => sum + end - low[j]!, 0);
      expect(width(narrowed)).toBeLessThan(0.95 * width(plain));
      for (const [j, { low, high }] of ranges[at]!.entries()) {
        // The verifier leaves units as they are whose sign is known already.
        if (k > 0 || plain[0][j]! >= 0 || plain[1][j]! <= 0) continue;
        open += 1;
        expect(narrowed[0][j]!).toBeCloseTo(low, 3);
        expect(narrowed[1][j]!).toBeCloseTo(high, 3);
      }
    }
    expect(open).toBeGreaterThan(3);
  });

  it('with rounding counted, hold at corners of the box and inside it', async () => {
    const { model, of } = await boundsOf(layers, narrowed, true);
    const count = 300;
    const compiled = await program(cpu, model, { outputs: narrowed });
    for (const image of [0, 1]) {
      const points = Float32Array.from({ length: count * size * size }, (_, at) => {
        const i = image * size * size + (at % (size * size));
        const u = 2 * source.uniform() - 1;
        return images.data[i]! + (at % 2 === 0 ? u : Math.sign(u)) * radius[i]!;
      });
      const corners = points.map((value, at) => {
        const i = image * size * size + (at % (size * size));
        return at < points.length / 2 ? value : images.data[i]! + Math.sign(value - images.data[i]!) * radius[i]!;
      });
      const values = await compiled.run({ input: float32([count, 1, size, size], corners) });
      for (const [k, name] of narrowed.entries()) {
        const [low, high] = of(k, image).narrowed;
        expect(outside(floatOutputOf(values, name), low, high)).toBe(-1);
      }
    }
    await compiled.release();
  });
});

function outside({ data }: Tensor<'float32'>, low: Float32Array, high: Float32Array): number {
  return data.findIndex((value, at) => value < low[at % low.length]! || value > high[at % low.length]!);
}

it('the elements that places see, counted by hand', () => {
  const window = { extent: [2, 2], step: [1, 2] };
  // Two channels of 3 x 4; places (0, 0), (0, 1), (1, 0), (1, 1).
  const first = [0, 1, 4, 5];
  const of = (shift: number) => [...first, ...first.map((at) => at + 12)].map((at) => at + shift);
  expect(elementsOf(window, [2, 2], [2, 3, 4])).toEqual([of(0), of(2), of(4), of(6)].flat());
});
