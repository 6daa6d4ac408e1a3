import * as v from 'valibot';
import { issueWords } from '../issueWords.ts';
import { isFloat } from '../onnx/elementType.ts';
import type { ValueInfo } from '../onnx/graph.ts';
import { detectionSchema } from './detection/detectionSettings.ts';
import { InputDescriptionError, UnsuitableModelError } from './errors.ts';
import type { InputSettings } from './inputSettings.ts';
import type { NumberDescription } from './numberDescription.ts';
import { tasks } from './task/task.ts';

/**
 * How pixels become model input: value = (pixel * scale - mean) / std, per channel, with pixels 0..255.
 * The model's own input range is that of pixels 0 and 255. A signal or a table is described as an image of one row whose pixels
 * are the model's own input (scale 1, mean 0, std 1); what its numbers were before is said by `numbers`.
 */
export interface InputDescription {
  readonly layout: 'NCHW' | 'NHWC';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The order in which the model takes colours. */
  readonly order: 'RGB' | 'BGR';
  readonly scale: number;
  /** One number for each channel, in the model's order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Names of the classes by index; the index itself where there is no name. */
  readonly classes?: readonly string[];
  /** The shape that one image has in the model's file, where it is another: an array may come in it. */
  readonly inFile?: readonly number[];
  /** Of a signal [c, length], which is [c, 1, length] here, or a table's row [features], [1, 1, features]. Absent for an image. */
  readonly numbers?: NumberDescription;
}

const finite = v.pipe(v.number(), v.finite());
const perChannel = v.union([finite, v.array(finite)]);
const length = v.pipe(v.number(), v.integer(), v.minValue(1));
const ofOne = v.strictObject({
  layout: v.optional(v.picklist(['NCHW', 'NHWC'])),
  size: v.optional(v.union([length, v.tuple([length, length])])),
  order: v.optional(v.picklist(['RGB', 'BGR'])),
  scale: v.optional(v.pipe(finite, v.notValue(0))),
  mean: v.optional(perChannel),
  std: v.optional(perChannel),
  classes: v.optional(v.array(v.string())),
  kind: v.optional(v.picklist(['image', 'signal', 'table'])),
  features: v.optional(v.array(v.string())),
});
const schema = v.strictObject({
  ...ofOne.entries,
  task: v.optional(v.picklist(tasks)),
  detection: v.optional(detectionSchema),
  scores: v.optional(v.picklist(['logits', 'numbers'])),
  inputs: v.optional(v.record(v.string(), ofOne)),
});

export type { InputSettings } from './inputSettings.ts';

type Sources = Readonly<Record<Exclude<keyof InputSettings, 'inputs'>, string>>;

/** Where each setting came from, in words for a report; what most models do not have only where it was said. */
export type SettingSources = Omit<Sources, 'kind' | 'features' | 'task' | 'detection' | 'scores'> & Partial<Sources>;

const byDefault = 'default';
const byModel = 'declared by the model';

/** Whether a setting's source is nobody: it is assumed. */
export function isDefault(source: string): boolean {
  return source === byDefault;
}

/** What is given comes from `given`; all else follows from what the model declares of its input, or is a default. */
export function settingSources({ type }: ValueInfo, given: Partial<SettingSources>): SettingSources {
  return {
    layout: byModel,
    size: byModel,
    order: byDefault,
    scale: type === 'uint8' || type === 'int8' ? byModel : byDefault,
    mean: type === 'int8' ? byModel : byDefault,
    std: byDefault,
    classes: byDefault,
    ...given,
  };
}

/**
 * Settings from the text of a MODEL.konkyo.json file.
 * @throws InputDescriptionError naming the field that is wrong.
 */
export function parseInputSettings(text: string, file: string): InputSettings {
  let json: unknown;
  try {
    // A byte order mark is no part of the text.
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new InputDescriptionError(`${file} is not valid JSON: ${String(cause)}`, { cause });
  }
  return checkedSettings(json, file);
}

/**
 * Settings from anywhere else, a value as JSON has them.
 * @throws InputDescriptionError naming the field that is wrong.
 */
