import { describe, expect, it } from 'vitest';
import { inputXGradient } from '../../../src/attribution/gradient/inputXGradient.ts';
import { dRise } from '../../../src/attribution/perturbation/dRise.ts';
import { boxAtSize } from '../../../src/model/detection/box.ts';
import { boxClass, readBox } from '../../../src/model/detection/boxReading.ts';
import { askedBox, chooseBox } from '../../../src/model/detection/chooseBox.ts';
import { anchorsBehind, type Detection, detectionsOf } from '../../../src/model/detection/detections.ts';
import { type Detector, detectorOf } from '../../../src/model/detection/detector.ts';
import { exportedNames } from '../../../src/model/detection/exportedNames.ts';
import { loadDetector } from '../../../src/model/detection/loadDetector.ts';
import { suppressionsOf } from '../../../src/model/detection/suppression.ts';
import { loadModel } from '../../../src/model/loadModel.ts';
import { readAs } from '../../../src/model/reading/reading.ts';
import { sliceReading } from '../../../src/model/reading/slice.ts';
import { readTargetText } from '../../../src/model/targetText.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { scoped } from '../../../src/runtime/release.ts';
import { built, dense, load, value } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';
import { slowProposals, slowSimilarity } from '../../slow/detection.ts';
import { detr, pixels, side, ssd, suppressing, withDetector, yolov5, yolov8 } from './detectors.ts';

const sizes = { picture: { height: side, width: side }, input: { height: side, width: side } };

async function strongest(detector: Detector): Promise<Detection> {
  const [proposals] = await detector.propose(pixels(1));
  return detectionsOf(proposals!, { threshold: 0 })[0]!;
}

describe.each([
  ['yolov8', yolov8()],
  ['yolov8 of one class', yolov8(1)],
  ['yolov5', yolov5()],
  ['ssd', ssd()],
  ['ssd of one class', ssd(1)],
  ['detr', detr()],
])('a box of %s', (_, model) => {
  it('has the gradients that finite differences give', () =>
    withDetector(model, async (detector) => {
      const x = pixels(1);
      const detection = await strongest(detector);
      const [proposals] = await detector.propose(x);
      const box = { detection, anchors: anchorsBehind(proposals!, detection) };
      await scoped(async (keep) => {
        const classifier = await keep(readBox(detector, box));
        const target = boxClass(detector, box);
        const column = classifier.scores.width === 1 ? 0 : target;
        const explainer = await keep(inputXGradient().compile(classifier));
        const { values } = await explainer.attribute(x, [target]);
        const step = 1e-2;
        const slopes: number[] = [];
        for (let i = 0; i < 40; i++) {
          const moved = (by: number) => float32(x.dims, x.data.with(i, x.data[i]! + by));
          const [above, below] = [await classifier.scoresOf(moved(step)), await classifier.scoresOf(moved(-step))];
          slopes.push((above.data[column]! - below.data[column]!) / (2 * step));
        }
        const largest = Math.max(...slopes.map(Math.abs));
        expect(largest).toBeGreaterThan(0.01);
        // Central differences of step h are wrong by h squared, and float32 by 1e-7 / h.
        for (const [i, slope] of slopes.entries()) {
          expect(Math.abs(values.data[i]! / x.data[i]! - slope)).toBeLessThan(0.01 * largest);
        }
      });
    }));
});

describe('D-RISE', () => {
  it('is its definition: the mean of masks weighted by the likeness of the best detection, less its mean', () =>
    withDetector(ssd(), async (detector, loaded) => {
      const x = pixels(1);
      const detection = await strongest(detector);
      const [samples, cells, keep, seed] = [60, 3, 0.5, 5];
      const target = {
        box: [detection.box.left, detection.box.top, detection.box.right, detection.box.bottom],
        probabilities: [...detection.scores],
      };
      const masks = slowMasks(samples, cells, keep, seed);
      const scores: number[] = [];
      for (const mask of masks) {
        const masked = float32(
          x.dims,
          x.data.map((pixel, i) => pixel * mask[i % (side * side)]!),
        );
        const outputs = await loaded.outputsOf(masked);
        scores.push(slowSimilarity(slowProposals(detector.layout, outputs, 0, loaded.input), target));
      }
      const mean = scores.reduce((sum, score) => sum + score, 0) / samples;
      const map = Array.from(
        { length: side * side },
        (_, i) => masks.reduce((sum, mask, n) => sum + (scores[n]! - mean) * mask[i]!, 0) / (samples * keep),
      );
      await scoped(async (keeping) => {
        const classifier = await keeping(readBox(detector, { detection, anchors: [detection.anchor] }));
        const explainer = await keeping(dRise({ samples, cells, keep, seed, baseline: 0 }).compile(classifier));
        const { values, scores: own } = await explainer.attribute(x, [1]);
        const largest = Math.max(...map.map(Math.abs));
        expect(largest).toBeGreaterThan(1e-4);
        for (const [i, expected] of map.entries())
          expect(Math.abs(values.data[i]! - expected)).toBeLessThan(2e-3 * largest);
        // The detection itself is there: its likeness is its objectness.
        expect(own[0]).toBeGreaterThan(0.3);
      });
    }));

  it('is refused where there are no boxes, by name and reason', async () => {
    const model = built(value('x', ['n', 1, 2, 2]), undefined, (builder, x) =>
      dense(builder, builder.ops.Reshape(x, builder.ints([0, -1])), 4, 3),
    );
    await scoped(async (keep) => {
      const classifier = await keep(load(model));
      await expect(dRise().compile(classifier)).rejects.toThrow(
        /d-rise: it compares boxes, and what is explained here is none/,
      );
    });
  });
});

