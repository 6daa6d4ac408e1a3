import type { WorkOptions } from '../progress.ts';
import type { ReportFile } from '../report/page/page.ts';

/** What every study of a model is told beside its settings. */
export interface StudyOptions extends WorkOptions {
  /** What the model is called on the page: its file's name. */
  readonly modelName: string;
  /** The command line that repeats the study, where there is one. */
  readonly command?: string;
}

/** What a study of a model found, as a program reads it and as a page. */
export interface Study<Found, Summary> {
  readonly found: Found;
  /** Plain data without pictures: what the command prints as JSON. */
  readonly summary: Summary;
  /** The page, `index.html`, comes last. */
  readonly files: readonly ReportFile[];
}
