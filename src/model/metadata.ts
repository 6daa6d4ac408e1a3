import * as v from 'valibot';
import { issueWords } from '../issueWords.ts';
import type { Model } from '../onnx/graph.ts';
import { InputDescriptionError } from './errors.ts';

/* Keys of what konkyo writes into the metadata of a model it has trained, and reads from it. */

/** How the model was trained, as JSON. Such a model's output is scores before a softmax. */
export const trainingKey = 'konkyo.training';
/** The names of its classes, as a JSON list. */
export const classesKey = 'konkyo.classes';

/** For reports: where class names are from that `classNamesIn` found. */
export const metadataSource = `the model's metadata (${classesKey})`;

const names = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/**
 * The class names that konkyo's training leaves in a model; undefined where there are none. They are all that a model's
 * metadata says of its input: how pixels become numbers is for the user to say.
 * @throws InputDescriptionError where the metadata is something else than a list of names.
 */
export function classNamesIn({ metadata }: Pick<Model, 'metadata'>): string[] | undefined {
  const text = metadata.get(classesKey);
  if (text === undefined) return undefined;
  const result = v.safeParse(names, text);
  if (result.success) return result.output;
  throw new InputDescriptionError(
    `The model's metadata ${classesKey} is not a JSON list of class names: ${issueWords(result.issues[0])}. Remove it from the model, or write the names there.`,
  );
}
