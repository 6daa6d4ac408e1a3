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
import { fromGraph } from '../explanationGraph.ts';
import type { Method, MethodKind, MethodOption, MethodSettings } from '../method.ts';
import { resolveOptions } from '../options.ts';
import { deepTaylorNotes } from './deepTaylorNotes.ts';
import { type NotesOn, pixelBounds, relevanceGraph } from './relevance.ts';

/* Layer-wise relevance propagation (Bach et al. 2015) by the composites there are. */

const epsilon: MethodOption = {
  about: 'added to the denominators of dense layers: larger gives fewer, stronger pixels',
  default: 1e-6,
  whole: false,
  min: 0,
};
const gamma: MethodOption = {
  about: 'how much more contributions in favour of an output count',
  default: 0.25,
  whole: false,
  min: 0,
};

const unit = 'score units';

interface RelevanceMethod {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly options: Readonly<Record<string, MethodOption>>;
  readonly composite: (classifier: Classifier, settings: Readonly<Record<string, number>>) => Composite;
  readonly notes?: NotesOn;
}

function kindOf({ composite, notes, ...description }: RelevanceMethod): MethodKind {
  const { id, options } = description;
  const create = (settings: Readonly<Record<string, number>>): Method => {
    const resolved: Readonly<Record<string, number>> = resolveOptions(id, options, settings);
    return relevanceMethod(
      { ...description, unit, settings: resolved },
      (classifier) => composite(classifier, resolved),
      notes,
    );
  };
  return { ...description, create };
}

/**
 * A method from a composite of one's own: `relevanceMethod({ id, title, about, unit, settings }, () => composite)`.
 * @param notes what the result says of itself, given which layer got which rule.
 */
export function relevanceMethod(
  description: Omit<Method, 'compile' | 'graph' | 'settings'> & { readonly settings?: MethodSettings },
  composite: (classifier: Classifier) => Composite,
  notes?: NotesOn,
): Method {
  return {
    ...description,
    settings: description.settings ?? {},
    ...fromGraph((classifier, target) => relevanceGraph(classifier, target, composite(classifier), notes)),
  };
}

export const lrpEpsilonPlusKind = kindOf({
  id: 'lrp-epsilon-plus',
  title: 'Relevance, epsilon-plus',
  about:
    'The score handed back layer by layer to what produced it, in convolutions only to what spoke for it: where the evidence lies.',
  options: { epsilon },
  composite: (_classifier, settings) => epsilonPlus(settings),
});

export const lrpEpsilonPlusFlatKind = kindOf({
  id: 'lrp-epsilon-plus-flat',
  title: 'Relevance, epsilon-plus-flat',
  about:
    'As epsilon-plus, but the first layer spreads its part evenly over the pixels it reads: coarser, and not drawn to bright pixels.',
  options: { epsilon },
  composite: (_classifier, settings) => epsilonPlusFlat(settings),
});

export const lrpEpsilonAlpha2Beta1Kind = kindOf({
  id: 'lrp-epsilon-alpha2-beta1',
  title: 'Relevance, epsilon-alpha2-beta1',
  about:
    'The score handed back layer by layer, what spoke for it counted twice and what spoke against it once: evidence and counter-evidence.',
  options: { epsilon },
  composite: (_classifier, settings) => epsilonAlpha2Beta1(settings),
});

export const lrpEpsilonGammaBoxKind = kindOf({
  id: 'lrp-epsilon-gamma-box',
  title: 'Relevance, epsilon-gamma-box',
  about:
    'The score handed back layer by layer, evidence for it favoured a little; at the pixels it counts how far each is from the darkest and brightest it could be.',
  options: { epsilon, gamma },
  composite: (classifier, settings) => epsilonGammaBox(pixelBounds(classifier), settings),
});

export const deepTaylorKind = kindOf({
  id: 'deep-taylor',
  title: 'Deep Taylor decomposition',
  about: 'The score split among the pixels by a Taylor expansion of every layer: only evidence for it, none against.',
  options: {},
  composite: (classifier) => deepTaylorComposite(pixelBounds(classifier)),
  notes: deepTaylorNotes,
});

export const attnLrpKind = kindOf({
  id: 'attn-lrp',
  title: 'Relevance through attention',
  about:
    'The score handed back layer by layer through attention too: what the model looked at, and what it made of it.',
  options: { epsilon, gamma: { ...gamma, default: 0 } },
  composite: (_classifier, settings) => attnLrpComposite(settings),
});

export const relevanceKinds: readonly MethodKind[] = [
  lrpEpsilonPlusKind,
  lrpEpsilonPlusFlatKind,
  lrpEpsilonAlpha2Beta1Kind,
  lrpEpsilonGammaBoxKind,
  deepTaylorKind,
  attnLrpKind,
];
