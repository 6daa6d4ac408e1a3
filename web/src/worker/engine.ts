import {
  type Classifier,
  contrastMethod,
  defaultMethods,
  type ExplainedImages,
  type Explainer,
  explain,
  explainImages,
  KonkyoError,
  type Language,
  type Method,
  methodKind,
  type NamedImage,
  type Picture,
  type Runtime,
  sumChannels,
  type Target,
  toFittedInput,
  toPixels,
  tryPreprocessing,
  unitTarget,
} from 'konkyo';
import { commandFor } from './command.ts';
import { decisionFacts } from './decisionFacts.ts';
import { exported } from './exports.ts';
import { foundFacts } from './foundFacts.ts';
import { openImage } from './images.ts';
import { joined } from './joined.ts';
import { chooseRuntime } from './machine.ts';
import { layered, mapFacts } from './mapFacts.ts';
import { inThousands } from './numbers.ts';
import { type OpenedModel, openModel } from './openedModel.ts';
import type {
  DecisionFacts,
  Engine,
  ExplainRequest,
  Found,
  ImageFacts,
  MapFacts,
  Told,
  TriedFacts,
} from './protocol.ts';
import { regionsOf } from './regions.ts';
import { turns } from './turns.ts';

/* What the worker keeps, and how it answers. One model and one image are open at a time. */

class NothingOpenError extends KonkyoError {
  readonly tag = 'nothing-open';
}

/** The image that is explained, and what was found out about it. */
interface Shown {
  readonly image: NamedImage;
  readonly found?: ExplainedImages;
  readonly step: Found['step'];
}

/** As many gradients as a method with steps takes where nothing else is said; of the others none takes longer. */
const usualSteps = 50;

/** The usual methods, those with more steps last: the page shows each map as soon as there is one. */
function cheapestFirst(classifier: Classifier): readonly Method[] {
  const stepsOf = ({ settings }: Method) => Number(settings.steps ?? usualSteps);
  return defaultMethods(classifier).toSorted((a, b) => stepsOf(a) - stepsOf(b));
}

