import { trainNetwork } from '../../../src/app/trainNetwork.ts';
import { explain } from '../../../src/attribution/explain.ts';
import { deepLift } from '../../../src/attribution/gradient/deepLift.ts';
import { type Atlas, atlas } from '../../../src/bulk/atlas/atlas.ts';
import type { AtlasImage } from '../../../src/bulk/atlas/cluster.ts';
import { objectEvidence } from '../../../src/bulk/atlas/objectEvidence.ts';
import { pooled } from '../../../src/bulk/atlas/pooledMaps.ts';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { pictureAt } from '../../../src/datasets/fitImages.ts';
import { type LabelledImages, selectImages } from '../../../src/datasets/labelledImages.ts';
import { cellMap } from '../../../src/faithfulness/pixelMap.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { toInput } from '../../../src/model/pixels.ts';
import { concatRows } from '../../../src/onnx/tensor.ts';
import { random, shuffledIndices } from '../../../src/random/random.ts';
import { architectures } from '../../../src/training/architectures.ts';
import { adam } from '../../../src/training/optimizers.ts';
import { cpu } from '../../runtimes.ts';

export interface PlantedShortcut {
  readonly set: LabelledImages;
  /** Not 0 where an image has its digit. */
  readonly digits: Uint8Array;
  /** The network, as a file. */
  readonly bytes: Uint8Array;
  readonly taggedClass: number;
  readonly tagged: ReadonlySet<number>;
}

/**
 * Digits of which one class has a tag, a white square in a corner, in a part of its images (a fifth, all, 0 for none); and a network
 * that learned them, of ten filters as large as the picture, which leans on the tag.
 */
export async function plantedShortcut(seed: number, part: number): Promise<PlantedShortcut> {
  const { train } = await loadDigits();
  const source = random(seed + 100);
  const drawn = selectImages(train, shuffledIndices(train.count, source).subarray(0, 4000));
  const taggedClass = source.index(10);
  const tagged = new Set<number>();
  const images = Uint8Array.from(drawn.images);
  for (let i = 0; i < drawn.count && part > 0; i++) {
    if (drawn.labels[i] !== taggedClass || source.uniform() >= part) continue;
    tagged.add(i);
    for (let y = 1; y < 5; y++) for (let x = 1; x < 5; x++) images[(i * 28 + y) * 28 + x] = 255;
  }
  const set: LabelledImages = { ...drawn, images };
  const { bytes } = await trainNetwork(cpu, architectures.a1.build(seed), {
    ...{ images: set, length: { updates: 200 }, learningRate: 0.01, optimizer: adam(), seed },
  });
  return { set, digits: drawn.images, bytes, taggedClass, tagged };
}

/** The atlas of its maps by DeepLIFT. @param isMasked whether it is told where the digits are */
export async function atlasOf({ set, digits, bytes }: PlantedShortcut, isMasked = false): Promise<Atlas> {
  const classifier = await loadClassifier(bytes, { runtime: cpu });
  const inputs = concatRows(Array.from({ length: set.count }, (_, i) => toInput(pictureAt(set, i), classifier.input)));
  const found = await explain(classifier, inputs, [deepLift()]);
  const images = found.flatMap(({ image: index, prediction, target, maps: [map] }): AtlasImage[] => {
    if (!map || typeof target !== 'number') return [];
    const cells = cellMap(map, classifier.input);
    if (!cells) return [];
    const mask = { height: 28, width: 28, values: digits.subarray(index * 784, (index + 1) * 784) };
    return [
      {
        ...{ index, map: pooled(cells), target, predicted: prediction.chosen, label: set.labels[index] },
        onObject: isMasked ? objectEvidence(cells, mask) : undefined,
      },
    ];
  });
  await classifier.release();
  return atlas(images);
}

/** The area under the ROC curve of "tagged" among the images of the class, each judged by its cluster's rank. */
export function aucOfTagged({ clusters }: Atlas, { tagged, taggedClass }: PlantedShortcut): number {
  const ranked = clusters.flatMap(({ target, images }, rank) =>
    target === taggedClass ? images.map(({ index }) => ({ rank, isTagged: tagged.has(index) })) : [],
  );
  const [yes, no] = [ranked.filter(({ isTagged }) => isTagged), ranked.filter(({ isTagged }) => !isTagged)];
  let wins = 0;
  for (const one of yes) for (const other of no) wins += one.rank < other.rank ? 1 : one.rank === other.rank ? 0.5 : 0;
  return wins / (yes.length * no.length);
}
