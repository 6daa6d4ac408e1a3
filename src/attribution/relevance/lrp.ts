import type { Classifier } from '../../model/classifier.ts';
import type { Composite } from '../../transforms/relevance/composite.ts';
import {
  attnLrp as attnLrpComposite,
  deepTaylor as deepTaylorComposite,
  epsilonAlpha2Beta1,
  epsilonGammaBox,
  epsilonPlus,
  epsilonPlusFlat,
} from '../../transforms/relevance/composites.ts';
import { configured, type Method, type MethodDescription, type MethodSettings, method } from '../method.ts';
import type { MethodOption, Options, Resolved } from '../options.ts';
import { deepTaylorNotes } from './placementNotes.ts';
import { type NotesOn, pixelBounds, relevanceGraph } from './relevance.ts';

/* Layer-wise relevance propagation (Bach et al. 2015) by the composites there are. */

const epsilon = {
  about: 'added to the denominators of dense layers: larger gives fewer, stronger pixels',
  default: 1e-6,
  whole: false,
  min: 0,
} as const satisfies MethodOption;
const gamma = {
  about: 'how much more contributions in favour of an output count',
  default: 0.25,
  whole: false,
  min: 0,
} as const satisfies MethodOption;

type CompositeFor = (classifier: Classifier) => Composite;

interface Declaration<O extends Options> extends Omit<MethodDescription, 'unit'> {
  readonly options: O;
  readonly composite: (options: Resolved<O>) => CompositeFor;
  readonly notes?: NotesOn;
}

/** A method by a composite that there is. */
function lrp<const O extends Options>({ composite, notes, ...description }: Declaration<O>) {
  const create = (options: Resolved<O>) => relevanceParts(composite(options), notes);
  return method<O>({ ...description, unit: 'score units', create });
}

function relevanceParts(composite: CompositeFor, notes: NotesOn | undefined) {
  const graph: NonNullable<Method['graph']> = (classifier, target) =>
    relevanceGraph(classifier, target, composite(classifier), notes);
  return { graph };
}

/**
 * A method from a composite of one's own: `relevanceMethod({ id, title, about, unit, settings }, () => composite)`.
 * @param notes what the result says of itself, given which layer got which rule.
 */
export function relevanceMethod(
  { settings, ...description }: MethodDescription & { readonly settings?: MethodSettings },
  composite: CompositeFor,
  notes?: NotesOn,
): Method {
  return configured(description, { settings, ...relevanceParts(composite, notes) });
}

export const lrpEpsilonPlus = lrp({
  id: 'lrp-epsilon-plus',
  title: 'Relevance, epsilon-plus',
  about:
    'The score handed back layer by layer to what produced it, in convolutions only to what spoke for it: where the evidence lies.',
  options: { epsilon },
  composite: (options) => () => epsilonPlus(options),
});

const lrpEpsilonPlusFlat = lrp({
  id: 'lrp-epsilon-plus-flat',
  title: 'Relevance, epsilon-plus-flat',
  about:
    'As epsilon-plus, but the first layer spreads its part evenly over the pixels it reads: coarser, and not drawn to bright pixels.',
  options: { epsilon },
  composite: (options) => () => epsilonPlusFlat(options),
});

const lrpEpsilonAlpha2Beta1 = lrp({
  id: 'lrp-epsilon-alpha2-beta1',
  title: 'Relevance, epsilon-alpha2-beta1',
  about:
    'The score handed back layer by layer, what spoke for it counted twice and what spoke against it once: evidence and counter-evidence.',
  options: { epsilon },
  composite: (options) => () => epsilonAlpha2Beta1(options),
});

const lrpEpsilonGammaBox = lrp({
  id: 'lrp-epsilon-gamma-box',
  title: 'Relevance, epsilon-gamma-box',
  about:
    'The score handed back layer by layer, evidence for it favoured a little; at the pixels it counts how far each is from the darkest and brightest it could be.',
  options: { epsilon, gamma },
  composite: (options) => (classifier) => epsilonGammaBox(pixelBounds(classifier), options),
});

export const deepTaylor = lrp({
  id: 'deep-taylor',
  title: 'Deep Taylor decomposition',
  about: 'The score split among the pixels by a Taylor expansion of every layer: only evidence for it, none against.',
  options: {},
  composite: () => (classifier) => deepTaylorComposite(pixelBounds(classifier)),
  notes: deepTaylorNotes,
});

export const attnLrp = lrp({
  id: 'attn-lrp',
  title: 'Relevance through attention',
  about:
    'The score handed back layer by layer through attention too: what the model looked at, and what it made of it.',
  options: { epsilon, gamma: { ...gamma, default: 0 } },
  composite: (options) => () => attnLrpComposite(options),
});

export const relevanceMethods = [
  lrpEpsilonPlus,
  lrpEpsilonPlusFlat,
  lrpEpsilonAlpha2Beta1,
  lrpEpsilonGammaBox,
  deepTaylor,
  attnLrp,
] as const;
