import { describe, expect, it } from 'vitest';
import { loadModel } from '../../src/model/loadModel.ts';
import { readAs } from '../../src/model/reading/reading.ts';
import { type RegionMask, regionReading } from '../../src/model/reading/region.ts';
import { decidePixels } from '../../src/model/task/decide.ts';
import { findTask } from '../../src/model/task/findTask.ts';
import type { PixelClasses } from '../../src/model/task/pixelClasses.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { type Releasable, scoped } from '../../src/runtime/release.ts';
import { images, modelOf, node, value, weights } from '../networks.ts';
import { cpu } from '../runtimes.ts';
import { expectGradients } from './readingGradients.ts';

/** [n, 1, 8, 8] to three classes at each of 4 x 4 positions, channels first or last, with a softmax over them. */
function segmenter(last = false): Model {
  const builder = new GraphBuilder(emptyGraph('test'), 'test');
  builder.input('x', 'float32', ['n', 1, 8, 8]);
  const convolved = builder.add('Conv', ['x', builder.constant(weights([3, 1, 3, 3]))], {
    pads: [1, 1, 1, 1],
    strides: [2, 2],
  });
  const scores = builder.ops.Tanh(convolved);
  const moved = last ? builder.add('Transpose', [scores], { perm: [0, 2, 3, 1] }) : scores;
  const probable = builder.add('Softmax', [moved], { axis: last ? 3 : 1 });
  builder.append(node('Identity', [probable], ['out']));
  return modelOf(builder.build([value('out', undefined)]));
}

const x = images(1, [1, 8, 8]);

function pixelsOf(loaded: Awaited<ReturnType<typeof loadModel>>): PixelClasses {
  const found = findTask(loaded);
  if (found.task !== 'segmentation') throw new Error(found.task);
  return found.pixels;
}

const mask = (height: number, width: number, inside: readonly number[]): RegionMask => ({
  height,
  width,
  values: Uint8Array.from({ length: height * width }, (_, i) => Number(inside.includes(i))),
});

const named = { id: 'm', words: 'within m' };

describe.each([false, true])('scores within a region, classes last: %s', (last) => {
  it('are the mean logits over it, and have their gradient', () =>
    scoped(async (keep) => {
      const loaded = await keep(loadModel(writeModel(segmenter(last)), { runtime: cpu }));
      const pixels = pixelsOf(loaded);
      expect(pixels).toMatchObject({ width: 3, height: 4, columns: 4, classAxis: last ? 3 : 1, before: 'Softmax' });
      const region = await keep(readAs(loaded, regionReading(pixels, undefined, mask(4, 4, [5, 10]), named)));
      const { data } = await region.scoresOf(x);
      const { out } = await loaded.outputsOf(x);
      const at = (k: number, place: number) => Math.log(out!.data[last ? place * 3 + k : k * 16 + place]!);
      // Logits are known from probabilities but for a constant at each position: the difference of classes.
      for (const k of [1, 2]) {
        const mean = (at(k, 5) - at(0, 5) + at(k, 10) - at(0, 10)) / 2;
        expect(data[k]! - data[0]!).toBeCloseTo(mean, 4);
      }
      await expectGradients(region, x, 2, 2);
    }));
});

describe('a mask', () => {
  const withPixels = (
    run: (pixels: PixelClasses, keep: <R extends Releasable>(opened: Promise<R>) => Promise<R>) => unknown,
  ) => scoped(async (keep) => run(pixelsOf(await keep(loadModel(writeModel(segmenter()), { runtime: cpu }))), keep));

  it('of another size takes the pixel at the middle of each position', () =>
    scoped(async (keep) => {
      const loaded = await keep(loadModel(writeModel(segmenter()), { runtime: cpu }));
      const pixels = pixelsOf(loaded);
      // Of 8 x 8 pixels, position (1, 2) has (3, 5) at its middle.
      const large = await keep(readAs(loaded, regionReading(pixels, undefined, mask(8, 8, [3 * 8 + 5]), named)));
      const own = await keep(readAs(loaded, regionReading(pixels, undefined, mask(4, 4, [6]), named)));
      expect(await large.scoresOf(x)).toEqual(await own.scoresOf(x));
    }));

  it('needs a pixel inside, also at the output’s size', () =>
    withPixels((pixels) => {
      expect(() => regionReading(pixels, undefined, mask(4, 4, []), named)).toThrow(
        'There is nothing within m: a region',
      );
      expect(() => regionReading(pixels, undefined, mask(80, 80, [0]), named)).toThrow("at the output's size, 4 x 4");
    }));

  it('has as many values as it says', () =>
    withPixels((pixels) => {
      const wrong = { height: 4, width: 4, values: new Uint8Array(3) };
      expect(() => regionReading(pixels, undefined, wrong, named)).toThrow('4 x 4, but has 3 values');
    }));
});

describe('the class at each position', () => {
  const layout = { output: 'out', scores: 'out', height: 1, columns: 3 } as const;

  it('is that of the largest score, whichever axis the classes are', () => {
    const first = { ...layout, width: 2, classAxis: 1 } as const;
    const decided = decidePixels(first, float32([1, 2, 1, 3], [1, 5, 2, 3, 4, 2]), ['sky', 'sea']);
    expect([...decided.classAt]).toEqual([1, 0, 0]);
    expect(decided.classes).toEqual([
      { index: 0, label: 'sky', share: 2 / 3 },
      { index: 1, label: 'sea', share: 1 / 3 },
    ]);
    const last = { ...layout, width: 2, classAxis: 3 } as const;
    const same = decidePixels(last, float32([1, 1, 3, 2], [1, 3, 5, 4, 2, 2]), ['sky', 'sea']);
    expect([...same.classAt]).toEqual([1, 0, 0]);
  });

  it('of a single score is foreground above its cut', () => {
    const logits = { ...layout, width: 1, classAxis: 1 } as const;
    expect([...decidePixels(logits, float32([1, 1, 1, 3], [-1, 0.2, 0.7]), undefined).classAt]).toEqual([0, 1, 1]);
    const probable = { ...logits, before: 'Sigmoid' } as const;
    const decided = decidePixels(probable, float32([1, 1, 1, 3], [0.1, 0.2, 0.7]), undefined);
    expect([...decided.classAt]).toEqual([0, 0, 1]);
    expect(decided.classes.map(({ label }) => label)).toEqual(['background', 'foreground']);
  });
});
