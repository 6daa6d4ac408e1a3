import { describe, expect, it } from 'vitest';
import { deepLift } from '../../src/attribution/deepLift.ts';
import { explain } from '../../src/attribution/explain.ts';
import { gradCam } from '../../src/attribution/gradCam.ts';
import { guidedGradCam } from '../../src/attribution/guidedGradCam.ts';
import { inputXGradient } from '../../src/attribution/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/integratedGradients.ts';
import type { Method } from '../../src/attribution/method.ts';
import { occlusion } from '../../src/attribution/occlusion.ts';
import { saliency } from '../../src/attribution/saliency.ts';
import { smoothGrad } from '../../src/attribution/smoothGrad.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { checkMaps } from '../../src/evaluation/checkMaps.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { explainedImage } from '../../src/report/explainedView.ts';
import { dense, images, load, weights } from '../classifier/smallClassifiers.ts';
import { built, value } from '../onnx/smallModels.ts';

const image = images(1, [1, 6, 6]);
const bySlopes: readonly Method[] = [
  saliency(),
  inputXGradient(),
  smoothGrad({ samples: 4 }),
  integratedGradients(),
  gradCam(),
  guidedGradCam(),
];

/** A convolution to two channels, `behind` it, then three classes. */
function network(behind: (builder: GraphBuilder, x: string) => string): Promise<Classifier> {
  return load(
    built(value('x', ['n', 1, 6, 6]), ['n', 3], (builder, x) => {
      const filtered = builder.add('Conv', [x, builder.constant(weights([2, 1, 3, 3]))]);
      return dense(builder, builder.ops.Reshape(behind(builder, filtered), builder.ints([0, 32])), 32, 3);
    }),
  );
}

async function mapOf(classifier: Classifier, method: Method) {
  const explainer = await method.compile(classifier);
  const { values, notes = [] } = await explainer.attribute(image, [1]);
  await explainer.release();
  return { zero: values.data.every((one) => one === 0), notes: notes.join(' ') };
}

const steps: Readonly<Record<string, (builder: GraphBuilder, x: string) => string>> = {
  Sign: ({ ops }, x) => ops.Sign(x),
  Round: (builder, x) => builder.add('Round', [x]),
  Greater: (builder, x) => builder.add('Cast', [builder.ops.Greater(x, builder.scalar(0))], { to: 1 }),
};

describe.each(Object.entries(steps))('a network whose way leads over %s', (name, behind) => {
  it.each(bySlopes.map((method) => ({ id: method.id, method })))(
    '$id is 0, says why, and what to use',
    async ({ method }) => {
      const classifier = await network(behind);
      const { zero, notes } = await mapOf(classifier, method);
      expect(zero).toBe(true);
      expect(notes).toMatch(new RegExp(`steps have no slope.*1 ${name} \\(${name} .*occlusion, RISE or KernelSHAP`));
      await classifier.release();
    },
  );
});

describe('other maps that are 0 everywhere', () => {
  it('of units that are off', async () => {
    const off = await network((builder, x) => builder.add('Relu', [builder.ops.Sub(x, builder.scalar(100))]));
    expect(await mapOf(off, saliency())).toMatchObject({ zero: true, notes: expect.stringContaining('no slope that') });
    expect((await mapOf(off, occlusion())).notes).toContain('none of the changes to the image changed the score');
    await off.release();
  });

  it('are not said to be zero, or to have no slope, where they are not', async () => {
    const classifier = await network((builder, x) => builder.add('Relu', [x]));
    for (const method of [saliency(), occlusion()]) expect((await mapOf(classifier, method)).notes).toBe('');
    const signs = await network(steps.Sign!);
    // A difference passes where no slope does.
    expect(await mapOf(signs, deepLift())).toEqual({ zero: false, notes: 'Rescale rule: 1 Sign.' });
    await Promise.all([classifier.release(), signs.release()]);
  });

  it('are not called good: neither their sum of nothing, nor an order that they do not give', async () => {
    const classifier = await network((builder, x) => builder.ops.Mul(x, builder.scalar(0)));
    const [checked] = await checkMaps(
      classifier,
      [image],
      await explain(classifier, image, [integratedGradients(), saliency()]),
    );
    for (const map of checked!.maps) {
      expect(map.checks).toBeUndefined();
      expect(map.unchecked).toContain('same value everywhere');
    }
    const { maps } = explainedImage(classifier, { name: 'x', image }, checked!, 0);
    expect(maps[0]?.figures).toEqual([
      expect.objectContaining({ verdict: 'neutral', value: 'nothing to add up (sum 0, score difference 0)' }),
    ]);
    await classifier.release();
  });
});
