import { describe, expect, it } from 'vitest';
import { explainImages } from '../../src/app/explainImages.ts';
import { explainSummary } from '../../src/app/explainSummary.ts';
import { renderReport, reportView } from '../../src/app/reportView.ts';
import { type SubjectOptions, subjectsOf } from '../../src/app/subjectsOf.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { rows } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { scoped } from '../../src/runtime/release.ts';
import { noncontributing } from '../../src/studies/noncontributing/method.ts';
import { convolvedModel, images, node, value } from '../networks.ts';
import { cpu } from '../runtimes.ts';

const mean = (builder: GraphBuilder, x: string, axes: readonly number[], keepdims: number) =>
  builder.add('ReduceMean', [x, builder.ints(axes)], { keepdims });

const labels = convolvedModel('out', (builder, x) => builder.ops.Sigmoid(mean(builder, x, [2, 3], 0)));
const age = convolvedModel('age', (builder, x) => builder.ops.Exp(mean(builder, x, [1, 2, 3], 0)));
const segmenter = convolvedModel('out', (builder, x) => builder.add('Softmax', [x], { axis: 1 }));
const classes = convolvedModel('out', (builder, x) => mean(builder, x, [2, 3], 0));

const grids = ((fine: Model): Model => {
  const pooled = node('AveragePool', ['out'], ['coarse'], {
    attributes: { kernel_shape: { type: 'ints', value: [2, 2] }, strides: { type: 'ints', value: [2, 2] } },
  });
  const { graph } = fine;
  const outputs = [...graph.outputs, value('coarse', undefined)];
  return { ...fine, graph: { ...graph, nodes: [...graph.nodes, pooled], outputs } };
})(convolvedModel('out', (_, x) => x));

const all = images(2, [1, 8, 8]);
const asked = [0, 1].map((i) => ({ name: `image ${i}`, image: rows(all, i, i + 1) }));

async function explained(model: Model, options: SubjectOptions = {}, input: InputSettings = {}) {
  return scoped(async (keep) => {
    const loaded = await loadModel(writeModel(model), { runtime: cpu, input: { scale: 1, ...input } });
    const subjects = await keep(subjectsOf(loaded, options));
    const methods = [saliency(), occlusion({ window: 2, stride: 2 })];
    const found = await explainImages(subjects, asked, { methods });
    const page = renderReport(reportView(found, { modelName: 'model.onnx' }));
    return { found, page, summary: explainSummary(found, 'index.html'), cautions: subjects.cautions };
  });
}

describe('labels', () => {
  it('are each above or below the threshold; the strongest is explained', async () => {
    const { summary, page } = await explained(labels, { threshold: 0.45 }, { classes: ['cat', 'dog', 'eel'] });
    expect(summary.task).toBe('labels');
    for (const { decision, predicted, target } of summary.images) {
      if (decision?.kind !== 'labels') throw new Error('no labels');
      expect(decision.labels.map(({ isPresent }) => isPresent)).toEqual(
        decision.labels.map(({ probability }) => probability > 0.45),
      );
      expect(decision.labels[0]?.label).toBe(predicted);
      expect(target).toBe(predicted);
    }
    expect(page).toMatch(/of 3 labels above 45/);
  });

  it('are explained by name, with the others in the decision', async () => {
    const { summary } = await explained(labels, { target: 'label:dog' }, { classes: ['cat', 'dog', 'eel'] });
    expect(summary.images[0]).toMatchObject({ target: 'dog', decision: { kind: 'labels', threshold: 0.5 } });
    expect(summary.images[0]?.decision).toHaveProperty('labels.length', 3);
  });

  it('are what a row of numbers is where the task says so', async () => {
    const { summary, cautions } = await explained(classes, {}, { task: 'labels' });
    expect(summary.images[0]?.decision?.kind).toBe('labels');
    expect(cautions.join()).toContain('read as logits, of a sigmoid each');
  });
});

describe('a value', () => {
  it('is found by its output’s name, and is the same within a tolerance', async () => {
    const { summary, page, cautions } = await explained(age, { tolerance: 0.25 });
    expect(summary.task).toBe('value');
    expect(cautions.join()).toContain('called "age"');
    const [first] = summary.images;
    expect(first?.decision).toMatchObject({ kind: 'value', tolerance: 0.25 });
    expect(first?.decision).toHaveProperty('value', first?.score);
    expect(first).toHaveProperty('probability', undefined);
    expect(first?.methods.map(({ id }) => id)).toEqual(['saliency', 'occlusion']);
    expect(first?.methods[0]).toHaveProperty('deletionArea');
    expect(page).toContain('the same within 0.25');
    expect(summary.notes.join()).toContain('within 0.25 (as given)');
  });

  it('is a logit of two classes where the task says so', async () => {
    const { summary } = await explained(age, {}, { task: 'classes' });
    expect(summary.task).toBe('classes');
    expect(summary.images[0]?.decision).toBeUndefined();
  });

  it('leaves pixels that do not contribute: under noise on them it stays within the tolerance', () =>
    scoped(async (keep) => {
      const loaded = await loadModel(writeModel(age), { runtime: cpu });
      const { classifier } = await keep(subjectsOf(loaded, { tolerance: 0.05 }));
      if (!classifier) throw new Error('no classifier');
      const method = noncontributing({ iterations: 30, draws: 200 });
      const explainer = await keep(method.compile(classifier));
      const half = { ...asked[0]!.image, data: asked[0]!.image.data.map(() => 0.5) };
      const { findings } = await explainer.attribute(half, [1]);
      expect(findings?.[0]?.figures.kept).toBe(1);
    }));
});

