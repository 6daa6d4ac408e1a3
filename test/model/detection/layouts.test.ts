import { describe, expect, it } from 'vitest';
import { boxClass, boxReading } from '../../../src/model/detection/boxReading.ts';
import { anchorsBehind, boxAt, detectionsOf } from '../../../src/model/detection/detections.ts';
import { recogniseDetection, unrecognised } from '../../../src/model/detection/recognise.ts';
import { similarityReading } from '../../../src/model/detection/similarityReading.ts';
import { readAs } from '../../../src/model/reading/reading.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { scoped } from '../../../src/runtime/release.ts';
import { slowProposals, slowSimilarity } from '../../slow/detection.ts';
import { anchors, detr, pixels, ssd, suppressing, withDetector, yolov5, yolov8 } from './detectors.ts';

const models: readonly (readonly [string, Model])[] = [
  ['yolov8', yolov8()],
  ['yolov5', yolov5()],
  ['ssd', ssd()],
  ['detr', detr()],
];

describe.each(models)('%s', (name, model) => {
  it('is recognised, and proposes the boxes and probabilities that a plain loop reads', () =>
    withDetector(model, async (detector, loaded) => {
      const { layout } = detector;
      expect(layout).toMatchObject({ name, anchors, classes: 3, hasLogits: true });
      const outputs = await loaded.outputsOf(pixels());
      const proposals = await detector.propose(pixels());
      for (const [image, { boxes, scores }] of proposals.entries()) {
        const slow = slowProposals(layout, outputs, image, loaded.input);
        const hasObjectness = name === 'yolov5';
        for (const [a, { box, probabilities, objectness }] of slow.entries()) {
          for (const [i, corner] of box.entries()) expect(boxes[4 * a + i]).toBeCloseTo(corner, 4);
          for (const [k, p] of probabilities.entries()) {
            expect(scores[3 * a + k]).toBeCloseTo(hasObjectness ? p * objectness : p, 5);
          }
        }
      }
    }));

  it('explains the mean of the logits at the anchors of a box', () =>
    withDetector(model, async (detector, loaded) => {
      const outputs = await loaded.outputsOf(pixels(1));
      const slow = slowProposals(detector.layout, outputs, 0, loaded.input);
      const [proposals] = await detector.propose(pixels(1));
      const [detection] = detectionsOf(proposals!, { threshold: 0.2 });
      const chosen = { detection: detection!, anchors: [2, 5, detection!.anchor] };
      await scoped(async (keep) => {
        const read = await keep(readAs(detector.model, boxReading(detector, chosen)));
        const { data } = await read.scoresOf(pixels(1));
        for (const k of [0, 1, 2]) {
          const mean = chosen.anchors.reduce((sum, a) => sum + slow[a]!.logits[k]!, 0) / 3;
          // The slow logits come of probabilities in single precision.
          expect(data[k]).toBeCloseTo(mean, 3);
        }
        expect(boxClass(detector, chosen)).toBe(detection!.class);
      });
    }));

  it('is as like a box as D-RISE says', () =>
    withDetector(model, async (detector, loaded) => {
      const outputs = await loaded.outputsOf(pixels(2));
      const slow = [0, 1].map((image) => slowProposals(detector.layout, outputs, image, loaded.input));
      const { box, probabilities } = slow[0]![4]!;
      const [left = 0, top = 0, right = 0, bottom = 0] = box;
      const target = { box: { left, top, right, bottom }, probabilities };
      await scoped(async (keep) => {
        const read = await keep(readAs(detector.model, similarityReading(detector.layout, loaded.input, target)));
        const { data } = await read.scoresOf(pixels(2));
        for (const image of [0, 1]) {
          expect(data[image]).toBeCloseTo(slowSimilarity(slow[image]!, { box, probabilities }), 5);
        }
        expect(data[0]).toBeGreaterThan(0.2);
      });
    }));
});

it('of one class with an objectness, the objectness is explained', () =>
  withDetector(yolov5(1), async (detector, loaded) => {
    const outputs = await loaded.outputsOf(pixels(1));
    const [slow] = slowProposals(detector.layout, outputs, 0, loaded.input);
    const [proposals] = await detector.propose(pixels(1));
    const detection = { box: boxAt(proposals!, 0), class: 0, score: 1, anchor: 0, scores: Float32Array.of(1) };
    await scoped(async (keep) => {
      const read = await keep(readAs(detector.model, boxReading(detector, { detection, anchors: [0] })));
      const { data } = await read.scoresOf(pixels(1));
      expect(data[0]).toBeCloseTo(Math.log(slow!.objectness / (1 - slow!.objectness)), 4);
    });
  }));

