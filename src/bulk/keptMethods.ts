import type { Explainer } from '../attribution/explainer.ts';
import type { Method } from '../attribution/method.ts';
import type { Classifier } from '../model/classifier.ts';
import { type Releasable, together } from '../runtime/release.ts';

/** Methods as they were given, but that they are compiled for a classifier already: they are ready for it at once. */
export interface KeptMethods extends Releasable {
  readonly methods: readonly Method[];
}

/**
 * Compiles methods once for many calls of `explain`.
 * @throws what `compile` of the methods throws
 */
export function keptMethods(classifier: Classifier, methods: readonly Method[]): Promise<KeptMethods> {
  return together(async (keep) => {
    const kept: Method[] = [];
    for (const method of methods) {
      const explainer = await keep(method.compile(classifier));
      const ready: Explainer = { attribute: explainer.attribute, release: async () => {} };
      // A check compiles them for other classifiers, too: of random weights.
      kept.push({ ...method, compile: async (other) => (other === classifier ? ready : method.compile(other)) });
    }
    return { methods: kept };
  });
}
