import type { AtlasCluster, AtlasImage, OffObject } from './cluster.ts';
import { evidenceOf, evidencePlace, meanOf } from './evidencePlace.ts';

/** A cluster that is not held against the others yet. */
export type Draft = Pick<AtlasCluster, 'target' | 'images' | 'share' | 'mean' | 'typical' | 'odd'>;

/** Evidence that belongs to a cluster alone, or is off the object beyond what the others have there, is suspicious from this part on; */
const suspicious = 0.33;
/** where it lies so in as many of the maps. */
const usuallyThere = 0.8;
/** A place that most images of a class have evidence in is the class's own. */
const mostOfClass = 0.6;
/** By so much its accuracy may be below that of all. */
const lessRight = 0.05;

/**
 * Holds each cluster against all images outside of it, and puts those that look most like shortcuts first. What is suspicious is then
 * left out of what others are held against: of a shortcut that fell into two clusters the second is found, too.
 */
export function judged(drafts: readonly Draft[]): readonly AtlasCluster[] {
  const all = drafts.map(weighed);
  const { accuracy: ofAll = 0 } = rightness(drafts.flatMap(({ images }) => images));
  const suspected = new Set<Weighed>();
  const held = (one: Weighed) => {
    const isOther = (other: Weighed) => other.draft.target !== one.draft.target || !suspected.has(other);
    return heldAgainst(
      one,
      all.filter((other) => other !== one && isOther(other)),
      ofAll,
    );
  };
  for (let before = -1; before < suspected.size; ) {
    before = suspected.size;
    const more = all.filter((one) => !suspected.has(one) && held(one).isSuspicious);
    for (const one of more) suspected.add(one);
  }
  return all
    .map((one) => ({ ...held(one), isSuspicious: suspected.has(one) }))
    .sort((a, b) => strangeness(b) - strangeness(a));
}

/** A cluster with sums over its images. */
interface Weighed {
  readonly draft: Draft;
  readonly evidence: readonly Float32Array[];
  readonly mean: Float64Array;
  /** Of each image with a mask, the part of its evidence that lies off the object. */
  readonly off: readonly number[];
}

function weighed(draft: Draft): Weighed {
  const evidence = draft.images.map(({ map }) => evidenceOf(map));
  const off = draft.images.flatMap(({ onObject }) => (onObject === undefined ? [] : [1 - onObject]));
  return { draft, evidence, mean: meanOf(evidence, draft.mean.length), off };
}

function heldAgainst({ draft, evidence, off }: Weighed, others: readonly Weighed[], ofAll: number): AtlasCluster {
  const { cells, share: alone, fixed } = evidencePlace(evidence, meanOfMeans(others, draft.mean.length));
  const offObject = offOf(off, others);
  const { accuracy, purity } = rightness(draft.images);
  const isRight = accuracy === undefined || accuracy >= ofAll - lessRight;
  const isOfFew = alone >= suspicious && fixed >= usuallyThere && draft.share <= mostOfClass;
  // A place of few images is no shortcut where masks say that it is on the object.
  const mayBeOff = offObject === undefined || moreOff(offObject) > 0;
  const isOff = offObject !== undefined && moreOff(offObject) >= suspicious && offObject.usual >= usuallyThere;
  const isSuspicious = isRight && ((isOfFew && mayBeOff) || isOff);
  return { ...draft, accuracy, purity, alone, cells, fixed, offObject, isSuspicious };
}

function strangeness({ alone, fixed, offObject, isSuspicious }: AtlasCluster): number {
  const off = offObject ? moreOff(offObject) * offObject.usual : 0;
  return Number(isSuspicious) + Math.max(alone * fixed, off);
}

/** Nothing where there are no others to hold it against. */
function moreOff({ share, others = share }: OffObject): number {
  return share - others;
}

function offOf(off: readonly number[], others: readonly Weighed[]): OffObject | undefined {
  if (off.length === 0) return undefined;
  const share = sum(off) / off.length;
  const masked = sum(others.map((other) => other.off.length));
  return {
    share,
    others: masked === 0 ? undefined : sum(others.map((other) => sum(other.off))) / masked,
    usual: off.filter((one) => one >= share / 2).length / off.length,
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

/** The mean over the images of several clusters. */
function meanOfMeans(clusters: readonly Weighed[], length: number): Float64Array {
  const count = clusters.reduce((sum, { evidence }) => sum + evidence.length, 0);
  const total = new Float64Array(length);
  for (const { mean: own, evidence } of clusters) {
    for (let i = 0; i < length; i++) total[i] = (total[i] ?? 0) + ((own[i] ?? 0) * evidence.length) / count;
  }
  return total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
