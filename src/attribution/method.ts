import type { Classifier } from '../model/classifier.ts';
import type { Explainer } from './explainer.ts';
import { type ExplanationGraph, givenWeights, graphExplainer, type TargetSource } from './explanationGraph.ts';
import type { BackgroundData } from './gradient/backgroundData.ts';
import { type InputMap, mapGraph } from './gradient/targetGradient.ts';
import {
  type MethodOption,
  type MethodOptions,
  type Options,
  type Pair,
  type Resolved,
  resolveOptions,
} from './options.ts';
import type { SegmentSource } from './perturbation/segments.ts';

export interface MethodDescription {
  readonly id: string;
  readonly title: string;
  /** One plain sentence: what a map of this method shows. */
  readonly about: string;
  /** What the values are measured in, as a plural: `score units`. */
  readonly unit: string;
  /**
   * What its maps are about: evidence for and against a target (the default), or the decision itself, whatever the target; ask
   * `isEvidence`.
   */
  readonly explains?: 'target' | 'decision';
}

/** An attribution method with its settings: `integratedGradients({ steps: 100 })`. */
export interface Method extends MethodDescription {
  readonly settings: MethodSettings;
  /** The settings where they follow from the model, an automatic window size say; else they are as `settings` has them. */
  settingsFor?(classifier: Classifier): MethodSettings;
  /** Builds the explanation's graph and a session for it: once for a classifier, then used for many images. */
  compile(classifier: Classifier): Promise<Explainer>;
  /**
   * The whole explanation as one graph, for `compileExplainer`; a method that asks the model again and again, each time
   * depending on what a program makes of it, has none.
   */
  graph?(classifier: Classifier, target: TargetSource): Promise<ExplanationGraph>;
  /** The same with another baseline, a pixel value: of one that blanks, and whose settings do not say with what. */
  withBaseline?(pixel: number): Method;
  /** The map where it depends on the input and the gradient there alone, so that it can be averaged inside a graph. */
  readonly map?: InputMap;
}

export type MethodSettings = Readonly<Record<string, number | string>>;

/** Whether a method's maps say what spoke for and against a target: only of those it can be asked whether they are right. */
export function isEvidence({ explains }: Pick<MethodDescription, 'explains'>): boolean {
  return explains !== 'decision';
}

/** What a method can be given that is not a number. */
export interface MethodResources {
  /** What images are compared with, for methods that compare with several. */
  readonly baselines?: BackgroundData;
  /** Name of the layer that layer methods look at: of its node or its output. By default the last one with positions. */
  readonly layer?: string;
  /** The parts of an image that are shown and hidden as wholes, for methods that do so. By default a grid's cells. */
  readonly segments?: SegmentSource;
}

/** The layer to look at: the last one with positions unless one is named, see chosenLayer. */
export type LayerChoice = Pick<MethodResources, 'layer'>;

/** What there is to know about a method before its settings are chosen. */
export interface MethodKind extends MethodDescription {
  readonly options: Options;
  readonly resources: readonly (keyof MethodResources)[];
  /**
   * The method with options and resources that are only known by name: what flags say.
   * @throws MethodOptionError for a setting that it does not have or that is out of range.
   */
  create(settings: Readonly<Record<string, unknown>>): Method;
}

/** A method as `method` declares it: called with settings of the right types it is one with settings. */
export interface SettableMethod<Settings> extends MethodKind {
  /** @throws MethodOptionError */
  (settings?: Settings): Method;
}

/** What `compile` and `graph` are made of: the one it is, and settings where they are not the options alone. */
export type MethodParts = Partial<Pick<Method, 'settings' | 'settingsFor'>> &
  (
    | { readonly map: InputMap }
    | { readonly graph: NonNullable<Method['graph']> }
    | { readonly compile: Method['compile'] }
  );

interface Declaration<O extends Options, Others> extends MethodDescription {
  readonly options?: O;
  /** Which settings, beside the options, are resources. */
  readonly resources?: readonly (keyof Others & keyof MethodResources)[];
  /** Names of further settings, for programs alone. */
  readonly others?: readonly (keyof Others & string)[];
  readonly create: (options: Resolved<O>, others: Others) => MethodParts;
}

/**
 * Declares a method: what it is called, what it can be given, and how a map is made. Options come checked, with their defaults;
 * what else it takes, `create` says with the type of its second parameter.
 */
export function method<const O extends Options = Readonly<Record<never, MethodOption>>, Others = unknown>({
  options = {} as O,
  resources = [],
  others = [],
  create: parts,
  ...description
}: Declaration<O, Others>): SettableMethod<MethodOptions<O> & Others> {
  const named: readonly string[] = [...resources, ...others];
  const create = (settings: Readonly<Record<string, unknown>> = {}): Method => {
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    const pick = (isOther: boolean) => Object.fromEntries(given.filter(([name]) => named.includes(name) === isOther));
    const resolved = resolveOptions(description.id, options, pick(false));
    const said = Object.entries<number | Pair>(resolved).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : value.join('x'),
    ]);
    const own = parts(resolved, pick(true) as Others);
    const made = configured(description, { settings: Object.fromEntries(said), ...own });
    if (!('baseline' in options) || settings.baseline !== undefined) return made;
    return { ...made, withBaseline: (baseline) => create({ ...settings, baseline }) };
  };
  return Object.assign(create, { ...description, options, resources, create });
}

/** A method of its parts: what is a graph is also compiled as one. */
export function configured(description: MethodDescription, parts: MethodParts): Method {
  const { settings = {}, settingsFor } = parts;
  const named = { ...description, settings, settingsFor };
  if ('compile' in parts) return { ...named, compile: parts.compile };
  const map = 'map' in parts ? parts.map : undefined;
  const graph: Method['graph'] =
    'graph' in parts
      ? parts.graph
      : async (classifier, target) => mapGraph(classifier, description.id, target, { toMap: parts.map });
  const compile: Method['compile'] = async (classifier) =>
    graphExplainer(classifier, await graph(classifier, givenWeights(classifier)));
  return { ...named, graph, compile, map };
}
