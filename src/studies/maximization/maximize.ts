import { smoothGrad } from '../../attribution/gradient/smoothGrad.ts';
import { unitScores } from '../../attribution/unitScores.ts';
import type { Classifier } from '../../model/classifier.ts';
import { LayerError } from '../../model/errors.ts';
import { findLayer } from '../../model/layer.ts';
import { picturesOnly } from '../../model/picturesOnly.ts';
import { concatRows, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { scoped } from '../../runtime/release.ts';
import { type AscentSettings, ascend, defaultAscent } from './ascend.ts';
import { beforeSquashing } from './beforeSquashing.ts';
import { bestImages, type ImageBatches } from './bestImages.ts';
import { brightenedMaps } from './brightness.ts';

export interface MaximizeOptions {
  /** Indices of the layer's units; all by default. */
  readonly units?: readonly number[];
  readonly ascent?: Partial<AscentSettings>;
  /** Noisy images of the mean gradients. Default 100. */
  readonly samples?: number;
  /** Standard deviation of their noise as a fraction of the pixel range. Default 0.1. */
  readonly noise?: number;
  /** Images to look for each unit's largest value in, model input, batch by batch. */
  readonly images?: ImageBatches;
  readonly progress?: (done: number, total: number, what: string) => void;
}

/** What the units of a layer respond to. */
export interface Maximization {
  readonly layer: string;
  /** The sigmoid (or tanh) before which the units' values are taken, where there is one. */
  readonly before?: string;
  /** Where a unit has several positions: how they make one value. */
  readonly over?: string;
  readonly units: readonly MaximizedUnit[];
  readonly settings: AscentSettings & { readonly samples: number; readonly noise: number };
  /** Images looked through. */
  readonly images: number;
}

export interface MaximizedUnit {
  readonly unit: number;
  /** The image that gradient ascent found. */
  readonly ascent: UnitImage;
  /** The mean of noisy gradients, [1, ...], and its positive part as an image. */
  readonly smoothGrad: UnitImage & { readonly map: Tensor<'float32'> };
  /** Of the images looked through, the one that the unit responds to most. */
  readonly best?: UnitImage & { readonly index: number };
}

/** An image and what a unit makes of it. */
export interface UnitImage {
  /** Model input, [1, ...]. */
  readonly image: Tensor<'float32'>;
  /** Before the sigmoid, where there is one. */
  readonly value: number;
  /** Behind it: the unit's value itself. */
  readonly output: number;
}

/**
 * Two pictures of each unit of a layer: an image that makes its value large, by regularised gradient ascent, and the mean of
 * its noisy gradients (Tsukimoto & Sato 2018: 100 images, standard deviation 0.1; the paper does not say of which image: here
 * it is the one that the unit responds to most, or without images the one that the ascent has found). A unit of a convolution is a
 * channel, its value the sum over all positions; see unitTarget. All units are rows of the same runs. A sigmoid or tanh at
 * the layer is left out for both: what makes the one large makes the other large, and where it is flat there is no gradient.
 * @throws LayerError for a layer that there is not, suggesting near names, or a unit that it does not have.
 */
export async function maximize(
  classifier: Classifier,
  layer: string,
  options: MaximizeOptions = {},
): Promise<Maximization> {
  const { samples = 100, noise = 0.1, progress } = options;
  checkUnits(classifier, layer, options.units);
  const { value: layerName, dims } = findLayer(classifier, layer);
  return scoped(async (keep) => {
    const unsquashed = beforeSquashing(classifier, layer);
    if (unsquashed) await keep(unsquashed.classifier);
    const own = await keep(unitScores(classifier, layer));
    const units = unsquashed ? await keep(unitScores(unsquashed.classifier, layer)) : own;
    const { width } = units.scores;
    const chosen = options.units ?? Array.from({ length: width }, (_, unit) => unit);
    // Of a single score z, target 1 stands for z.
    const targets = chosen.map((unit) => (width === 1 ? 1 : unit));
    const ascent = { ...defaultAscent, ...options.ascent };
    const climbed = await ascend(units, targets, ascent, (done, total) => progress?.(done, total, 'Gradient ascent'));
    const found = await bestImages(units, chosen, options.images ?? [], progress);
    progress?.(0, 1, 'Mean gradients');
    const bases = found ? concatRows(found.best.map(({ image }) => image)) : climbed;
    const explainer = await keep(smoothGrad({ samples, noise, seed: ascent.seed }).compile(units));
    const { values: maps } = await explainer.attribute(bases, targets);
    progress?.(1, 1, 'Mean gradients');
    const pictures = brightenedMaps(maps, classifier);
    const seen = await unitImages(units, own, chosen, {
      ascent: climbed,
      smoothGrad: pictures,
      ...(found ? { best: bases } : {}),
    });
    return {
      layer: layerName,
      before: unsquashed?.operator,
      ...(sizeOf(dims) > width ? { over: units.preparation.notes.at(-1) ?? '' } : {}),
      settings: { ...ascent, samples, noise },
      images: found?.count ?? 0,
      units: chosen.map((unit, i) => ({
        unit,
        ascent: seen('ascent', i),
        smoothGrad: { ...seen('smoothGrad', i), map: rows(maps, i, i + 1) },
        ...(found ? { best: { ...seen('best', i), index: found.best[i]?.index ?? 0 } } : {}),
      })),
    };
  });
}

/**
 * Makes sure, before images are read, that a model has a layer and units of it.
 * @throws LayerError; UnsuitableModelError for a model of signals or tables.
 */
export function checkUnits(classifier: Classifier, layer: string, chosen: readonly number[] = []): void {
  picturesOnly(classifier.input, 'Maximizing images are');
  const { width } = unitScores(classifier, layer).scores;
  const missing = chosen.find((unit) => !Number.isInteger(unit) || unit < 0 || unit >= width);
  if (missing === undefined) return;
  throw new LayerError(`There is no unit ${missing}: the layer "${layer}" has ${width}, 0 to ${width - 1}.`);
}

type Kind = 'ascent' | 'smoothGrad' | 'best';

/** What each unit makes of its images of each kind, row i those of the i-th unit. */
async function unitImages(
  units: Classifier,
  own: Classifier,
  chosen: readonly number[],
  images: Readonly<Partial<Record<Kind, Tensor<'float32'>>>>,
): Promise<(kind: Kind, i: number) => UnitImage> {
  const { width } = units.scores;
  const kinds = Object.keys(images);
  const all = concatRows(Object.values(images));
  const values = await units.scoresOf(all);
  const outputs = units === own ? values : await own.scoresOf(all);
  return (kind, i) => {
    const row = kinds.indexOf(kind) * chosen.length + i;
    const at = row * width + (chosen[i] ?? 0);
    return { image: rows(all, row, row + 1), value: values.data[at] ?? 0, output: outputs.data[at] ?? 0 };
  };
}