export function checkedSettings(json: unknown, where: string): InputSettings {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const entries = issue.path?.[0].key === 'detection' ? detectionSchema.entries : schema.entries;
  throw new InputDescriptionError(`${where}: ${issueWords(issue)}. The fields are ${Object.keys(entries).join(', ')}.`);
}

const isImageChannels = (dim: unknown) => dim === 1 || dim === 3;

/**
 * The whole description of a model input from its declared shape and what the user says; what neither says is
 * a default: RGB, pixels scaled to 0..1 (integers: as they are, 0..255), no normalisation.
 * @throws UnsuitableModelError, InputDescriptionError
 */
export function describeInput(input: ValueInfo, settings: InputSettings): InputDescription {
  const { dims = [] } = input;
  const layout = settings.layout ?? (!isImageChannels(dims[1]) && isImageChannels(dims[3]) ? 'NHWC' : 'NCHW');
  const [c, h, w] = layout === 'NCHW' ? [dims[1], dims[2], dims[3]] : [dims[3], dims[1], dims[2]];
  if (typeof c !== 'number' || (c !== 1 && c !== 3)) {
    throw new UnsuitableModelError(
      `The input "${input.name}" has ${c ?? 'an unknown number of'} channels as ${layout} [${showDims(dims)}]; konkyo takes images with 1 or 3. If the layout is another one, say so with --layout; if its numbers are a signal [n, c, 1, length], with --kind signal.`,
    );
  }
  const integers = !isFloat(input.type);
  const given = typeof settings.size === 'number' ? [settings.size, settings.size] : settings.size;
  const sizeOf = (declared: number | string | undefined, asked: number | undefined, what: string): number => {
    if (typeof declared === 'number' && declared > 0) {
      if (asked !== undefined && asked !== declared) {
        throw new InputDescriptionError(
          `The size given has ${what} ${asked}, but the model's input is fixed at ${declared}.`,
        );
      }
      return declared;
    }
    if (asked === undefined) {
      throw new InputDescriptionError(
        `The model leaves its input's ${what} open ("${input.name}" is [${showDims(dims)}]). Give the size it was trained with: --size HEIGHTxWIDTH, or "size" in MODEL.konkyo.json.`,
      );
    }
    return asked;
  };
  return {
    layout,
    height: sizeOf(h, given?.[0], 'height'),
    width: sizeOf(w, given?.[1], 'width'),
    channels: c,
    order: settings.order ?? 'RGB',
    scale: settings.scale ?? (integers ? 1 : 1 / 255),
    mean: eachChannel(settings.mean ?? (input.type === 'int8' ? 128 : 0), c, 'mean'),
    std: eachChannel(settings.std ?? 1, c, 'std'),
    classes: settings.classes,
  };
}

/**
 * One number for each channel, or feature.
 * @throws InputDescriptionError for another number of them, or a std of 0.
 */
export function eachChannel(
  value: number | readonly number[],
  channels: number,
  name: string,
  what = 'channels',
): readonly number[] {
  const values = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;
  if (values.length !== channels) {
    throw new InputDescriptionError(
      `${name} has ${values.length} numbers, but the model's input has ${channels} ${what}.`,
    );
  }
  if (name === 'std' && values.includes(0)) throw new InputDescriptionError('std must not be 0.');
  return values;
}

/** A declared shape for messages: unknown dimensions by name or as "?". */
export function showDims(dims: readonly (number | string | undefined)[]): string {
  return dims.map((dim) => dim ?? '?').join(', ');
}

/** The shape of one image as the model takes it, without the batch dimension. */
export function imageDims({ layout, channels, height, width }: InputDescription): readonly [number, number, number] {
  return layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
}

/** A description as the settings that give it. */
export function settingsOf(input: InputDescription): InputSettings {
  const { layout, height, width, order, scale, mean, std, classes } = input;
  return {
    layout,
    size: [height, width],
    order,
    scale,
    mean: [...mean],
    std: [...std],
    ...(classes ? { classes: [...classes] } : {}),
  };
}