export function engine(): Engine {
  const { through, skip, quick, long } = turns();
  let runtime: Runtime | undefined;
  let model: OpenedModel | undefined;
  let shown: Shown | undefined;
  let quickMap: Promise<Explainer> | undefined;
  let running = new AbortController();
  let opening: Promise<unknown> = Promise.resolve();

  function open(): OpenedModel {
    if (!model) throw new NothingOpenError('No model is open: drop one first.');
    return model;
  }
  function classifierOf({ subjects, facts }: OpenedModel): Classifier {
    if (subjects.classifier) return subjects.classifier;
    throw new NothingOpenError(
      `This needs a model that decides once for an image, and this one's task is ${facts.task}.`,
    );
  }
  function image(): Shown {
    if (!shown) throw new NothingOpenError('No image is open: drop one first.');
    return shown;
  }

  async function close(): Promise<void> {
    running.abort();
    const [before, map] = [model, quickMap];
    model = undefined;
    shown = undefined;
    quickMap = undefined;
    // What could not be compiled holds nothing.
    await map?.then(
      (explainer) => explainer.release(),
      () => undefined,
    );
    await before?.subjects.release();
  }

  async function decide(input: NamedImage['image']): Promise<DecisionFacts | undefined> {
    const classifier = open().subjects.classifier;
    if (!classifier) return undefined;
    const start = performance.now();
    const [prediction] = await classifier.predict(input);
    return prediction && decisionFacts(classifier, prediction, inThousands((performance.now() - start) / 1000));
  }

  async function tried(named: NamedImage): Promise<readonly TriedFacts[]> {
    const classifier = open().subjects.classifier;
    const trial = classifier && named.isOfPixels ? await tryPreprocessing(classifier, named.image) : undefined;
    return (trial?.tried ?? []).map(
      ({ name, order, scale, mean, std, isUsed, label, probability, probabilityIfLogits }) => ({
        ...{ name, isUsed, label, share: probability ?? probabilityIfLogits },
        settings: { order, scale, mean: [...mean], std: [...std] },
      }),
    );
  }

  /** The map that follows the pen: one gradient. */
  function penMap(classifier: Classifier): Promise<Explainer> {
    const method = contrastMethod(classifier, defaultMethods(classifier));
    if (!method) throw new NothingOpenError('There is no method for this model.');
    quickMap ??= method.compile(classifier);
    return quickMap;
  }

  async function explainShown(request: ExplainRequest, told: Told): Promise<Found> {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const { subjects } = open();
    const { image: named, found: before } = image();
    const keep = (found: ExplainedImages, step: Found['step']) => {
      const whole = before && request.methods ? joined(before, found) : found;
      if (shown?.image === named) shown = { image: named, found: whole, step };
      return foundFacts(whole, { step, language: request.language, command: commandFor(open(), named.name) });
    };
    const found = await long(() =>
      explainImages(subjects, [named], {
        methods: request.methods?.map((id) => methodKind(id).create({})) ?? cheapestFirst,
        ...{ checks: request.checks, signal, studies: false },
        // Of what is done there is nothing to wait for.
        progress: (done, total, what) => done < total && told.doing({ done, total, what }),
        onFound: async (some, step) => told.found(keep(some, step)),
      }),
    );
    return keep(found, 'done');
  }

  /** One map more of what is shown, for a target of its own. */
  async function oneMap(classifier: Classifier, target: Target, language: Language, key: string): Promise<MapFacts> {
    const method = contrastMethod(classifier, defaultMethods(classifier));
    if (!method) throw new NothingOpenError('There is no method for this model.');
    const [explanation] = await explain(classifier, image().image.image, [method], { target: () => target });
    const [map] = explanation?.maps ?? [];
    const patches = shown?.found?.images[0]?.patches;
    const facts = map && mapFacts({ ...map, unchecked: '' }, { classifier, patches, language, key });
    if (!facts) throw new NothingOpenError('This map has no positions that could be shown.');
    return facts;
  }

  return {
    async start(asked) {
      const chosen = await chooseRuntime(asked);
      runtime = through(chosen.runtime);
      return chosen.machine;
    },
    openModel(request) {
      // One after the other: a second model may be dropped before the first is open.
      const mine = opening
        .catch(() => undefined)
        .then(async () => {
          if (!runtime) throw new NothingOpenError('The runtime was not started.');
          await close();
          model = await openModel(request, runtime);
          return model.facts;
        });
      opening = mine;
      return mine;
    },
    async openImage(given): Promise<ImageFacts> {
      running.abort();
      const { subjects, facts } = open();
      const [first] = await openImage(given, subjects.input);
      if (!first) throw new NothingOpenError(`There is no image in ${given.name}.`);
      shown = { image: first, step: 'method' };
      return quick(async () => ({
        name: first.name,
        seen: facts.takes === 'picture' ? toPixels(first.image.data, subjects.input) : undefined,
        decision: await decide(first.image),
        tried: await tried(first),
      }));
    },
    glance: (picture: Picture) =>
      quick(async () => {
        const decision = await decide(toFittedInput(picture, open().subjects.input));
        if (!decision) throw new NothingOpenError('This model does not decide once for an image.');
        return decision;
      }),
    glanceWithMap: (picture: Picture) =>
      quick(async () => {
        const classifier = classifierOf(open());
        const start = performance.now();
        const input = toFittedInput(picture, classifier.input);
        const [prediction] = await classifier.predict(input);
        if (!prediction) throw new NothingOpenError('The model said nothing.');
        const { values } = await (await penMap(classifier)).attribute(input, [prediction.chosen]);
        const seconds = inThousands((performance.now() - start) / 1000);
        return {
          decision: decisionFacts(classifier, prediction, seconds),
          cells: layered({ ...classifier.input, values: sumChannels(values.data, classifier.input) }),
        };
      }),
    explain: explainShown,
    async whyNot(rival, language) {
      const classifier = classifierOf(open());
      const [prediction] = await classifier.predict(image().image.image);
      return oneMap(classifier, { for: prediction?.chosen ?? 0, against: rival }, language, `why-not-${rival}`);
    },
    async unit({ layer, unit, language }) {
      const target = unitTarget(classifierOf(open()), layer, unit);
      try {
        const map = await oneMap(target.classifier, target.target, language, `unit-${layer}-${unit}`);
        return { ...map, title: `${map.title}: ${map.target}` };
      } finally {
        await target.classifier.release();
      }
    },
    async inWords(language) {
      const { found, step, image: named } = image();
      return found && foundFacts(found, { step, language, command: commandFor(open(), named.name) });
    },
    regions: (told) =>
      long(() => regionsOf(classifierOf(open()), image().image, shown?.found?.images[0]?.patches, told)),
    take: (asked) => exported(asked, { model: open(), found: image().found, image: image().image }),
    async skip() {
      skip();
    },
    async stop() {
      running.abort();
      skip();
    },
  };
}
