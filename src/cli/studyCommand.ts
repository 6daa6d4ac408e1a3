import { basename } from 'node:path';
import type { Classifier } from '../model/classifier.ts';
import type { Task } from '../model/task/task.ts';
import type { WorkOptions } from '../progress.ts';
import type { Study, StudyOptions } from '../studies/study.ts';
import { commandLine } from './flags.ts';
import { workOptions } from './interruption.ts';
import { type ModelFlags, modelInputs, rowFrom } from './modelOptions.ts';
import { writeReportFiles } from './output.ts';
import { type OutputTarget, prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

/** The flags that every command of a study has. */
export interface StudyFlags extends ModelFlags {
  readonly out: string;
  readonly json?: boolean;
}

/** What sets the command of one study apart. */
interface StudyCommand<Found, Summary> {
  /** What is written beside the report's folder. */
  readonly targets?: readonly OutputTarget[];
  /** What is read beside the model's files. */
  readonly inputs: readonly (string | undefined)[];
  /** Beside decisions for classes; see `rowFrom`. */
  readonly takes?: readonly Task[];
  /** Throws for a model that the study is not made for, or has not the layer that is asked for: before any images are read. */
  readonly suits?: (classifier: Classifier) => unknown;
  readonly study: (
    classifier: Classifier,
    options: StudyOptions & Required<WorkOptions>,
    progress: Progress,
  ) => Promise<Study<Found, Summary>>;
  /** What is printed: the result, and where its files are, in the study's order. */
  readonly json: (summary: Summary, places: readonly string[]) => object;
  readonly words: (found: Study<Found, Summary>, places: readonly string[], classifier: Classifier) => string;
}

/**
 * What every command of a study does: tries the places it will write to, loads the model and looks whether it suits, runs the
 * study, writes its files and prints its result.
 * @throws OutputError, OverwriteError before any work; what the study throws.
 */
export async function runStudy<Found, Summary>(
  modelPath: string,
  flags: StudyFlags,
  { targets = [], inputs, takes = [], suits, study, json, words }: StudyCommand<Found, Summary>,
): Promise<Study<Found, Summary>> {
  await prepareTargets([{ kind: 'report', path: flags.out }, ...targets], {
    inputs: [...modelInputs(modelPath, flags), ...inputs],
    force: flags.force,
  });
  const progress = progressTo();
  const classifier = await rowFrom(modelPath, flags, takes);
  try {
    await suits?.(classifier);
    const options = { ...workOptions(progress), modelName: basename(modelPath), command: commandLine() };
    const found = await study(classifier, options, progress);
    const places = await writeReportFiles(flags.out, found.files);
    await (flags.json === true ? printJson(json(found.summary, places)) : printWords(words(found, places, classifier)));
    return found;
  } finally {
    progress.finish();
    await classifier.release();
  }
}
