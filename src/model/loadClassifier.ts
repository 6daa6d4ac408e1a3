import type { Classifier } from './classifier.ts';
import { UnsuitableModelError } from './errors.ts';
import { type LoadModelOptions, openModel } from './loadModel.ts';
import { checkHasScores, findOutput } from './modelOutputs.ts';
import { onlyRows } from './outputShapes.ts';
import { type ReadClassesOptions, readClasses } from './reading/readClasses.ts';
import type { Task } from './task/task.ts';

/** The runtime, and what the model's file does not say of its input and output. */
export interface LoadOptions extends Omit<LoadModelOptions, 'outputs'>, Pick<ReadClassesOptions, 'explain'> {
  /** The output with the class scores, where the model has several. */
  readonly output?: string;
}

/**
 * Reads an ONNX classifier and makes it ready to be explained: brings it to a current opset, frees its batch dimension,
 * finds the class scores, and proves on probe images that it still computes what it did.
 * @param bytes the contents of the ONNX file.
 * @throws InvalidModelError, ExternalDataError, UnsuitableModelError, InputDescriptionError, NotEquivalentError,
 * SessionError, RunError
 */
export async function loadClassifier(bytes: Uint8Array, options: LoadOptions): Promise<Classifier> {
  const { output, explain } = options;
  refuseOtherTasks(options.input?.task);
  const loaded = await openModel(bytes, options, ({ graph }) => {
    const wanted = findOutput(graph, output);
    checkHasScores(graph, wanted);
    return { wanted: [wanted], check: onlyRows };
  });
  return readClasses(loaded, { explain, isAssumed: output === undefined });
}

/** What a model of another task does in place of deciding for a class. */
const otherTasks: Partial<Readonly<Record<Task, string>>> = {
  value: 'gives a value, and decides between no classes',
  segmentation: 'gives a class for each position',
  detection: 'finds boxes',
};

/** @throws UnsuitableModelError */
function refuseOtherTasks(task: Task | undefined): void {
  const does = task && otherTasks[task];
  if (does === undefined) return;
  throw new UnsuitableModelError(
    `The model ${does}, as its description says ("task": "${task}"), and this needs a row of class scores. What it gives is explained, and the maps checked, by "konkyo explain"; for programs by loadModel and subjectsOf.`,
  );
}
