import { random } from '../../random/random.ts';
import type { AtlasCluster, AtlasImage } from './cluster.ts';
import { meanOf } from './evidencePlace.ts';
import { type SpectralClusters, spectralClusters } from './spectralClusters.ts';
import { type Draft, judged } from './suspicion.ts';

/** The images of a class, where each lies, and their mean map. */
export interface AtlasClass {
  readonly target: number;
  readonly images: readonly AtlasImage[];
  readonly places: SpectralClusters['places'];
  readonly eigenvalues: readonly number[];
  readonly mean: Float64Array;
}

/** The maps of a store in groups that are alike. */
export interface Atlas {
  readonly classes: readonly AtlasClass[];
  /** Those that look most like shortcuts first. */
  readonly clusters: readonly AtlasCluster[];
}

/** How many typical and how many odd images are named. */
const shown = 12;

/**
 * Spectral relevance analysis (Lapuschkin et al. 2019): for each class that is explained, clusters of images whose maps are alike.
 * @param seed of the clustering
 */
export function atlas(images: readonly AtlasImage[], seed = 0): Atlas {
  const targets = [...new Set(images.map(({ target }) => target))].sort((a, b) => a - b);
  const groups = targets.map((target) => {
    const own = images.filter((image) => image.target === target);
    const found = spectralClusters(
      own.map(({ map }) => map),
      random(seed + target),
    );
    return { target, own, found };
  });
  const drafts = groups.flatMap(({ target, own, found }) =>
    Array.from({ length: found.count }, (_, k) => own.filter((__, i) => found.clusters[i] === k)).flatMap((members) =>
      members.length === 0 ? [] : [draftOf(target, members, own.length)],
    ),
  );
  return {
    classes: groups.map(({ target, own, found: { places, eigenvalues } }) => ({
      ...{ target, images: own, places, eigenvalues, mean: meanMap(own) },
    })),
    clusters: judged(drafts),
  };
}

/** The mean of the maps of images. */
export function meanMap(images: readonly AtlasImage[]): Float64Array {
  return meanOf(
    images.map(({ map }) => map),
    images[0]?.map.length ?? 0,
  );
}

function draftOf(target: number, images: readonly AtlasImage[], ofClass: number): Draft {
  const mean = meanMap(images);
  const likeness = ({ map }: AtlasImage) => map.reduce((sum, value, i) => sum + value * (mean[i] ?? 0), 0);
  const order = images
    .map((image) => ({ image, like: likeness(image) }))
    .sort((a, b) => b.like - a.like)
    .map(({ image }) => image);
  return {
    ...{ target, images, mean, share: images.length / ofClass },
    typical: order.slice(0, shown),
    odd: order.slice(-shown).reverse(),
  };
}
