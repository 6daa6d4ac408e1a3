import type { Explanation, MethodMap } from '../attribution/explain.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Check, MapToCheck, Outcome } from './check.ts';
import { type CheckedExplanation, type CheckedMap, checks as every } from './checks.ts';

export type { CheckedExplanation, CheckedMap, MapChecks } from './checks.ts';

/** Which checks are run, with which seed. */
export interface CheckOptions {
  /** By default all there are; others give other results: `deletionInsertionWith({ steps: 8, baseline: 0 })`. */
  readonly checks?: readonly Check[];
  readonly seed?: number;
  /** The pixel value of what is blanked; by default each check's own. */
  readonly baseline?: number;
  readonly progress?: (done: number, total: number, what: string) => void;
}

/**
 * Runs the checks that take runs of the model on every map they apply to. A map that one of them refuses (it is no picture of
 * finite numbers, say, or all equal) is not vouched for by the others either. For each image and map that costs 62 runs of the
 * model, and for each method the maps once more, on random weights.
 * @param images the explanations' images, each [1, ...].
 * @returns the explanations, maps that no check applies to after the others.
 */
export async function checkMaps(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  explanations: readonly Explanation[],
  { checks = every, seed = 0, baseline, progress }: CheckOptions = {},
): Promise<CheckedExplanation[]> {
  const all = explanations.flatMap(({ maps }, position): MapToCheck[] => {
    const image = images[position];
    return image ? maps.map((map) => ({ map, image, position })) : [];
  });
  const running = checks.filter(({ run }) => run !== undefined);
  const outcomes = new Map<MethodMap, ReadonlyMap<string, Outcome<unknown>>>();
  for (const check of running) {
    const own = all.filter(({ map }) => check.appliesTo(map));
    if (own.length === 0) continue;
    const found = await check.run?.(own, {
      classifier,
      seed,
      baseline,
      progress: (done, total, what) => progress?.(done, total, `Checks: ${what}`),
    });
    for (const [i, { map }] of own.entries()) {
      outcomes.set(map, new Map([...(outcomes.get(map) ?? []), [check.id, found?.[i]]]));
    }
  }
  if (running.length > 0) progress?.(1, 1, 'done');
  return explanations.flatMap((explanation, position) => {
    if (!images[position]) return [];
    const isChecked = (map: MethodMap) => outcomes.has(map);
    const [own, others] = [explanation.maps.filter(isChecked), explanation.maps.filter((map) => !isChecked(map))];
    return [{ ...explanation, maps: [...own.map((map) => checkedMap(map, outcomes.get(map))), ...others] }];
  });
}

function checkedMap(map: MethodMap, outcomes: ReadonlyMap<string, Outcome<unknown>> = new Map()): CheckedMap {
  const found = [...outcomes].flatMap(([id, outcome]) => (outcome ? [{ id, outcome }] : []));
  for (const { outcome } of found) if ('refused' in outcome) return { ...map, unchecked: outcome.refused };
  const results = found.flatMap(({ id, outcome }) => ('result' in outcome ? [[id, outcome.result] as const] : []));
  return results.length === 0 ? map : { ...map, checks: Object.fromEntries(results) };
}
