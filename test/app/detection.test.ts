import { describe, expect, it } from 'vitest';
import { explainImages } from '../../src/app/explainImages.ts';
import { explainSummary } from '../../src/app/explainSummary.ts';
import { renderReport, reportView } from '../../src/app/reportView.ts';
import { type SubjectOptions, subjectsOf } from '../../src/app/subjectsOf.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { dRise } from '../../src/attribution/perturbation/dRise.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import { findTask } from '../../src/model/task/findTask.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { scoped } from '../../src/runtime/release.ts';
import { pixels, side, ssd, yolov8 } from '../model/detection/detectors.ts';
import { built, dense, value } from '../networks.ts';
import { cpu } from '../runtimes.ts';

const names = ['cat', 'dog', 'fox'];
const methods = [inputXGradient(), dRise({ samples: 20, cells: 2 })];
const picture = { name: 'park.png', image: pixels(1), size: { height: 4 * side, width: 2 * side } };

async function explained(model: Model, options: SubjectOptions, task?: 'detection') {
  return scoped(async (keep) => {
    const loaded = await loadModel(writeModel(model), { runtime: cpu, input: { classes: names, task } });
    const subjects = await keep(subjectsOf(loaded, options));
    const found = await explainImages(subjects, [picture], { methods, checks: false });
    return { subjects, found, summary: explainSummary(found, 'index.html') };
  });
}

describe('a detector', () => {
  it('has its strongest boxes explained one by one, each for its class', async () => {
    const { subjects, found, summary } = await explained(yolov8(), { threshold: 0.5 });
    expect(subjects.cautions.join(' ')).toContain('in the layout yolov8');
    expect(summary.task).toBe('detection');
    expect(summary.images.length).toBeGreaterThan(1);
    expect(summary.images.length).toBeLessThanOrEqual(5);
    for (const [i, { name, decision, target, methods }] of summary.images.entries()) {
      if (decision?.kind !== 'detection') throw new Error('no detection');
      const own = decision.boxes[decision.explained]!;
      expect(name).toBe(`park.png, box ${i + 1}`);
      expect(decision.explained).toBe(i);
      expect(own.probability).toBeGreaterThanOrEqual(0.5);
      expect(target).toBe(own.label);
      // The picture is twice and four times as large as the model's input.
      for (const [s, corner] of own.box.entries()) expect(corner).toBe(Math.round(own.inputBox[s]! * [2, 4, 2, 4][s]!));
      expect(methods.map(({ id }) => id)).toEqual(['input-x-gradient', 'd-rise']);
    }
    const page = renderReport(reportView(found, { modelName: 'm.onnx' }));
    expect(page).toContain('One row a box.');
    expect(page).not.toMatch(/\w+ images, /);
    expect(page).toContain('class="boxed"');
    expect(page).toMatch(/The detector found \w+ boxes in park.png: \w+ \d/);
  });

  it('explains what it proposes where a box is asked for, though it keeps none there', async () => {
    const { summary } = await explained(ssd(), { target: 'box:0,0,16,32:fox', threshold: 0.99 });
    const [only, second] = summary.images;
    expect(second).toBeUndefined();
    expect(only).toMatchObject({
      name: 'park.png',
      target: 'fox',
      decision: { explained: 0, boxes: [{ isNotKept: true }] },
    });
    expect(only?.decision).toMatchObject({ note: expect.stringContaining('No box was kept there') });
  });

  it.each([
    ['box:0,0,17,32', 'The box 0,0 to 17,32 is not within the picture of 16 x 32 pixels'],
    ['box:0,0,9,9:bird', 'There is no class "bird"'],
    ['label:cat', '"label:cat" cannot be explained: the model finds boxes'],
    ['3', '"3" cannot be explained: the model finds boxes'],
  ])('refuses %s', async (target, reason) => {
    await expect(explained(ssd(), { target }, 'detection')).rejects.toThrow(reason);
  });

  it('is told by the cells of its grids, however few', async () => {
    // 64 x 64 pixels have 64 + 16 + 4 cells of 8, 16 and 32 pixels.
    const model = built(value('x', ['n', 1, 64, 64]), undefined, (builder, x) => {
      const pooled = builder.add('AveragePool', [x], { kernel_shape: [16, 16], strides: [16, 16] });
      const numbers = dense(builder, builder.ops.Reshape(pooled, builder.ints([0, 16])), 16, 84 * 7);
      return builder.ops.Sigmoid(builder.ops.Reshape(numbers, builder.ints([0, 84, 7])));
    });
    await scoped(async (keep) => {
      const loaded = await keep(loadModel(writeModel(model), { runtime: cpu }));
      expect(findTask(loaded)).toMatchObject({ task: 'detection' });
    });
  });

  it('says what is strongest where nothing is kept', async () => {
    await expect(explained(ssd(), { threshold: 1 })).rejects.toThrow(
      /finds nothing with a probability of 1 or more; the strongest .* --target box:\d+,\d+,\d+,\d+/,
    );
  });
});
