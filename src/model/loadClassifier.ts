import type { Classifier } from './classifier.ts';
import { type LoadModelOptions, openModel } from './loadModel.ts';
import { checkHasScores, findOutput } from './modelOutputs.ts';
import { onlyRows } from './outputShapes.ts';
import { type ReadClassesOptions, readClasses } from './reading/readClasses.ts';

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
  const loaded = await openModel(bytes, options, ({ graph }) => {
    const wanted = findOutput(graph, output);
    checkHasScores(graph, wanted);
    return { wanted: [wanted], check: onlyRows };
  });
  return readClasses(loaded, { explain, isAssumed: output === undefined });
}
