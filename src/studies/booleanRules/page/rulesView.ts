import type { LabelledImages } from '../../../datasets/labelledImages.ts';
import { counted } from '../../../language/english/numbers.ts';
import { type Classifier, className } from '../../../model/classifier.ts';
import { toInput } from '../../../model/pixels.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import { mapScale } from '../../../report/drawing/mapReading.ts';
import type { Extraction, RuleSet } from '../extractRules.ts';
import { comparedWithFilters, excitingImage, featureGradients } from '../featureImages.ts';
import { isConstant } from '../featureScale.ts';
import type { RuleFigures } from '../judgeRules.ts';
import { literalsOf, termText } from '../term.ts';
import { gradientPicture, meanPicture } from './pictures.ts';
import type { FeatureView, RulesView } from './view.ts';

/** The features that rules mention, ascending. */
function featuresUsed({ terms }: Pick<RuleSet, 'terms'>): readonly number[] {
  const used = new Set(terms.flatMap((term) => literalsOf(term).map(({ variable }) => variable)));
  return [...used].sort((a, b) => a - b);
}

/**
 * Pictures of the features that rules mention.
 * @param filters [features, 1, h, w], where each feature is the pooled output of one filter that nearly covers the image.
 */
export async function featureViews(
  classifier: Classifier,
  { features, terms, training }: Pick<Extraction, 'features' | 'terms' | 'training'>,
  images: LabelledImages,
  filters?: Tensor<'float32'>,
): Promise<FeatureView[]> {
  const used = featuresUsed({ terms });
  if (used.length === 0) return [];
  const gradients = await featureGradients(classifier, features, used);
  const means = used.map((feature) => excitingImage(images, training.columns[feature] ?? new Float32Array()));
  for (const [i, mean] of means.entries()) {
    if (gradients[i]?.data.some((value) => value !== 0)) continue;
    const [seen] = await featureGradients(
      classifier,
      features,
      used.slice(i, i + 1),
      imageOf(mean, images, classifier),
    );
    if (seen) gradients[i] = seen;
  }
  const matches = filters ? comparedWithFilters(filters, gradients, used) : [];
  return used.flatMap((feature, i) => {
    const gradient = gradients[i];
    const mean = means[i];
    const match = matches[i];
    if (!gradient || !mean) return [];
    const [height = 1, width = 1] = match?.filter.dims ?? [];
    return [
      {
        feature,
        gradient: gradientPicture(gradient.data, classifier),
        exciting: meanPicture(mean, images.height, images.width),
        ...(match
          ? {
              filter: {
                picture: signedPicture(match.filter.data, height, width, mapScale(match.filter.data)),
                correlation: match.correlation,
              },
            }
          : {}),
      },
    ];
  });
}

function imageOf(pixels: Float32Array, { height, width }: LabelledImages, { input }: Classifier) {
  return toInput(meanPicture(pixels, height, width), input);
}

export function rulesView(
  classifier: Classifier,
  extraction: Extraction,
  figures: RuleFigures,
  features: readonly FeatureView[],
): RulesView {
  const { terms, selection } = extraction;
  return {
    classes: terms.map((term, k) => ({
      label: className(classifier, k),
      literals: literalsOf(term),
      text: termText(term),
    })),
    features,
    figures,
    curve: selection.curve.map((point) => {
      const { literals, training, validation } = point;
      return { literals, training, validation, chosen: point === selection.chosen };
    }),
    notes: rulesNotes(extraction),
  };
}

/** How features became numbers in [0, 1], and which terms could be chosen. */
export function rulesNotes({ head, scales, candidates, reading }: Extraction): readonly string[] {
  const constant = scales.filter(isConstant).length;
  return [
    head.inUnitRange
      ? `The ${head.featureCount} features ("${head.features}") come out of a sigmoid and lie in [0, 1] by themselves.`
      : `The ${head.featureCount} features ("${head.features}") were brought to [0, 1] by the range they have on the training images, the outermost hundredth at either end cut off and a tenth of it added.`,
    ...(constant > 0 ? [`${counted(constant, 'feature', 'features')} never changed and took no part.`] : []),
    candidates.kind === 'implicants'
      ? `Every rule is an implicant of the Boolean function of its class: where the rule holds at a corner of the 0/1 cube, that function is true whatever the other features are${reading === 'centred' ? ' (the units were read less their mean over the classes)' : ''}.`
      : `The rules were chosen by how they do on the training images and are not implicants of the network’s units: ${candidates.reason}.`,
  ];
}
