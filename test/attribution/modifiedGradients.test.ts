import { describe, expect, it } from 'vitest';
import { deconvolution } from '../../src/attribution/deconvolution.ts';
import { deepLift } from '../../src/attribution/deepLift.ts';
import { gradCam } from '../../src/attribution/gradCam.ts';
import { guidedBackprop } from '../../src/attribution/guidedBackprop.ts';
import { layerConductance } from '../../src/attribution/layerConductance.ts';
import type { Method } from '../../src/attribution/method.ts';
import { loadClassifier } from '../../src/classifier/loadClassifier.ts';
import { runtimes } from '../runtimes.ts';
import { differenceByImage, readReference, referenceModels } from './referenceData.ts';

/** max|ours - reference| <= tolerance x max|reference|: the references' own tolerances. */
const cases: readonly { readonly array: string; readonly method: Method; readonly tolerance: number }[] = [
  { array: 'guided_backprop', method: guidedBackprop(), tolerance: 1e-4 },
  { array: 'deconvolution', method: deconvolution(), tolerance: 1e-4 },
  { array: 'deep_lift', method: deepLift(), tolerance: 1e-4 },
  { array: 'grad_cam_last_conv', method: gradCam(), tolerance: 1e-4 },
  { array: 'layer_conductance_last_conv_50', method: layerConductance({ steps: 50 }), tolerance: 1e-3 },
];

describe.each(runtimes)('agreement with Captum on $name', ({ runtime }) => {
  describe.each(referenceModels)('%s', (model) => {
    const reference = readReference(model);
    const count = reference.targets.length;
    const available = cases.filter(({ array }) => reference.array(array) !== undefined);

    it.each(available)('$array', async ({ array, method, tolerance }) => {
      const classifier = await loadClassifier(reference.bytes, { runtime });
      const explainer = await method.compile(classifier);
      const { values } = await explainer.attribute(reference.images, reference.targets);
      const differences = differenceByImage(values.data, reference.array(array)!, count);
      expect(Math.max(...differences)).toBeLessThan(tolerance);
      await explainer.release();
      await classifier.release();
    });
  });
});
