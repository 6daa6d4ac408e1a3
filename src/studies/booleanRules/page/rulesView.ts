import { type LabelledImages, selectImages } from '../../../datasets/labelledImages.ts';
import { counted } from '../../../language/english/numbers.ts';
import { type Classifier, className } from '../../../model/classifier.ts';
import { sumChannels } from '../../../model/pixels.ts';
import { signedPicture } from '../../../report/drawing/mapPicture.ts';
import { mapScale } from '../../../report/drawing/mapReading.ts';
import { trainingImages } from '../../../training/trainingImages.ts';
import type { Extraction, RuleSet } from '../extractRules.ts';
import { comparedWithFilters, filtersOf } from '../featureFilters.ts';
import { excitingImage, featureGradients, gradientsAround, largestRows } from '../featureImages.ts';
import { isConstant } from '../featureScale.ts';
import type { RuleFigures } from '../judgeRules.ts';
import { ruleLikeness } from '../likeness.ts';
import { literalsOf, termText } from '../term.ts';
import { gradientPicture, meanPicture } from './pictures.ts';
import { rulesOverImages } from './rulesOverImages.ts';
import type { FeatureView, RulesView } from './view.ts';

/** The features that rules mention, ascending. */
function featuresUsed({ terms }: Pick<RuleSet, 'terms'>): readonly number[] {
  const used = new Set(terms.flatMap((term) => literalsOf(term).map(({ variable }) => variable)));
  return [...used].sort((a, b) => a - b);
}

/** Pictures of the features that rules mention, beside their filters where these can be compared with them. */
export async function featureViews(
  classifier: Classifier,
  { features, terms, training, head }: Pick<Extraction, 'features' | 'terms' | 'training' | 'head'>,
  images: LabelledImages,
): Promise<FeatureView[]> {
  const used = featuresUsed({ terms });
  if (used.length === 0) return [];
  const columnOf = (feature: number) => training.columns[feature] ?? new Float32Array();
  const bests = used.map((feature) => selectImages(images, largestRows(columnOf(feature), 1)));
  const bases = bests.map((best) => trainingImages(best, classifier.input, classifier.classCount).images);
  const around = await gradientsAround(classifier, features, used, bases);
  const gradients = await featureGradients(classifier, features, used, images);
  const filters = filtersOf(classifier, head);
  const matches = filters ? comparedWithFilters(filters, gradients, used) : [];
  const matchesAround = filters ? comparedWithFilters(filters, around, used) : [];
  return used.flatMap((feature, i) => {
    const [gradient, best, match] = [gradients[i], around[i], matches[i]];
    if (!gradient || !best) return [];
    const [height = 1, width = 1] = match?.filter.dims ?? [];
    return [
      {
        feature,
        gradient: gradientPicture(gradient.data, classifier),
        values: sumChannels(gradient.data, classifier.input),
        aroundBest: gradientPicture(best.data, classifier),
        exciting: meanPicture(excitingImage(images, columnOf(feature)), images.height, images.width),
        filter: match && {
          picture: signedPicture(match.filter.data, height, width, mapScale(match.filter.data)),
          correlation: match.correlation,
          correlationAroundBest: matchesAround[i]?.correlation ?? 0,
        },
      },
    ];
  });
}

/** @param images of the training data, to which the rules' pictures are compared. */
export async function rulesView(
  classifier: Classifier,
  extraction: Extraction,
  figures: RuleFigures,
  features: readonly FeatureView[],
  images: LabelledImages,
): Promise<RulesView> {
  const { terms, from, candidates, selection, dnfs } = extraction;
  const pictures = new Map(features.map(({ feature, values }) => [feature, values]));
  const likeness = ruleLikeness(terms, (feature) => pictures.get(feature), images);
  const over = await rulesOverImages(classifier, extraction, images);
  return {
    classes: terms.map((term, k) => ({
      label: className(classifier, k),
      literals: literalsOf(term),
      text: termText(term),
      likeness: likeness[k],
      over: over[k],
    })),
    features,
    figures,
    used: from,
    dnfs: dnfs?.map(({ terms: primes, complete }) => ({ terms: primes.map(termText), complete })),
    curve: selection.curve.map((point) => {
      const { literals, training, validation } = point;
      return { literals, training, validation, chosen: point === selection.chosen && from === candidates.kind };
    }),
    notes: rulesNotes(extraction),
  };
}

/** How features became numbers in [0, 1], and which terms could be chosen. */
export function rulesNotes({ head, scales, candidates, from, reading }: Extraction): readonly string[] {
  const constant = scales.filter(isConstant).length;
  return [
    head.inUnitRange
      ? `The ${head.featureCount} features ("${head.features}") come out of a sigmoid and lie in [0, 1] by themselves.`
      : `The ${head.featureCount} features ("${head.features}") were brought to [0, 1] by the range they have on the training images, the outermost hundredth at either end cut off and a tenth of it added.`,
    ...(constant > 0 ? [`${counted(constant, 'feature', 'features')} never changed and took no part.`] : []),
    from !== 'any'
      ? `Every rule is ${from === 'implicants' ? 'an implicant' : 'a prime implicant'} of the Boolean function of its class: where the rule holds at a corner of the 0/1 cube, that function is true whatever the other features are${reading === 'centred' ? ' (the units were read less their mean over the classes)' : ''}.`
      : `The rules were chosen by how they do on the training images and need not be implicants of the network’s units${candidates.kind === 'any' ? `: ${candidates.reason}` : ''}.`,
  ];
}