describe('a box that is asked for', () => {
  const proposals = {
    boxes: Float32Array.from([0, 0, 4, 4, 0, 0, 4, 5, 4, 4, 8, 8]),
    scores: Float32Array.from([0.9, 0.1, 0.8, 0.05, 0.05, 0.2]),
    classes: 2,
  };
  const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });

  it('is the kept detection that overlaps it best', () => {
    const chosen = chooseBox(proposals, { box: box(0, 0, 4, 3) }, sizes, {});
    expect(chosen).toMatchObject({ detection: { anchor: 0, class: 0 }, anchors: [0, 1] });
    expect(chosen.note).toBeUndefined();
  });

  it('may be drawn generously around what was found, which is said', () => {
    const chosen = chooseBox(proposals, { box: box(0, 0, 6, 6) }, sizes, {});
    expect(chosen.detection.anchor).toBe(0);
    expect(chosen.note).toContain('overlaps it by 44%');
  });

  it('is what is proposed there where nothing is kept, and says so', () => {
    const chosen = chooseBox(proposals, { box: box(4, 4, 8, 8) }, sizes, {});
    expect(chosen).toMatchObject({ detection: { anchor: 2, class: 1 }, anchors: [2] });
    expect(chosen.note).toContain('No box was kept there');
    expect(chooseBox(proposals, { box: box(4, 4, 8, 8), class: 0 }, sizes, {}).detection).toMatchObject({ class: 0 });
  });

  it('is in pixels of the picture, which was stretched to the input', () => {
    const picture = { height: 80, width: 16 };
    const chosen = chooseBox(proposals, { box: box(8, 40, 16, 80) }, { ...sizes, picture }, {});
    expect(chosen.detection.anchor).toBe(2);
    expect(boxAtSize(chosen.detection.box, sizes.input, picture)).toEqual(box(8, 40, 16, 80));
  });

  it('must be within the picture', () => {
    expect(() => chooseBox(proposals, { box: box(4, 4, 9, 8) }, sizes, {})).toThrow(
      'The box 4,4 to 9,8 is not within the picture of 8 x 8 pixels',
    );
  });

  const asked = (text: string, classes?: readonly string[]) => {
    const target = readTargetText(text);
    if (target.kind !== 'box') throw new Error(`${text} is no box`);
    const input = { classes } as Detector['model']['input'];
    return askedBox(target, { layout: { classes: 2 }, model: { input } } as Detector);
  };

  it.each([
    ['box:1,2,3', 'is no box'],
    ['box:1,2,x,4', 'is no box'],
    ['box:5,5,5,9', 'has no area'],
    ['box:5,5,1,9', 'has no area'],
    ['box:1,1,2,2:bird', 'There is no class "bird": give an index from 0 to 1 or one of cat, dog.'],
    ['box:1,1,2,2:2', 'There is no class "2"'],
  ])('is not %s', (text, reason) => {
    expect(() => asked(text, ['cat', 'dog'])).toThrow(reason);
  });

  it('may name its class', () => {
    expect(asked('box:1,2,3,4:dog', ['cat', 'dog'])).toEqual({ box: box(1, 2, 3, 4), class: 1 });
    expect(asked('box:1,2,3,4:1')).toEqual({ box: box(1, 2, 3, 4), class: 1 });
    expect(asked('box:1,2,3,4')).toEqual({ box: box(1, 2, 3, 4) });
  });
});

