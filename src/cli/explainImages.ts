import type { NamedImage } from '../report/explanation/explainedView.ts';
import { runExplainJob } from './explainJob.ts';
import { type ExplainManyJob, explainMany } from './explainMany.ts';
import type { ExplainSummary } from './explainSummary.ts';
import { UsageError } from './usageError.ts';

/** So many images are explained on one page; more have a page each. */
const mostOnAPage = 20;
/** A page with more than this in its maps is more than browsers show. */
const mostBytesOnAPage = 200e6;

/** A zip archive has no room for more than 4 GB; it is made in memory. */
const mostSavedBytes = 2 ** 31;
/** Maps that `--json` describes: it is printed as one text. */
const mostDescribedMaps = 500_000;

/**
 * Explains the images of a command: few on one page, many with a page each.
 * @throws UsageError before any work where a result would be too large to be written.
 */
export async function explainImages(job: ExplainManyJob, asJson: boolean): Promise<ExplainSummary> {
  const { sources, methods, classifier, save } = job;
  const { height, width, channels } = classifier.input;
  const maps = sources.length * methods.length;
  const saved = 4 * maps * height * width * channels;
  if (save !== undefined && saved > mostSavedBytes) {
    throw new UsageError(
      `--save would hold ${(saved / 1e9).toFixed(1)} GB (${sources.length} images x ${methods.length} methods), and takes at most ${(mostSavedBytes / 1e9).toFixed(1)} GB: explain fewer images or methods at a time.`,
    );
  }
  if (asJson && maps > mostDescribedMaps) {
    throw new UsageError(
      `--json would describe ${maps} maps (${sources.length} images x ${methods.length} methods), and takes at most ${mostDescribedMaps}: explain fewer images or methods at a time.`,
    );
  }
  const isMany = sources.length > mostOnAPage || (sources.length > 1 && 3 * maps * height * width > mostBytesOnAPage);
  if (isMany) return explainMany(job);
  const images: NamedImage[] = [];
  for (const source of sources) images.push(await source.read());
  return runExplainJob({ ...job, images });
}
