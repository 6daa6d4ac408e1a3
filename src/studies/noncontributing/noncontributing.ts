import { mean } from '../../faithfulness/mean.ts';
import { type Classifier, checkImages } from '../../model/classifier.ts';
import { type Decision, decisionOf } from '../../model/decision.ts';
import { picturesOnly } from '../../model/picturesOnly.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { together } from '../../runtime/release.ts';
import type { Values } from '../../runtime/runtime.ts';
import { type AmplitudePer, radiusOf } from './amplitude.ts';
import { type ChangedImage, type ChangeKind, changedImage } from './changes/change.ts';
import { mixable } from './changes/changeKinds.ts';
import { changeNoise } from './changes/changeNoise.ts';
import { searchNoise } from './changes/searchNoise.ts';
import { type Cost, costFor, reserveFor, rowCost } from './cost.ts';
import { type Energy, energyUnder } from './energy.ts';
import { UndecidedError } from './errors.ts';
import type { Freedom } from './freedom.ts';
import { keepingDecision, keepingOrder } from './keeping.ts';
import { chosenMasks, compileMaskValues, type MaskChoice, withMasks } from './layerMasks.ts';
import { measureFreedom, type Trial } from './measureFreedom.ts';
import { compileDraws, type NoiseDraws } from './noiseDraws.ts';
import { compileOtherChanges } from './otherChanges.ts';
import { checkPixelRange } from './pixelRange.ts';
import { defaultSchedule, rateFactor, type SearchSchedule } from './schedules.ts';
import { compileSearch } from './search.ts';
import { bestEvenAmplitude, type Settled, settle } from './settle.ts';
import { halfMargin, leadTolerance, type Tolerance, toleranceOf } from './tolerance.ts';

export interface NoncontributingSettings {
  /** Default `none`: the map is of the network as it is (docs/papers/noncontributing.md). */
  readonly masks?: MaskChoice;
  /** What the scores may do: half the margin by default; where the cost is of the lead, 40% of it. For `order` the order of all scores is kept. */
  readonly tolerance?: Tolerance;
  /**
   * The changes that the amplitudes are for, in equal parts. Default: independent noise, as in the paper. With more kinds the map
   * holds for more, and amplitudes are smaller.
   */
  readonly changes?: readonly ChangeKind[];
  /**
   * What changes cost: with `scores` every score that strays by more than the tolerance, as in the paper; with `lead` only a lead
   * of the decided class that falls by more. Default: `scores` for independent noise alone, else `lead`. Of a single score,
   * and where the order of all is kept, it is always `scores`.
   */
  readonly cost?: Cost;
  /** Default: a pixel's channels share an amplitude. */
  readonly per?: AmplitudePer;
  /** Default: `fastSchedule`. */
  readonly schedule?: SearchSchedule;
  /** Fresh noise images that the result is measured on. Default 2,000. */
  readonly draws?: number;
  /**
   * Whether amplitudes under which the class is lost in some of as many other draws are made smaller until it is not.
   * Default: for maps without masks.
   */
  readonly settle?: boolean;
  /** Images whose content is pasted, [m, ...] model input, where that is a change; without them the image itself, mirrored and shifted. */
  readonly others?: Tensor<'float32'>;
  readonly seed?: number;
  readonly onIteration?: (done: number, iterations: number) => void;
}

/** How much noise each pixel of one image may have, all of them at once, each its own, and what other changes of that size do. */
export interface NoncontributingMap extends Freedom, Energy {
  /** w, 0 to 1: [1, ...] as the model takes images, with 1 channel where they share. */
  readonly amplitude: Tensor<'float32'>;
  /** a, score units. */
  readonly tolerance: number;
  /** Of the network searched. */
  readonly decision: Decision;
  /** What all amplitudes were multiplied with in the end, so that the class stays. */
  readonly scaledBy: number;
  /** On the masked network, where there are masks. */
  readonly masked?: Freedom['measured'];
  /** Of the search alone. */
  readonly seconds: number;
}