it('of a model that ends in NonMaxSuppression, what goes into it is read', () =>
  withDetector(suppressing(), async ({ layout, propose }, loaded) => {
    expect(layout).toMatchObject({
      name: 'nms',
      classes: 3,
      form: 'corners-yx',
      given: 'probabilities',
      hasLogits: true,
    });
    const { inner_boxes: boxes, inner_scores: scores } = await loaded.outputsOf(pixels(1));
    const [proposals] = await propose(pixels(1));
    expect([...proposals!.boxes.subarray(0, 4)]).toEqual([1, 0, 3, 2].map((i) => boxes!.data[i]));
    expect([...proposals!.scores.subarray(0, 3)]).toEqual([0, 1, 2].map((k) => scores!.data[k * anchors]));
  }));

it('a description says what shapes do not', () =>
  withDetector(
    ssd(),
    async ({ layout, settings }) => {
      expect(layout).toMatchObject({ form: 'centre', unit: 'pixels', background: 'last', classes: 3 });
      expect(settings).toMatchObject({ threshold: 0.7 });
    },
    { form: 'centre', unit: 'pixels', background: 'last', threshold: 0.7 },
  ));

describe('recognition by shapes and names', () => {
  const found = (outputs: Parameters<typeof recogniseDetection>[0], hints?: Parameters<typeof recogniseDetection>[1]) =>
    recogniseDetection(outputs, hints);

  it('takes the table of several outputs, not the grids beside it', () => {
    const grids = [40, 20, 10].map((cells) => ({ name: `g${cells}`, dims: [3, cells, cells, 85] }));
    expect(found([{ name: 'output', dims: [25200, 85] }, ...grids])).toMatchObject({ name: 'yolov5', classes: 80 });
  });

  it('tells YOLOv8 transposed from YOLOv5 by how many names there are', () => {
    const outputs = [{ name: 'out', dims: [8400, 84] }];
    expect(found(outputs, { names: 80 })).toMatchObject({ name: 'yolov8', classes: 80 });
    expect(found(outputs)).toMatchObject({ name: 'yolov5', classes: 79 });
  });

  it('leaves the coefficients of masks alone', () => {
    const outputs = [
      { name: 'output0', dims: [116, 8400] },
      { name: 'output1', dims: [32, 160, 160] },
    ];
    expect(found(outputs, { names: 80 })).toMatchObject({ classes: 80, scores: { from: 4, to: 84 } });
  });

  it('does as the description says', () => {
    const outputs = [
      { name: 'a', dims: [100, 4] },
      { name: 'b', dims: [100, 21] },
    ];
    const settings = { boxes: 'a', scores: 'b', form: 'centre', activation: 'softmax', background: 'last' } as const;
    expect(found(outputs, { settings })).toMatchObject({
      ...settings,
      boxes: { value: 'a' },
      scores: { value: 'b' },
      classes: 20,
    });
  });

  it('gives none for other shapes, and the error says the shapes and what to write', () => {
    for (const outputs of [
      [{ name: 'out', dims: [1000] }],
      [{ name: 'out', dims: [21, 65, 65] }],
      [{ name: 'one', dims: [4, 8400] }],
      [
        { name: 'a', dims: [84, 8400] },
        { name: 'b', dims: [84, 2100] },
      ],
    ]) {
      expect(found(outputs)).toBeUndefined();
    }
    const { message } = unrecognised([{ name: 'out', dims: [21, 65, 65] }]);
    expect(message).toContain('out: [n, 21, 65, 65]');
    expect(message).toContain('"detection": {"layout": "yolov8"}');
    expect(message).toContain('--output NAME');
  });
});

it('non-maximum suppression keeps the strongest of a class, and another class in the same place', () => {
  const boxes = Float32Array.from([0, 0, 10, 10, 1, 0, 11, 10, 0, 1, 10, 11, 20, 20, 30, 30].map(Number));
  const scores = Float32Array.from([0.9, 0.1, 0.8, 0.1, 0.1, 0.7, 0.2, 0.1]);
  const proposals = { boxes, scores, classes: 2 };
  const found = detectionsOf(proposals);
  expect(found.map(({ anchor, class: of }) => [anchor, of])).toEqual([
    [0, 0],
    [2, 1],
  ]);
  expect(anchorsBehind(proposals, found[0]!)).toEqual([0, 1]);
  expect(detectionsOf(proposals, { iou: 0.9 }).map(({ anchor }) => anchor)).toEqual([0, 1, 2]);
  expect(detectionsOf(proposals, { threshold: 0.75 }).map(({ anchor }) => anchor)).toEqual([0]);
});
