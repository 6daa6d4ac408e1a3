import type { Classifier } from '../model/classifier.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { type ExplainedImages, explainImages } from './explainImages.ts';
import { type ExplainSummary, explainSummary, mapArchive } from './explainSummary.ts';
import type { ImageSource } from './imageSources.ts';
import { writeManyImages } from './manyImages.ts';
import type { WriteReportOptions } from './reportOutput.ts';
import { type ReportNames, reportFiles, reportView } from './reportView.ts';

/** So many images are explained on one page; more have a page each. */
const mostOnAPage = 20;
/** A page with more than this in its maps is more than browsers show. */
const mostBytesOnAPage = 200e6;

/**
 * Explains images and writes what `konkyo explain` writes: few on one page, for which everything is computed before the first
 * file is written; of many, each on a page of its own as soon as it is explained, and an index.
 * @throws as `explainImages`
 */
export async function writeReport(
  classifier: Classifier,
  sources: readonly ImageSource[],
  options: WriteReportOptions,
): Promise<ExplainSummary> {
  const { height, width } = classifier.input;
  const bytes = 3 * sources.length * options.methods.length * height * width;
  const isMany = sources.length > mostOnAPage || (sources.length > 1 && bytes > mostBytesOnAPage);
  if (isMany) return writeManyImages(classifier, sources, options);
  const images: NamedImage[] = [];
  for (const source of sources) images.push(await source.read());
  const found = await explainImages(classifier, images, options);
  return writeFound(found, options);
}

/** Writes what was found on one page, and the maps as arrays where they are wanted. */
export async function writeFound(
  found: ExplainedImages,
  options: Pick<WriteReportOptions, 'output' | 'pictures' | keyof ReportNames>,
): Promise<ExplainSummary> {
  const { output } = options;
  await output.writeArrays?.(
    mapArchive(
      found.methods,
      found.images.map(({ explanation }) => explanation),
    ),
  );
  const files = reportFiles(reportView(found, options), options);
  let page = '';
  for (const file of files) page = await output.write(file);
  await output.finish?.(files.map(({ name }) => name));
  return explainSummary(found, page);
}
