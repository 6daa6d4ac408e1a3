import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { type Extraction, extractRules, type RuleImages, type RuleSettings } from './extractRules.ts';
import { seenImages } from './featureData.ts';
import { judgeRules, type RuleFigures } from './judgeRules.ts';

export interface FoundRules {
  readonly extraction: Extraction;
  readonly figures: RuleFigures;
  /** For extraction and selection. */
  readonly seconds: number;
}

/** Extracts a classifier's rules, and then reads the test images once to judge them. @throws as `extractRules` */
export async function findRules(
  classifier: Classifier,
  images: RuleImages & { readonly test: LabelledImages },
  settings: RuleSettings = {},
): Promise<FoundRules> {
  const start = performance.now();
  const extraction = await extractRules(classifier, images, settings);
  const seconds = (performance.now() - start) / 1000;
  settings.onStep?.('Test images');
  const figures = judgeRules(extraction, await seenImages(classifier, extraction.head, images.test));
  return { extraction, figures, seconds };
}
