import type { Dataset } from '../datasets/dataset.ts';
import type { PageView } from '../report/page/page.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { NetworkFor } from './paperNetwork.ts';

/** One of the four papers as an experiment that can be repeated. */
export interface Paper {
  readonly id: 'rules' | 'filters' | 'noncontributing' | 'regions';
  /** Authors, title, year. */
  readonly citation: string;
  /** What the experiment does, in one line. */
  readonly about: string;
  readonly reproduce: (setting: PaperSetting) => Promise<Reproduction>;
}

export interface PaperSetting {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  /** The experiment is run once for each; figures are means over them. */
  readonly seeds: readonly number[];
  /** A short version that takes about a minute, to see that everything works: its figures mean little. */
  readonly quick: boolean;
  /** Also repeat the paper's search for the smallest network; only of papers that have one. */
  readonly search?: boolean;
  /** The paper's network, trained on the data set's training images (or taken from where the user keeps it). */
  readonly network: NetworkFor;
  readonly progress: PaperProgress;
  /** For the page's last part. */
  readonly command?: string;
}

export interface PaperProgress {
  update(done: number, total: number, what: string): void;
  message(text: string): void;
}

export interface Reproduction {
  /** Everything that was set, by name. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly results: readonly PaperResult[];
  readonly page: PageView;
  /** Pictures and tables beside the page, by file name. */
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** One figure of the paper beside ours. Fractions, not percent; seconds. */
export interface PaperResult {
  /** Stable, for scripts: `a1.rules.accuracy`. */
  readonly id: string;
  /** In words. */
  readonly what: string;
  /** Null where the paper gives none. */
  readonly paper: number | null;
  /** The mean over seeds (or images); null where it was not measured, as in a short run. */
  readonly ours: number | null;
  /** Standard deviation over seeds, where there is more than one. */
  readonly spread?: number;
}

/** The mean of a figure over the seeds that gave it, null where none did, and its standard deviation where several did. */
export function overSeeds(values: readonly number[]): Pick<PaperResult, 'ours' | 'spread'> {
  const measured = values.filter(Number.isFinite);
  const [first] = measured;
  if (first === undefined) return { ours: null };
  // Counted from the first, so that equal values have a spread of exactly 0.
  const beyond = measured.map((value) => value - first);
  const mean = beyond.reduce((sum, value) => sum + value, 0) / beyond.length;
  if (beyond.length === 1) return { ours: first };
  const variance = beyond.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (beyond.length - 1);
  return { ours: first + mean, spread: Math.sqrt(variance) };
}
