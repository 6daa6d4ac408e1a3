import { wordsIn } from '../language/words.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { mostMethods } from './defaultMethods.ts';
import type { ExplainedImages, ExplainedStep } from './explained.ts';
import { explainImages } from './explainImages.ts';
import { type ExplainSummary, explainSummary } from './explainSummary.ts';
import type { ImageSource } from './imageSources.ts';
import { writeManyImages } from './manyImages.ts';
import type { WriteReportOptions } from './reportOutput.ts';
import { reportFiles, reportView } from './reportView.ts';
import { savedArchive, savedImages } from './savedArrays.ts';
import { asSubjects, type Explainable } from './subjects.ts';

/** So many images are explained on one page; more have a page each. */
const mostOnAPage = 20;
/** A page with more than this in its maps is more than browsers show. */
const mostBytesOnAPage = 200e6;

/**
 * Explains images and writes what `konkyo explain` writes: few on one page, which is written once
 * the maps are made, marked as not whole, and again when all is found; of many, each on a page of its own as soon as it is explained, and an index.
 * @throws as `explainImages`
 */
export async function writeReport(
  explainable: Explainable,
  sources: readonly ImageSource[],
  options: WriteReportOptions,
): Promise<ExplainSummary> {
  const { height, width } = explainable.input;
  const bytes = 3 * sources.length * mostMethods(options.methods) * height * width;
  const isMany = sources.length > mostOnAPage || (sources.length > 1 && bytes > mostBytesOnAPage);
  if (isMany) return writeManyImages(asSubjects(explainable, options.target), sources, options);
  const images: NamedImage[] = [];
  for (const source of sources) images.push(await source.read());
  const { output } = options;
  const pageOf = async (found: ExplainedImages) => {
    const files = reportFiles(reportView(found, options), options);
    let page = '';
    for (const file of files) page = await output.write(file);
    return { page, files };
  };
  // Whatever ends the program while the maps are checked, they are there.
  const onFound = async (found: ExplainedImages, step: ExplainedStep) => {
    if (step !== 'maps') return;
    const { page } = await pageOf(found);
    options.progress?.(0, 1, wordsIn(options.language ?? 'en').command.checksFollow(page));
  };
  const found = await explainImages(explainable, images, { onFound, ...options });
  await output.writeArrays?.(savedArchive(savedImages(found), { methods: found.methods, input: explainable.input }));
  const { page, files } = await pageOf(found);
  await output.finish?.(files.map(({ name }) => name));
  return explainSummary(found, page);
}
