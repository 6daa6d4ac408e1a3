import { type Array64, type SlowAttributes, SlowOperatorError } from './array64.ts';

const wrongKind = (name: string, wanted: string): SlowOperatorError =>
  new SlowOperatorError(`attribute "${name}" must be ${wanted}`);

/** The numeric attribute `name`, or `undefined` where the node leaves it to its default. */
export function numberOf(attributes: SlowAttributes, name: string): number | undefined {
  const value = attributes[name];
  if (value === undefined || typeof value === 'number') return value;
  throw wrongKind(name, 'a number');
}

export function textOf(attributes: SlowAttributes, name: string): string | undefined {
  const value = attributes[name];
  if (value === undefined || typeof value === 'string') return value;
  throw wrongKind(name, 'a string');
}

export function numbersOf(attributes: SlowAttributes, name: string): readonly number[] | undefined {
  const value = attributes[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongKind(name, 'a list of numbers');
  return value.map((entry: unknown) => {
    if (typeof entry !== 'number') throw wrongKind(name, 'a list of numbers');
    return entry;
  });
}

export function arrayOf(attributes: SlowAttributes, name: string): Array64 | undefined {
  const value = attributes[name];
  if (value === undefined) return undefined;
  if (typeof value === 'object' && 'dims' in value) return value;
  throw wrongKind(name, 'a tensor');
}

/** Input `position`, which the operator cannot do without. */
export function inputAt(inputs: readonly (Array64 | undefined)[], position: number): Array64 {
  const input = inputs[position];
  if (input === undefined) throw new SlowOperatorError(`input ${position} is missing`);
  return input;
}

/** The numbers of an optional input that holds axes, sizes and the like. */
export const valuesAt = (inputs: readonly (Array64 | undefined)[], position: number): number[] | undefined => {
  const input = inputs[position];
  return input === undefined ? undefined : [...input.data];
};

/** All inputs of a variadic operator. */
export const allInputs = (inputs: readonly (Array64 | undefined)[]): Array64[] =>
  inputs.map((_, position) => inputAt(inputs, position));