/** A compiled search for non-contributing pixels, for many images. */
export interface NoncontributingPixels {
  /**
   * @param image [1, ...] model input.
   * @throws InvalidInputError, UndecidedError, ToleranceError, PixelRangeError, RunError
   */
  of(image: Tensor<'float32'>): Promise<NoncontributingMap>;
  /** The amplitudes alone, without measuring what they do. @throws as `of` */
  find(image: Tensor<'float32'>): Promise<Settled>;
  /** The same measurements for amplitudes found elsewhere. */
  measure(image: Tensor<'float32'>, amplitude: Tensor<'float32'>, draws: number, seed: number): Promise<Measurements>;
  release(): Promise<void>;
}

interface Measurements extends Energy {
  readonly real: Freedom['measured'];
  readonly masked?: Freedom['measured'];
}

/**
 * Non-contributing pixels (Ikeno, Hara & Washio 2018): for each pixel the largest amplitude of uniform noise, on all pixels at
 * once, that leaves the scores within a tolerance; measured on fresh noise and on the network without masks.
 * @throws LayerError for a mask on a layer that is not there; UnsupportedOperatorsError, SessionError
 */
export async function compileNoncontributing(
  classifier: Classifier,
  settings: NoncontributingSettings = {},
): Promise<NoncontributingPixels> {
  picturesOnly(classifier.input, 'Non-contributing pixels are');
  const {
    masks = 'none',
    per = 'pixel',
    draws = 2_000,
    changes = ['independent'],
    others,
    seed = 0,
    onIteration,
  } = settings;
  const isPlain = changes.every((kind) => kind === 'independent');
  const cost = costFor(settings, isPlain, classifier);
  const tolerance = settings.tolerance ?? (cost === 'lead' ? leadTolerance : halfMargin);
  const schedule = settings.schedule ?? defaultSchedule(classifier);
  const layers = chosenMasks(classifier, masks);
  const plain = withMasks(classifier.model.graph, classifier.facts, []);
  const masked = layers.length === 0 ? plain : withMasks(classifier.model.graph, classifier.facts, layers);
  return together(async (keep) => {
    const maskValues = await keep(compileMaskValues(classifier, masked.masks));
    const searching = await keep(compileSearch(classifier, masked, per, schedule, cost));
    const plainDraws = await keep(compileDraws(classifier, plain));
    const maskedDraws = layers.length === 0 ? plainDraws : await keep(compileDraws(classifier, masked));
    const otherChanges = await keep(compileOtherChanges(classifier));
    const settling = settings.settle ?? layers.length === 0;

    /** Both networks for one image: as it is, and as it is searched. */
    async function networksOf(image: Tensor<'float32'>) {
      checkImages(classifier, image);
      checkPixelRange(image.data, classifier.input);
      const values = await maskValues.of(image);
      const real = networkOf(classifier, plainDraws, {}, (await classifier.scoresOf(image)).data);
      const searched =
        layers.length === 0 ? real : networkOf(classifier, maskedDraws, values, await maskedDraws.clean(image, values));
      if (searched.decision.tie) {
        throw new UndecidedError(
          'The two best classes have exactly the same score: there is no decision that pixels could leave as it is. Choose another image.',
        );
      }
      if (searched.decision.margin === 0) {
        throw new UndecidedError(
          'The tolerance of the value is 0: under no noise at all it stays the same. Say within which distance another value is the same (--within).',
        );
      }
      return { real, searched, limit: toleranceOf(tolerance, searched.decision.margin, searched.clean) };
    }

    async function measure(
      { real, searched, limit }: Awaited<ReturnType<typeof networksOf>>,
      image: Tensor<'float32'>,
      amplitude: Tensor<'float32'>,
      { count, seed }: { readonly count: number; readonly seed: number },
    ): Promise<Measurements> {
      const on = (network: Network) =>
        measureFreedom({ ...network, image, amplitude }, { count, seed, tolerance: limit });
      const [own, other] = [await on(real), searched === real ? undefined : await on(searched)];
      return {
        energy: (other ?? own).straying - mean(amplitude.data),
        energyError: (other ?? own).strayingError,
        real: own,
        masked: other,
      };
    }

    const noiseOf = (kind: ChangeKind, changed: ChangedImage, amplitude: Tensor<'float32'>, from: number) =>
      changeNoise(kind, changed, radiusOf(amplitude, classifier.input), from, mixable(changes));

    /** The amplitudes, and what they were found for. */
    async function search(image: Tensor<'float32'>) {
      const networks = await networksOf(image);
      const { real, searched, limit } = networks;
      const changed = changedImage(classifier.input, image, others);
      const seeds = random(seed);
      const [searchSeed, settleSeed, measureSeed] = [nextSeed(seeds), nextSeed(seeds), nextSeed(seeds)];
      const start = performance.now();
      const even = schedule.adapts
        ? await bestEvenAmplitude({ ...searched, image }, classifier.input, per, {
            count: schedule.images,
            seed: searchSeed,
            cost: rowCost(cost, { ...searched, limit }),
          })
        : 1;
      const found = await searching.run({
        image,
        clean: searched.clean,
        decided: searched.decision.chosen,
        tolerance: cost === 'lead' ? searched.decision.margin - limit : limit,
        masks: searched.masks,
        noise: searchNoise(changes, changed, searchSeed),
        rateFactor: rateFactor(schedule, even),
        ...(onIteration ? { onIteration: (done) => onIteration(done, schedule.iterations) } : {}),
      });
      const keeping =
        tolerance === 'order' ? keepingOrder(real.clean) : keepingDecision(real.decision, classifier.scores);
      const settled: Settled = settling
        ? await settle(
            { ...real, image, amplitude: found },
            keeping,
            {
              count: isPlain ? draws : Math.ceil(draws / 4),
              seed: settleSeed,
              reserve: reserveFor(cost, keeping, limit),
            },
            (amplitude, from) => changes.map((kind) => () => noiseOf(kind, changed, amplitude, from)),
          )
        : { amplitude: found, scaledBy: 1 };
      return { ...settled, networks, changed, measureSeed, seconds: (performance.now() - start) / 1000 };
    }

    return {
      async find(image: Tensor<'float32'>) {
        const { amplitude, scaledBy } = await search(image);
        return { amplitude, scaledBy };
      },
      async of(image: Tensor<'float32'>) {
        const { amplitude, scaledBy, networks, changed, measureSeed, seconds } = await search(image);
        const { real, searched, limit } = networks;
        const measurements = await measure(networks, image, amplitude, { count: draws, seed: measureSeed });
        const { energy, energyError } =
          isPlain && cost === 'scores'
            ? measurements
            : await energyUnder(
                { ...searched, image, amplitude },
                changes.map((kind) => noiseOf(kind, changed, amplitude, measureSeed)),
                { count: draws, cost: rowCost(cost, { ...searched, limit }) },
              );
        return {
          amplitude,
          energy,
          energyError,
          meanAmplitude: mean(amplitude.data),
          free: amplitude.data.filter((value) => value > 0.9).length / amplitude.data.length,
          measured: measurements.real,
          masked: measurements.masked,
          ...(await otherChanges.of(
            { ...real, image, amplitude },
            { changed, draws: Math.ceil(draws / 4), seed: measureSeed },
          )),
          tolerance: limit,
          decision: searched.decision,
          scaledBy,
          seconds,
        };
      },
      measure: async (image: Tensor<'float32'>, amplitude: Tensor<'float32'>, count: number, seed: number) =>
        measure(await networksOf(image), image, amplitude, { count, seed }),
    };
  });
}

type Network = Omit<Trial, 'image' | 'amplitude'>;

function networkOf({ scores }: Classifier, draws: NoiseDraws, masks: Values, clean: Float32Array): Network {
  return { draws, masks, clean, scores, decision: decisionOf(clean, scores) };
}

function nextSeed({ generator }: ReturnType<typeof random>): number {
  return generator.next() >>> 0;
}
