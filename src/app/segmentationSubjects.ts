import { inputCautions } from '../model/cautions.ts';
import { InvalidTargetError } from '../model/errors.ts';
import type { LoadedModel } from '../model/loadModel.ts';
import { readAs } from '../model/reading/reading.ts';
import { type RegionMask, regionReading } from '../model/reading/region.ts';
import { type TargetText, targetWritten } from '../model/targetText.ts';
import { decidePixels } from '../model/task/decide.ts';
import type { SegmentationDecision } from '../model/task/decision.ts';
import { isBackground, type PixelClasses, pixelClassCount, pixelClassName } from '../model/task/pixelClasses.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import type { Subject, Subjects } from './subjects.ts';

/**
 * Of each image, a class's mean score within a region. Without a target that is the class with the most positions that is not
 * background (where there is nothing else, background), where the model itself sees it; a class that is named, the same way or within
 * a mask, which is then the same region of all images.
 */
export async function segmentationSubjects(
  loaded: LoadedModel,
  pixels: PixelClasses,
  target: TargetText,
  readMask: ((name: string) => Promise<RegionMask>) | undefined,
): Promise<Subjects> {
  const { classes } = loaded.input;
  const asked = askedClass(target, pixels, classes);
  const whole = asked?.mask === undefined ? undefined : await maskSubject(asked.mask, asked.of);

  async function maskSubject(name: string, of: number): Promise<Subject> {
    if (!readMask) throw new InvalidTargetError(`"${targetWritten(target)}": there is nothing here that reads masks.`);
    return regionSubject(await readMask(name), of, { id: name, words: `within the mask ${name}` });
  }

  async function regionSubject(mask: RegionMask, of: number, named: { readonly id: string; readonly words: string }) {
    const reading = regionReading(pixels, classes, mask, named);
    const classifier = await readAs(loaded, reading);
    return { classifier, target: () => of, explained: `The maps explain ${reading.words}.` };
  }

  async function decide({ image }: NamedImage): Promise<SegmentationDecision> {
    const { [pixels.output]: output } = await loaded.outputsOf(image);
    if (!output) throw new InvalidTargetError(`The model gives no "${pixels.output}".`);
    return decidePixels(pixels, output, classes);
  }

  return {
    task: 'segmentation',
    input: loaded.input,
    cautions: [...loaded.cautions, ...inputCautions(loaded.input)],
    async of(image) {
      const decided = await decide(image);
      if (whole) return { subject: whole, decided };
      const of = asked?.of ?? mainClass(decided, classes);
      const label = pixelClassName(of, pixels, classes);
      if (!decided.classes.some(({ index }) => index === of)) {
        throw new InvalidTargetError(
          `The model sees “${label}” nowhere in ${image.name}, so that there is no region of it to explain: name one with a mask, class:${label}@MASK.png.`,
        );
      }
      const { height, width, classAt } = decided;
      const mask = { height, width, values: Uint8Array.from(classAt, (own) => Number(own === of)) };
      return { subject: await regionSubject(mask, of, { id: label, words: `where it sees “${label}”` }), decided };
    },
    async done(subject) {
      if (subject !== whole) await subject.classifier.release();
    },
    async release() {
      await whole?.classifier.release();
    },
  };
}

/** The class with the most positions that is not background, where there is one. */
function mainClass({ classes }: SegmentationDecision, names: readonly string[] | undefined): number {
  const [largest] = classes;
  return (classes.find(({ index }) => !isBackground(index, names)) ?? largest)?.index ?? 0;
}

interface AskedClass {
  readonly of: number;
  readonly mask?: string;
}

/** @throws InvalidTargetError for a class that there is not, and for targets of other tasks. */
function askedClass(
  target: TargetText,
  pixels: PixelClasses,
  classes: readonly string[] | undefined,
): AskedClass | undefined {
  if (target.kind === 'class' && target.text === 'predicted') return undefined;
  if (target.kind !== 'class' && target.kind !== 'region') {
    throw new InvalidTargetError(
      `"${targetWritten(target)}" cannot be explained: the model gives a class for each position. Name one: class:NAME, or class:NAME@MASK.png.`,
    );
  }
  const [name, mask] = target.kind === 'class' ? [target.text, undefined] : [target.of, target.mask];
  const count = pixelClassCount(pixels);
  const names = Array.from({ length: count }, (_, k) => pixelClassName(k, pixels, classes));
  const named = names.indexOf(name);
  const of = named >= 0 ? named : /^\d+$/.test(name) ? Number(name) : count;
  if (of < count) return { of, mask };
  throw new InvalidTargetError(
    `There is no class "${name}": give an index from 0 to ${count - 1} or one of ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' and others' : ''}; of one against another only whole images are explained.`,
  );
}
