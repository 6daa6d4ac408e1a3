import { draftLayout } from '../detection/detector.ts';
import { exportedNames } from '../detection/exportedNames.ts';
import { gridCells } from '../detection/grid.ts';
import { UnsuitableModelError } from '../errors.ts';
import { findScores } from '../findScores.ts';
import type { LoadedModel } from '../loadModel.ts';
import { isRow, type ModelOutput, shapeInWords } from '../outputShapes.ts';
import { type PixelClasses, pixelClasses } from './pixelClasses.ts';
import type { Task } from './task.ts';

/** What a model does, and in which output. */
export type FoundTask = {
  readonly output: ModelOutput;
  /** How that was found out, a sentence to be read before any result; undefined where it was said, or goes without saying. */
  readonly assumption?: string;
} & (
  | { readonly task: Exclude<Task, 'segmentation'> }
  | { readonly task: 'segmentation'; readonly pixels: PixelClasses }
);

/** What exporters call the output of a regression. */
const valueNames = /^(variable|value|age|price|angle|distance|regress(ion|or)?(_output)?|predicted_?value)$/i;

/**
 * What a model does: as its description says (`loaded.task`), else by its outputs' shapes, names and last steps. What ends in several
 * sigmoids gives labels; one number without a sigmoid is a value where its name says so, else a logit; scores for each position of
 * the image are a segmentation.
 * @throws UnsuitableModelError where the outputs do not fit what was said, or nothing fits them.
 */
export function findTask(loaded: LoadedModel): FoundTask {
  const { outputs, task: said, declared } = loaded;
  const boxes = boxTask(loaded);
  if (boxes) return boxes;
  const [first, second] = outputs;
  const fits = outputs.flatMap((output) => {
    const found = byShape(loaded, output);
    return found && (said === undefined || said === found.task || isRowTask(said, found.task)) ? [found] : [];
  });
  const [found] = fits;
  const maps = new Set(fits.flatMap(({ task, output: { dims } }) => (task === 'segmentation' ? [dims.join()] : [])));
  if (maps.size > 1) throw new UnsuitableModelError(severalMaps(outputs));
  const isKnown = second === undefined || (found !== undefined && !isRow(found.output.dims));
  if (found && first && isKnown) {
    if (said !== undefined && said !== 'segmentation') return { output: found.output, task: said };
    if (said !== undefined) return { ...found, assumption: undefined };
    const several =
      second === undefined
        ? ''
        : ` Of the outputs ${outputs.map(({ name }) => name).join(', ')} it was the first that fits.`;
    return { ...found, assumption: found.assumption && `${found.assumption}${several}` };
  }
  if (second && fits.length > 0) {
    throw new UnsuitableModelError(
      `The model has several outputs: ${declared.join(', ')}. Say which holds the class scores with --output NAME.`,
    );
  }
  throw new UnsuitableModelError(unfitWords(outputs, said));
}

/** From so many places on, a table of an unknown kind is taken for boxes. */
const manyPlaces = 1000;

/** Boxes, where they are said to be there, or are likely. */
function boxTask(loaded: LoadedModel): FoundTask | undefined {
  const { outputs, task: said, input, model } = loaded;
  const [output] = outputs;
  if (!output || (said !== undefined && said !== 'detection')) return undefined;
  if (said === 'detection') return { task: 'detection', output };
  const draft = draftLayout(loaded);
  if (!draft) return undefined;
  const isNamed = (input.classes ?? exportedNames(model))?.length === draft.classes;
  const isLikely = draft.name === 'ssd' || draft.name === 'detr' || draft.name === 'nms';
  const isOfGrids = draft.anchors === gridCells(input).length;
  if (!isLikely && !isNamed && !isOfGrids && draft.anchors < manyPlaces) return undefined;
  return {
    task: 'detection',
    output,
    assumption: `The outputs ${outputs.map(shapeInWords).join(', ')} were read as those of a detector, in the layout ${draft.name}. If they are something else, say so with --task, or name the numbers to explain: --target "${output.name}[0, ...]".`,
  };
}

/** A row of numbers may be scores of classes or of labels, or values. */
function isRowTask(said: Task, found: Task): boolean {
  const ofRows: readonly Task[] = ['classes', 'labels', 'value'];
  return ofRows.includes(said) && ofRows.includes(found);
}

function byShape(loaded: LoadedModel, output: ModelOutput): FoundTask | undefined {
  if (isRow(output.dims)) return ofRow(loaded, output);
  const pixels = pixelClasses(loaded, output);
  if (!pixels) return undefined;
  const { classAxis, width, height, columns } = pixels;
  return {
    task: 'segmentation',
    output,
    pixels,
    assumption: `The output "${output.name}" was read as a segmentation: ${width === 1 ? 'a score' : `scores of ${width} classes`} at each of ${height} x ${columns} positions, ${classAxis === 1 ? '[n, classes, height, width]' : '[n, height, width, classes]'}. If it is something else, say so with --task, or name the numbers to explain: --target "${output.name}[0, ...]".`,
  };
}

function ofRow({ model, facts }: LoadedModel, output: ModelOutput): FoundTask {
  const { scores } = findScores(model.graph, output.name, facts);
  if (scores.labels) return { task: 'labels', output };
  const isPlain = scores.width === 1 && scores.before === undefined && !scores.probabilities;
  if (!isPlain || !valueNames.test(output.name)) return { task: 'classes', output };
  return {
    task: 'value',
    output,
    assumption: `The output is called "${output.name}" and has no sigmoid: it was read as a value (a regression), not as a logit of two classes. If it is one, say --task classes.`,
  };
}

/** Maps of several sizes or depths are the grids of a detector as often as they are classes. */
function severalMaps(outputs: readonly ModelOutput[]): string {
  const list = outputs.map((output) => `  ${shapeInWords(output)}`).join('\n');
  const [first] = outputs;
  return `Several outputs could be scores at each position of the image, and they are not alike:\n${list}\nSay which is a segmentation with --output NAME. If they are the grids of a detector, export it with its boxes decoded, or name the numbers to explain: --target "${first?.name ?? 'OUTPUT'}[0, ...]".`;
}

function unfitWords(outputs: readonly ModelOutput[], said: Task | undefined): string {
  const [first] = outputs;
  const list = outputs.map((output) => `  ${shapeInWords(output)}`).join('\n');
  const part = `Any part of an output can be explained as a value: --target "${first?.name ?? 'OUTPUT'}[0, ...]".`;
  if (said === undefined) {
    return `No output has one score a class for each image, [n, classes], or for each position of the image, [n, classes, height, width]:\n${list}\n${part} If it finds boxes, --task detection says how to describe them.`;
  }
  const needs: Readonly<Record<Task, string>> = {
    classes: 'an output with a row of scores, [n, classes]',
    labels: 'an output with a row of scores, [n, labels]',
    value: 'an output with a number, or a row of them, [n, values]',
    segmentation: 'an output with scores at each position of the image, [n, classes, height, width]',
    detection: 'outputs with boxes in a layout that is known',
  };
  return `The task is said to be ${said}, which needs ${needs[said]}; the model gives\n${list}\n${part}`;
}
