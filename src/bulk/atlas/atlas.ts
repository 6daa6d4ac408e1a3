import { random } from '../../random/random.ts';
import { evidenceOf, evidencePlace, meanOf } from './evidencePlace.ts';
import { type SpectralClusters, spectralClusters } from './spectralClusters.ts';

/** What the atlas knows of an image: its place in the store, its map, made small, and what was decided. */
export interface AtlasImage {
  readonly index: number;
  /** Of length 1: see `pooled`. */
  readonly map: Float32Array;
  readonly target: number;
  readonly predicted: number;
  /** Undefined where none is known. */
  readonly label: number | undefined;
}

/** Images of one explained class whose maps are alike. */
export interface AtlasCluster {
  readonly target: number;
  readonly images: readonly AtlasImage[];
  /** Of the images of the class. */
  readonly share: number;
  /** Of the labelled images, how many are decided right; undefined where none has a label. */
  readonly accuracy: number | undefined;
  /** Of the labelled images, how many have the label that most have. */
  readonly purity: number | undefined;
  /** The mean of the maps. */
  readonly mean: Float64Array;
  /** Part of the evidence that lies in cells where all other images have next to none, from 0 to 1, and these cells. */
  readonly alone: number;
  readonly cells: readonly number[];
  /** How many of the maps have it there. */
  readonly fixed: number;
  /** Few images of a class, decided right, by evidence in a fixed place that belongs to them alone: as a shortcut looks. */
  readonly isSuspicious: boolean;
  /** Those whose maps are most like the mean, and least like it. */
  readonly typical: readonly AtlasImage[];
  readonly odd: readonly AtlasImage[];
}

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

/** Evidence that belongs to a cluster alone is suspicious from this part on; where it lies so in as many of the maps. */
const suspicious = 0.33;
const usuallyThere = 0.8;
/** A habit of most images of a class is no shortcut of some. */
const mostOfClass = 0.6;
/** By so much its accuracy may be below that of all. */
const lessRight = 0.05;
const shown = 12;

/**
 * Spectral relevance analysis (Lapuschkin et al. 2019): for each class that is explained, clusters of images whose maps are alike.
 * @param seed of the clustering
 */
export function atlas(images: readonly AtlasImage[], seed = 0): Atlas {
  const targets = [...new Set(images.map(({ target }) => target))].sort((a, b) => a - b);
  const cells = images[0]?.map.length ?? 0;
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
      members.length === 0 ? [] : [draftOf(target, members, own.length, cells)],
    ),
  );
  return {
    classes: groups.map(({ target, own, found: { places, eigenvalues } }) => ({
      ...{
        target,
        images: own,
        places,
        eigenvalues,
        mean: meanOf(
          own.map(({ map }) => map),
          cells,
        ),
      },
    })),
    clusters: judged(drafts, images),
  };
}

type Draft = Omit<AtlasCluster, 'alone' | 'cells' | 'fixed' | 'isSuspicious'> & {
  readonly evidence: readonly Float32Array[];
  /** The sum of the evidence. */
  readonly total: Float64Array;
};

function draftOf(target: number, images: readonly AtlasImage[], ofClass: number, cells: number): Draft {
  const mean = meanOf(
    images.map(({ map }) => map),
    cells,
  );
  const evidence = images.map(({ map }) => evidenceOf(map));
  const likeness = ({ map }: AtlasImage) => map.reduce((sum, value, i) => sum + value * (mean[i] ?? 0), 0);
  const order = images.map((image) => ({ image, like: likeness(image) })).sort((a, b) => b.like - a.like);
  return {
    ...{ target, images, mean, evidence, share: images.length / ofClass },
    total: meanOf(evidence, cells).map((value) => value * evidence.length),
    ...rightness(images),
    typical: order.slice(0, shown).map(({ image }) => image),
    odd: order
      .slice(-shown)
      .reverse()
      .map(({ image }) => image),
  };
}

function rightness(images: readonly AtlasImage[]): Pick<AtlasCluster, 'accuracy' | 'purity'> {
  const labels = images.flatMap(({ label }) => (label === undefined ? [] : [label]));
  if (labels.length === 0) return { accuracy: undefined, purity: undefined };
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const right = images.filter(({ label, predicted }) => label !== undefined && label === predicted).length;
  return { accuracy: right / labels.length, purity: Math.max(...counts.values()) / labels.length };
}

/**
 * Holds each cluster against all images outside of it. What is suspicious is then left out of what others are held against: of a
 * shortcut that fell into two clusters the second is found, too.
 */
function judged(drafts: readonly Draft[], images: readonly AtlasImage[]): readonly AtlasCluster[] {
  const { accuracy: ofAll = 0 } = rightness(images);
  let found: readonly (AtlasCluster & { readonly draft: Draft })[] = [];
  for (;;) {
    const left = new Set(found.filter(({ isSuspicious }) => isSuspicious).map(({ draft }) => draft));
    const next = drafts.map((draft) => {
      const others = drafts.filter((other) => other !== draft && !(left.has(other) && other.target === draft.target));
      const { cells, share: alone, fixed } = evidencePlace(draft.evidence, meanOfTotals(others, draft.mean.length));
      const isRight = draft.accuracy === undefined || draft.accuracy >= ofAll - lessRight;
      const isSuspicious = alone >= suspicious && fixed >= usuallyThere && draft.share <= mostOfClass && isRight;
      const { evidence: _, total: __, ...cluster } = draft;
      return { ...cluster, draft, cells, alone, fixed, isSuspicious };
    });
    const count = next.filter(({ isSuspicious }) => isSuspicious).length;
    found = next;
    if (count === left.size) break;
  }
  const order = (cluster: AtlasCluster) => cluster.alone * cluster.fixed + Number(cluster.isSuspicious);
  return found.toSorted((a, b) => order(b) - order(a)).map(({ draft: _, ...cluster }) => cluster);
}

function meanOfTotals(drafts: readonly Draft[], length: number): Float64Array {
  const count = drafts.reduce((sum, { evidence }) => sum + evidence.length, 0);
  const mean = new Float64Array(length);
  for (const { total } of drafts) for (let i = 0; i < length; i++) mean[i] = (mean[i] ?? 0) + (total[i] ?? 0) / count;
  return mean;
}
