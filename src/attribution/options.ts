import { MethodOptionError } from './errors.ts';
import type { MethodOption } from './method.ts';

type Options = Readonly<Record<string, MethodOption>>;

/** Settings a method can be given: each of its options, or the default. */
export type MethodOptions<O extends Options> = { readonly [Name in keyof O]?: number | undefined };

/**
 * Fills in defaults and checks ranges.
 * @throws MethodOptionError naming the method, the option and its range.
 */
export function resolveOptions<O extends Options>(
  method: string,
  options: O,
  settings: Readonly<Record<string, number | undefined>>,
): { readonly [Name in keyof O]: number } {
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(options, name));
  if (unknown !== undefined) {
    throw new MethodOptionError(
      `${method} has no option "${unknown}"; it has ${Object.keys(options).join(', ') || 'none'}.`,
    );
  }
  const resolved = Object.entries(options).map(([name, option]) => {
    const value = settings[name] ?? option.default;
    const { min, max = Number.POSITIVE_INFINITY, whole } = option;
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      const range = max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} to ${max}`;
      throw new MethodOptionError(
        `${method}: ${name} is ${value}, but must be ${whole ? 'a whole number, ' : ''}${range}.`,
      );
    }
    return [name, value];
  });
  return Object.fromEntries(resolved);
}
