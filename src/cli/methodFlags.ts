import { type MethodChoice, type UsualMethod, usualMethods } from '../app/defaultMethods.ts';
import type { Method, MethodKind, MethodResources } from '../attribution/method.ts';
import type { MethodOption } from '../attribution/options.ts';
import { boxMethodKinds, methodKind, methodKinds } from '../methods.ts';
import { UsageError } from './flags.ts';
import { parseBaselines, parseSegments } from './resourceFlags.ts';

/** Every option of any method, once: the flags of `konkyo explain`. */
export function methodOptions(): ReadonlyMap<
  string,
  { readonly option: MethodOption; readonly methods: readonly string[] }
> {
  const all = new Map<string, { option: MethodOption; methods: string[] }>();
  for (const { id, options } of methodKinds) {
    for (const [name, option] of Object.entries(options)) {
      const entry = all.get(name) ?? { option, methods: [] };
      entry.methods.push(id);
      all.set(name, entry);
    }
  }
  return all;
}

/**
 * The methods named ("all": every one, those for boxes only of a detector) with the settings given as flags; a flag goes to each
 * method that has it.
 * @throws UnknownMethodError, MethodOptionError, UsageError
 */
export function chosenMethods(
  ids: string,
  flags: Readonly<Record<string, unknown>>,
  { ofBoxes = false }: { readonly ofBoxes?: boolean } = {},
): Method[] {
  const every = ofBoxes ? [...methodKinds, ...boxMethodKinds] : methodKinds;
  const kinds = ids === 'all' ? every : [...new Set(ids.split(',').map((id) => methodKind(id.trim())))];
  return withFlags(
    kinds.map((kind) => ({ kind })),
    flags,
  );
}

/**
 * What --method asks for: without it, or with "default", what fits the model.
 * @throws UnknownMethodError, MethodOptionError, UsageError
 */
export function methodChoice(
  ids: string | undefined,
  flags: Readonly<Record<string, unknown>>,
  ofBoxes = false,
): MethodChoice {
  if (ids !== undefined && ids !== 'default') return chosenMethods(ids, flags, { ofBoxes });
  // What no method takes, or out of range, is said before the model is loaded.
  chosenMethods('all', flags);
  return (classifier) => withFlags(usualMethods(classifier), flags);
}

function withFlags(chosen: readonly UsualMethod[], flags: Readonly<Record<string, unknown>>): Method[] {
  const kinds = chosen.map(({ kind }) => kind);
  const given = [...methodOptions().keys()].filter((name) => flags[name] !== undefined);
  const { baselines, segments } = flags;
  const unused =
    given.find((name) => !kinds.some(({ options }) => name in options)) ??
    (['baselines', 'segments'] as const).find(
      (name) => flags[name] !== undefined && !kinds.some(({ resources }) => resources.includes(name)),
    );
  if (unused)
    throw new UsageError(
      `--${unused} is an option of none of the chosen methods (${kinds.map(({ id }) => id).join(', ')}): name those that you want with --method.`,
    );
  const resources: MethodResources = {
    ...(typeof baselines === 'string' ? { baselines: parseBaselines(baselines) } : {}),
    ...(typeof segments === 'string' ? { segments: parseSegments(segments) } : {}),
    ...layerResource(kinds, flags),
  };
  return chosen.map(({ kind, settings }) => {
    const numbers = given.filter((name) => name in kind.options).map((name) => [name, toNumber(name, flags[name])]);
    const others = Object.entries(resources).filter(([name]) => kind.resources.some((own) => own === name));
    return kind.create({ ...settings, ...Object.fromEntries([...numbers, ...others]) });
  });
}

/** With --unit, --layer says where the unit is; alone it is the layer that layer methods look at. */
function layerResource(kinds: readonly MethodKind[], { layer, unit }: Readonly<Record<string, unknown>>) {
  if (typeof layer !== 'string' || unit !== undefined) return {};
  if (kinds.some(({ resources }) => resources.includes('layer'))) return { layer };
  throw new UsageError(
    `None of the chosen methods (${kinds.map(({ id }) => id).join(', ')}) looks at a layer: say with --unit N which of its units they are to explain.`,
  );
}

function toNumber(name: string, value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new UsageError(`--${name} takes a number, not "${value}".`);
  return number;
}
