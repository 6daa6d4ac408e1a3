import { type InputSettings, parseInputSettings } from '../model/inputDescription.ts';
import { type Task, tasks } from '../model/task/task.ts';
import { readNamedText } from '../node/namedFile.ts';
import { UsageError } from './flags.ts';

/** Flags that describe the model's input; each wins over the same field in MODEL.konkyo.json. */
export interface InputFlags {
  readonly size?: string;
  readonly kind?: string;
  readonly layout?: string;
  readonly order?: string;
  readonly scale?: string;
  readonly mean?: string;
  readonly std?: string;
  readonly classes?: string;
  readonly task?: string;
  readonly softmax?: boolean;
}

/** @throws UsageError, FileError */
export async function inputSettings(flags: InputFlags): Promise<InputSettings> {
  const { size, kind, layout, order, scale, mean, std, classes, task, softmax } = flags;
  return {
    ...(size === undefined ? {} : { size: parseSize(size) }),
    ...(kind === undefined ? {} : { kind: oneOf('kind', kind, ['image', 'signal', 'table'] as const) }),
    ...(layout === undefined ? {} : { layout: oneOf('layout', layout, ['NCHW', 'NHWC'] as const) }),
    ...(order === undefined ? {} : { order: oneOf('order', order, ['RGB', 'BGR'] as const) }),
    ...(scale === undefined ? {} : { scale: parseScale(scale) }),
    ...(mean === undefined ? {} : { mean: numbers('mean', mean) }),
    ...(std === undefined ? {} : { std: numbers('std', std) }),
    ...(classes === undefined ? {} : { classes: await readClasses(classes) }),
    ...(task === undefined ? {} : { task: taskNamed(task) }),
    ...(softmax === true ? { scores: 'logits' as const } : {}),
  };
}

function parseSize(text: string): number | [number, number] {
  const [, height, width] = /^([1-9]\d*)(?:x([1-9]\d*))?$/.exec(text) ?? [];
  if (height === undefined) throw new UsageError(`--size takes HEIGHTxWIDTH, such as 224x224, not "${text}".`);
  return width === undefined ? Number(height) : [Number(height), Number(width)];
}

function taskNamed(text: string): Task {
  const found = tasks.find((task) => task === text.toLowerCase());
  if (found) return found;
  throw new UsageError(`--task is ${tasks.join(', ')}, not "${text}".`);
}

function oneOf<T extends string>(flag: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value.toUpperCase() === text.toUpperCase());
  if (found) return found;
  throw new UsageError(`--${flag} is ${allowed.join(' or ')}, not "${text}".`);
}

/** A number, or a fraction such as 1/255. */
function parseScale(text: string): number {
  const [numerator, denominator = 1, ...rest] = text.split('/').map(Number);
  const value = (numerator ?? Number.NaN) / denominator;
  if (rest.length > 0 || !Number.isFinite(value) || value === 0)
    throw new UsageError(`--scale takes a number such as 1/255, not "${text}".`);
  return value;
}

function numbers(flag: string, text: string): number | number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.some(Number.isNaN)) throw new UsageError(`--${flag} takes numbers separated by commas, not "${text}".`);
  const [only = 0, ...others] = values;
  return others.length === 0 ? only : values;
}

/** Names one a line, or as a JSON list. */
async function readClasses(path: string): Promise<string[]> {
  const text = await readNamedText(path, 'class names');
  if (/^\s*\[\s*"/.test(text)) {
    const { classes = [] } = parseInputSettings(`{ "classes": ${text} }`, path);
    return classes;
  }
  return text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/);
}