describe('loading', () => {
  it('reads what goes into a NonMaxSuppression, and says so', async () => {
    const model = suppressing();
    expect(suppressionsOf(model)).toEqual([{ boxes: 'inner_boxes', scores: 'inner_scores', form: 'corners-yx' }]);
    expect(suppressionsOf({ ...model, producer: 'pytorch' })).toMatchObject([{ form: 'corners' }]);
    await scoped(async (keep) => {
      const detector = await keep(loadDetector(writeModel(model), { runtime: cpu }));
      expect(detector.layout.name).toBe('nms');
      expect(detector.notes.join(' ')).toContain('The model ends in a NonMaxSuppression');
      expect(await detector.propose(pixels(2))).toHaveLength(2);
    });
  });

  it('of several NonMaxSuppression nodes, reads what goes into each, of which the boxes and scores are to be named', async () => {
    const one = suppressing();
    const again = {
      ...one.graph.nodes.find(({ op }) => op === 'NonMaxSuppression')!,
      name: 'again',
      inputs: ['inner_boxes', 'second_scores', ''],
      outputs: ['selected_too'],
    };
    const second = { ...again, op: 'Sqrt', name: 'second', inputs: ['inner_scores'], outputs: ['second_scores'] };
    const { graph } = one;
    const model = {
      ...one,
      graph: {
        ...graph,
        nodes: [...graph.nodes, second, again],
        outputs: [...graph.outputs, value('selected_too', undefined)],
      },
    };
    await scoped(async (keep) => {
      const loaded = await keep(loadModel(writeModel(model), { runtime: cpu }));
      expect(loaded.outputs.map(({ name }) => name)).toEqual(['inner_boxes', 'inner_scores', 'second_scores']);
      await expect(detectorOf(loaded)).rejects.toThrow(/not recognised.*second_scores: \[n, 3, 12\].*"boxes": NAME/s);
      // Whatever else it gives can be explained.
      const sum = await keep(readAs(loaded, sliceReading(loaded, 'inner_scores[0,1,2:4]')));
      expect(await sum.predict(pixels(1))).toHaveLength(1);
      const detection = {
        boxes: 'inner_boxes',
        scores: 'second_scores',
        form: 'corners',
        activation: 'sigmoid',
      } as const;
      const named = await keep(loadDetector(writeModel(model), { runtime: cpu, input: { detection } }));
      expect(named.layout).toMatchObject({ anchors: 12, classes: 3 });
    });
  });

  it('a background among the class names is nothing that a box is of', async () => {
    for (const classes of [
      ['nothing', 'cat', 'dog', 'fox'],
      ['cat', 'dog', 'fox'],
    ]) {
      await scoped(async (keep) => {
        const detector = await keep(loadDetector(writeModel(ssd()), { runtime: cpu, input: { classes } }));
        expect(detector.model.input.classes).toEqual(['cat', 'dog', 'fox']);
      });
    }
  });

  it('takes class names as exporters leave them', () => {
    const named = (names: string) => exportedNames({ metadata: new Map([['names', names]]) });
    expect(named(`{0: 'person', 1: "driver's seat", 2: 'car'}`)).toEqual(['person', "driver's seat", 'car']);
    expect(named('{0: "a", 5: "b"}')).toBeUndefined();
    expect(named('[]')).toBeUndefined();
  });

  it('refuses a layout that it does not recognise', async () => {
    const model = built(value('x', ['n', 1, 2, 2]), undefined, (builder, x) =>
      builder.ops.Reshape(
        dense(builder, builder.ops.Reshape(x, builder.ints([0, -1])), 4, 12),
        builder.ints([0, 3, 4]),
      ),
    );
    await expect(loadDetector(writeModel(model), { runtime: cpu })).rejects.toThrow(
      /not recognised.*out: \[n, 3, 4\].*"detection"/s,
    );
  });
});

/** RISE's masks as plain loops: seeded cells, enlarged bilinearly and cropped at a place. */
function slowMasks(samples: number, cells: number, keep: number, seed: number): number[][] {
  const source = random(seed);
  const cell = Math.ceil(side / cells);
  return Array.from({ length: samples }, () => {
    const grid = Array.from({ length: cells * cells }, () => (source.uniform() < keep ? 1 : 0));
    const [down, across] = [source.index(cell), source.index(cell)];
    const at = (pixel: number, place: number) =>
      Math.min(cells - 1, Math.max(0, ((pixel + place + 0.5) * cells) / ((cells + 1) * cell) - 0.5));
    return Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [at(Math.floor(i / side), down), at(i % side, across)];
      const [row, column] = [Math.floor(y), Math.floor(x)];
      const value = (r: number, c: number) => grid[Math.min(cells - 1, r) * cells + Math.min(cells - 1, c)]!;
      const [dy, dx] = [y - row, x - column];
      return (
        (1 - dy) * ((1 - dx) * value(row, column) + dx * value(row, column + 1)) +
        dy * ((1 - dx) * value(row + 1, column) + dx * value(row + 1, column + 1))
      );
    });
  });
}
