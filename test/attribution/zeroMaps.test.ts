import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { deepLift } from '../../src/attribution/gradient/deepLift.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { smoothGrad } from '../../src/attribution/gradient/smoothGrad.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { guidedGradCam } from '../../src/attribution/layers/guidedGradCam.ts';
import type { Method } from '../../src/attribution/method.ts';
import { featureAblation } from '../../src/attribution/perturbation/featureAblation.ts';
import { kernelShap } from '../../src/attribution/perturbation/kernelShap.ts';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import { rise } from '../../src/attribution/perturbation/rise.ts';
import { checkMaps } from '../../src/faithfulness/checkMaps.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { explainedImage } from '../../src/report/explanation/explainedView.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';

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

  it('of a score that is the same whatever is masked, with no rounding taken for a finding', async () => {
    const constant = await network((builder, x) =>
      builder.ops.Add(builder.ops.Mul(x, builder.scalar(0)), builder.scalar(1.7)),
    );
    const methods = [
      occlusion(),
      rise({ cells: 3, samples: 50 }),
      kernelShap({ grid: 3 }),
      featureAblation({ grid: 3 }),
    ];
    for (const method of methods) {
      expect(await mapOf(constant, method)).toMatchObject({
        zero: true,
        notes: expect.stringContaining('0 everywhere'),
      });
    }
    await constant.release();
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
