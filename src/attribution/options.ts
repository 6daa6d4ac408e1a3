import { MethodOptionError } from './errors.ts';

/** A number that a method can be given. Its name is that of the setting in programs and of the flag on the command line. */
export interface MethodOption {
  /** One line, for help. */
  readonly about: string;
  readonly default: number;
  readonly whole: boolean;
  readonly min: number;
  readonly max?: number;
  /** Programs may also give two: down and across the image. */
  readonly pair?: true;
}

export type Options = Readonly<Record<string, MethodOption>>;

/** Down and across the image. */
export type Pair = readonly [number, number];

/** Settings a method can be given: each of its options, or the default. */
export type MethodOptions<O extends Options> = {
  readonly [Name in keyof O]?: (O[Name] extends { readonly pair: true } ? number | Pair : number) | undefined;
};

/** All of a method's options with a value, as given or by default. */
export type Resolved<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends { readonly pair: true } ? Pair : number;
};

/** Several methods draw random numbers. */
export const seedOption = {
  about: 'where the random numbers start',
  default: 0,
  whole: true,
  min: 0,
  max: 0xffffffff,
} as const satisfies MethodOption;

/** Several methods compare with pixels of one value. @param of what has it. */
export function baselineOption(of: string) {
  return { about: `pixel value (0 to 255) of ${of}`, default: 0, whole: false, min: 0, max: 255 } as const;
}

/**
 * Fills in defaults and checks ranges.
 * @throws MethodOptionError naming the method, the option and its range.
 */
export function resolveOptions<O extends Options>(
  method: string,
  options: O,
  settings: Readonly<Record<string, unknown>>,
): Resolved<O> {
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(options, name));
  if (unknown !== undefined) {
    throw new MethodOptionError(
      `${method} has no option "${unknown}"; it has ${Object.keys(options).join(', ') || 'none'}.`,
    );
  }
  const resolved = Object.entries(options).map(([name, option]) => {
    const given = settings[name] ?? option.default;
    const value = option.pair && !Array.isArray(given) ? [given, given] : given;
    for (const one of Array.isArray(value) && option.pair ? value : [value]) checkRange(method, name, option, one);
    return [name, value];
  });
  return Object.fromEntries(resolved);
}

function checkRange(method: string, name: string, option: MethodOption, value: unknown): void {
  const { min, max = Number.POSITIVE_INFINITY, whole } = option;
  const number = typeof value === 'number' ? value : Number.NaN;
  if (number >= min && number <= max && (!whole || Number.isInteger(number))) return;
  const range = max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} to ${max}`;
  throw new MethodOptionError(
    `${method}: ${name} is ${value}, but must be ${whole ? 'a whole number, ' : ''}${range}.`,
  );
}
