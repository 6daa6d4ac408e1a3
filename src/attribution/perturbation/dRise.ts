import { similarityReading } from '../../model/detection/similarityReading.ts';
import { readAs } from '../../model/reading/reading.ts';
import { together } from '../../runtime/release.ts';
import { MethodOptionError } from '../errors.ts';
import { method } from '../method.ts';
import { baselineOption, seedOption } from '../options.ts';
import { rise } from './rise.ts';

const options = {
  samples: { about: 'random masks', default: 1000, whole: true, min: 1, max: 1_000_000 },
  cells: { about: 'cells along each side of a mask before it is enlarged', default: 16, whole: true, min: 1, max: 100 },
  keep: { about: 'how likely a cell is seen', default: 0.5, whole: false, min: 0.01, max: 0.99 },
  baseline: baselineOption('what is hidden'),
  seed: seedOption,
} as const;

/**
 * D-RISE, Petsiuk et al. 2021, "Black-box explanation of object detectors via saliency maps": RISE of how like the explained box the
 * most similar detection is (see `similarityReading`), in place of a class score. With the paper's masks of 16 x 16 cells, of which
 * it draws 5,000.
 */
export const dRise = method({
  id: 'd-rise',
  title: 'D-RISE',
  about:
    'By how much a detection more like this box is found when a pixel is seen than on average, over many random masks: of boxes only.',
  unit: 'likeness, 0 to 1',
  options,
  create: (settings) => ({
    async compile(classifier) {
      const { box, input } = classifier;
      if (!box) {
        throw new MethodOptionError(
          'd-rise: it compares boxes, and what is explained here is none. It is for detectors: --task detection, or --target box:X1,Y1,X2,Y2; for scores of classes there is rise.',
        );
      }
      const { layout, detection } = box;
      const to = { box: detection.box, probabilities: [...detection.scores] };
      return together(async (keep) => {
        const likeness = await keep(readAs(classifier, similarityReading(layout, input, to)));
        const explainer = await keep(rise(settings).compile(likeness));
        // Whatever class was asked for: the box it was asked with is what is looked for.
        return {
          attribute: (images, targets) =>
            explainer.attribute(
              images,
              targets.map(() => 1),
            ),
        };
      });
    },
  }),
});