describe('a segmentation', () => {
  it('explains the largest class that is not background, where the model sees it', async () => {
    const { found, summary, page } = await explained(segmenter, {}, { classes: ['background', 'cat', 'dog'] });
    expect(summary.task).toBe('segmentation');
    for (const { decision, target } of summary.images) {
      if (decision?.kind !== 'segmentation') throw new Error('no segmentation');
      const [largest] = decision.classes.filter(({ label }) => label !== 'background');
      expect(target).toBe(`${largest?.label} where it sees “${largest?.label}”`);
      expect(decision.classes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(decision).not.toHaveProperty('classAt');
    }
    expect(found.images.map(({ image }) => image.name)).toEqual(['image 0', 'image 1']);
    expect(page).toContain('What it sees where');
    expect(page).toContain('colours are those of the table');
  });

  it('explains an image that comes twice twice', () =>
    scoped(async (keep) => {
      const subjects = await keep(subjectsOf(await loadModel(writeModel(segmenter), { runtime: cpu })));
      const [first] = asked;
      const found = await explainImages(subjects, [first!, ...asked, first!], { methods: [saliency()], checks: false });
      expect(found.images.map(({ image }) => image.name).sort()).toEqual(['image 0', 'image 0', 'image 0', 'image 1']);
    }));

  it('explains a class within a mask, the same of all images', async () => {
    const values = new Uint8Array(64).fill(1, 0, 16);
    const readMask = async () => ({ height: 8, width: 8, values });
    const { summary } = await explained(segmenter, { target: 'class:2@m.png', readMask });
    expect(summary.images.map(({ target }) => target)).toEqual(Array(2).fill('2 within the mask m.png'));
  });

  it('leaves out an image where the class is nowhere, and says what to do', async () => {
    const kept = convolvedModel('out', (builder, x) => {
      const offset = builder.constant({ type: 'float32', dims: [1, 3, 1, 1], data: Float32Array.of(0, 0, -100) });
      return builder.ops.Add(x, offset);
    });
    await expect(explained(kept, { target: 'class:2' })).rejects.toThrow(/Nothing is left|nowhere/);
  });
});

describe('what cannot be explained is refused', () => {
  const box = 'box:1,1,3,3';
  it.each<[string, Model, SubjectOptions, InputSettings, string]>([
    ['a value of a classifier', classes, { target: 'value' }, {}, 'say which is explained, value:COLUMN, 0 to 2'],
    ['a label of a classifier', classes, { target: 'label:1' }, {}, 'no labels of which several may be there'],
    ['a mask for a classifier', classes, { target: 'class:1@m.png' }, {}, 'has no positions'],
    ['a box of a classifier', classes, { target: box }, {}, 'a box needs a detector'],
    ['a label of a segmenter', segmenter, { target: 'label:1' }, {}, 'gives a class for each position'],
    [
      'a class that there is not',
      segmenter,
      { target: 'class:3' },
      {},
      'There is no class "3": give an index from 0 to 2',
    ],
    ['a class of a value', age, { target: '1' }, {}, 'the model gives a value'],
    [
      'a segmentation without positions',
      classes,
      {},
      { task: 'segmentation' },
      'which needs an output with scores at each',
    ],
    [
      'classes where there are positions',
      segmenter,
      {},
      { task: 'classes' },
      'which needs an output with a row of scores',
    ],
    [
      'maps of several sizes, such as the grids of a detector',
      grids,
      {},
      {},
      'not alike:\n  out [n, 3, 4, 4]\n  coarse [n, 3, 2, 2]\nSay which is a segmentation with --output NAME',
    ],
    ['a slice of no output', classes, { target: 'other[0]' }, {}, 'no such output; it has out'],
  ])('%s', async (_, model, options, input, message) => {
    const loaded = await loadModel(writeModel(model), { runtime: cpu, input });
    await expect(subjectsOf(loaded, options)).rejects.toThrow(message);
  });
});
