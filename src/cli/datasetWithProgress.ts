import type { Dataset } from '../datasets/dataset.ts';
import { type OpenOptions, openDataset } from '../datasets/openDataset.ts';
import { interruption } from './interruption.ts';
import type { Progress } from './progress.ts';

/** Opens a data set; where it takes long (a download, many pictures), the progress is shown in tenths. */
export async function datasetWithProgress(
  where: string,
  options: Omit<OpenOptions, 'onProgress'>,
  progress: Progress,
): Promise<Dataset> {
  let shown = '';
  try {
    return await openDataset(where, {
      signal: interruption,
      ...options,
      onProgress({ what, done, total, unit }) {
        const tenth = Math.floor((10 * done) / total);
        if (shown === `${what} ${tenth}`) return;
        shown = `${what} ${tenth}`;
        progress.update(tenth, 10, unit === 'bytes' ? `${what} (${(total / 1e6).toFixed(1)} MB)` : what);
      },
    });
  } finally {
    progress.finish();
  }
}
