import type { Dataset } from '../../datasets/dataset.ts';
import type { Classifier } from '../../model/classifier.ts';
import { stopIfAborted, stoppable } from '../../progress.ts';
import { renderPage } from '../../report/page/page.ts';
import { provenanceOf } from '../../report/page/provenanceView.ts';
import type { Study, StudyOptions } from '../study.ts';
import { analyseFilters, type FilterAnalysis, type FilterSettings, filterDefaults } from './filterAnalysis.ts';
import { type FilterSummary, filterSummary } from './filterSummary.ts';
import { fillWords, filtersView } from './page/filtersView.ts';
import { filtersPage } from './page/page.ts';

/**
 * What `konkyo filters` does: which filters carry each class, whether that holds, and which regions decide.
 * @throws as `analyseFilters`; InterruptedWorkError
 */
export async function studyFilters(
  classifier: Classifier,
  dataset: Dataset,
  options: StudyOptions & Partial<FilterSettings>,
): Promise<Study<FilterAnalysis, FilterSummary>> {
  const {
    images = filterDefaults.images,
    regionImages = filterDefaults.regionImages,
    fill = filterDefaults.fill,
    seed = filterDefaults.seed,
    side,
  } = options;
  const settings = { images, regionImages, side, fill, seed };
  const found = await analyseFilters(classifier, dataset, settings, stoppable(options));
  stopIfAborted(options.signal);
  return {
    found,
    summary: filterSummary(found),
    files: [{ name: 'index.html', contents: pageOf(found, options) }],
  };
}

function pageOf(analysis: FilterAnalysis, { modelName, command }: StudyOptions): string {
  const { settings, network, notes } = analysis;
  const provenance = provenanceOf(network.classifier, { file: modelName, notes, command });
  const rows = [
    { label: 'Training images a class', value: String(settings.images) },
    { label: 'Test images a class, regions', value: String(settings.regionImages) },
    { label: 'Occluded regions', value: fillWords(settings.fill) },
    { label: 'Seed', value: String(settings.seed) },
  ];
  const view = filtersView(analysis, {
    title: `${modelName}: filters and regions`,
    provenance: { ...provenance, settings: [...rows, ...provenance.settings] },
  });
  return renderPage(filtersPage(view));
}
