import type { ReportFile } from '../report/page/page.ts';
import type { ExplainImagesOptions } from './explained.ts';
import type { ReportNames } from './reportView.ts';

/** Where a report goes, file by file: a folder, an archive, an upload. */
export interface ReportOutput {
  /** Called before the first file of a report of many pages: an earlier one's pages would be taken for its own. */
  readonly clear?: () => Promise<void>;
  /** @returns where the file is. */
  readonly write: (file: ReportFile) => Promise<string>;
  /** Called last for a report of one page, with the names of its files: others of an earlier one can go. */
  readonly finish?: (written: readonly string[]) => Promise<void>;
  /** Where it is given, the maps are wanted as arrays too: an npz archive, one array a method. */
  readonly writeArrays?: (npz: Uint8Array) => Promise<unknown>;
}

/** What is explained (see ExplainImagesOptions), what the report is called, and where it goes. */
export interface WriteReportOptions extends ExplainImagesOptions, ReportNames {
  readonly output: ReportOutput;
  /** Also a PNG for each map, in `pictures/`. */
  readonly pictures?: boolean;
}
