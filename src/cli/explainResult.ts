import type { ExplainSummary } from '../app/explainSummary.ts';
import type { Subjects } from '../app/subjects.ts';
import { wordsIn } from '../language/words.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { explainWords, preprocessingNote } from './explainWords.ts';
import { UsageError } from './flags.ts';
import { gateInWords, gateOf } from './gate.ts';
import { interruptedStatus } from './interruption.ts';
import { languageFrom } from './languageFlag.ts';
import type { Progress } from './progress.ts';
import { printJson, printWords } from './streams.ts';

/** What `konkyo explain` is to print and to save. */
interface ResultFlags {
  readonly json?: boolean;
  readonly save?: string;
  readonly lang?: string;
  readonly failOn?: string;
}

/** Prints what was found, and sets the exit status where a map did not pass or a signal came. */
export async function printSummary(summary: ExplainSummary, flags: ResultFlags, progress: Progress): Promise<void> {
  const words = wordsIn(languageFrom(flags.lang));
  const note = preprocessingNote(summary, words);
  if (note !== undefined) progress.message(words.command.note(note));
  for (const { name, saturated, tie } of summary.images) {
    if (tie) progress.message(words.command.note(words.command.tie(name)));
    if (saturated) progress.message(words.command.note(words.command.saturated(name)));
  }
  const gate = flags.failOn === undefined ? undefined : gateOf(summary, flags.failOn);
  await (flags.json === true ? printJson({ ...summary, gate }) : printWords(explainWords(summary, words)));
  if (gate?.passed === false) {
    progress.message(gateInWords(gate));
    process.exitCode = 1;
  }
  if (summary.interrupted) {
    progress.message(interruptedWords(summary.interrupted, words));
    process.exitCode = interruptedStatus();
  }
}

/** A zip archive has no room for more than 4 GB; it is made in memory. */
const mostSavedBytes = 2 ** 31;
/** Maps that `--json` describes: it is printed as one text. */
const mostDescribedMaps = 500_000;

/** @throws UsageError before any work where a result would be too large to be written. */
export function checkSizes(images: number, methods: number, { input }: Subjects, { save, json }: ResultFlags): void {
  const maps = images * methods;
  const what = `(${images} images x ${methods} methods)`;
  // Beside a map of each method, the image and the map of why it and not the second.
  const saved = 4 * (maps + 2 * images) * input.height * input.width * input.channels;
  if (save !== undefined && saved > mostSavedBytes) {
    throw new UsageError(
      `--save would hold ${(saved / 1e9).toFixed(1)} GB ${what}, and takes at most ${(mostSavedBytes / 1e9).toFixed(1)} GB: explain fewer images or methods at a time.`,
    );
  }
  if (json === true && maps > mostDescribedMaps) {
    throw new UsageError(
      `--json would describe ${maps} maps ${what}, and takes at most ${mostDescribedMaps}: explain fewer images or methods at a time.`,
    );
  }
}
