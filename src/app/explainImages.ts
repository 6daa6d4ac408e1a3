import { isKonkyoError, type KonkyoError } from '../konkyoError.ts';
import { InterruptedWorkError } from '../progress.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { keptTo, usualBaseline } from './baseline.ts';
import { methodsFor } from './defaultMethods.ts';
import { explainAlike } from './explainAlike.ts';
import type { ExplainedImages, ExplainedStep, ExplainImagesOptions, FoundImage } from './explained.ts';
import type { AskedImage, Part } from './explainedPart.ts';
import { type Refusals, refusalsOf } from './leftOut.ts';
import { asSubjects, type Explainable, type Subject, type Subjects } from './subjects.ts';

/**
 * Explains images as `konkyo explain` does: maps by every method, checks of the maps, deciding regions and filters, fired
 * rules. What cannot be done is left out and said; a signal ends it after the method under way, and what is done is given.
 * For a page, pictures and figures of the result see `reportView`, `reportFiles` and `explainSummary`.
 * @throws NothingExplainedError, or the reason of the only method or image, if nothing is left; RuleFileError
 */
export async function explainImages(
  explainable: Explainable,
  images: readonly NamedImage[],
  options: ExplainImagesOptions = {},
): Promise<ExplainedImages> {
  const refusals = refusalsOf(options.message);
  const found = await explainPart(asSubjects(explainable, options.target), images, options, refusals);
  if (!found) throw nothingDone(refusals, options.signal);
  return found;
}

export function nothingDone(refusals: Refusals, signal: AbortSignal | undefined): KonkyoError {
  return signal?.aborted
    ? new InterruptedWorkError('Interrupted: nothing was explained yet, and nothing is written.')
    : refusals.asError();
}

/** Explains some of the images of a whole. @returns nothing where none of them could be explained. */
export async function explainPart(
  subjects: Subjects,
  given: readonly NamedImage[],
  options: ExplainImagesOptions,
  refusals: Refusals,
): Promise<ExplainedImages | undefined> {
  const groups = new Map<Subject, AskedImage[]>();
  const asked: AskedImage[] = [];
  for (const image of given) {
    try {
      const found = (await subjects.several?.(image)) ?? [{ ...(await subjects.of(image)), name: image.name }];
      for (const { subject, decided, name } of found) {
        const one = { ...image, name, decided };
        asked.push(one);
        groups.set(subject, [...(groups.get(subject) ?? []), one]);
      }
    } catch (error) {
      if (!isKonkyoError(error)) throw error;
      refusals.add({ image: image.name, error }, given.length);
    }
  }
  const placeOf = ({ image: { name, image } }: FoundImage) =>
    asked.findIndex((one) => one.name === name && one.image === image);
  const wholeOf = (parts: readonly Part[]): ExplainedImages | undefined => {
    const [first] = parts;
    if (!first) return undefined;
    const only = <T>(lists: readonly (readonly T[])[]) => [...new Set(lists.flat())];
    const methods = new Map(parts.flatMap((part) => part.methods.map((method) => [method.id, method] as const)));
    return {
      ...first,
      task: subjects.task,
      images: parts.flatMap((part) => part.images).toSorted((a, b) => placeOf(a) - placeOf(b)),
      methods: [...methods.values()],
      leftOut: refusals.summary(),
      notes: [...refusals.notes(), ...only(parts.map(({ notes }) => notes))],
      unasked: only(parts.map(({ unasked }) => unasked)),
      missing: only(parts.map(({ missing }) => missing)),
    };
  };
  const parts: Part[] = [];
  for (const [subject, images] of groups) {
    // What was refused as a whole would be refused again.
    const { classifier } = subject;
    const { baseline = usualBaseline(classifier.input) } = options;
    const methods = keptTo(baseline, methodsFor(options.methods, classifier)).filter(
      (method) => groups.size === 1 || !refusals.has(method),
    );
    const onFound = async (part: Part, step: ExplainedStep) => {
      const found = wholeOf([...parts, part]);
      if (found) await options.onFound?.(found, step);
    };
    const part = await explainAlike(subject, images, { ...options, baseline, methods, onFound }, refusals);
    if (part) parts.push(part);
    await subjects.done?.(subject);
  }
  return wholeOf(parts);
}
