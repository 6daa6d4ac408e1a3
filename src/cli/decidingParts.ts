import type { Explanation } from '../attribution/explain.ts';
import { isKonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { compileImageFinder } from '../studies/filterPaths/imageFindings.ts';
import { type DecidingView, decidingView } from '../studies/filterPaths/page/decidingView.ts';
import type { Progress } from './progress.ts';

/** What the report says of regions and filters, image by image; why it says nothing, in the notes. */
export interface DecidingParts {
  readonly views: readonly DecidingView[];
  readonly notes: readonly string[];
}

/** Looks for the regions and filters behind each decision; a model it does not work on gives a note instead. */
export async function decidingParts(
  classifier: Classifier,
  images: readonly NamedImage[],
  explanations: readonly Explanation[],
  progress: Progress,
): Promise<DecidingParts> {
  try {
    const finder = await compileImageFinder(classifier);
    try {
      const views: DecidingView[] = [];
      for (const [i, { image, name }] of images.entries()) {
        progress.update(i, images.length, `Regions and filters: ${name}`);
        const findings = await finder.find(image, explanations[i]?.prediction.chosen ?? 0);
        views.push(decidingView(classifier, finder.hider, image, findings));
      }
      progress.update(images.length, images.length, 'done');
      return { views, notes: finder.notes };
    } finally {
      await finder.release();
    }
  } catch (error) {
    if (!isKonkyoError(error) || error.tag === 'interrupted') throw error;
    return { views: [], notes: [`Which regions and filters decided is left out. ${error.message}`] };
  }
}
