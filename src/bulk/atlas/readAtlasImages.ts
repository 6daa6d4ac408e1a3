import { checkMaskSize } from '../../faithfulness/metrics/maskSize.ts';
import type { WorkOptions } from '../../progress.ts';
import { BulkSettingsError } from '../errors.ts';
import { type BulkStore, shardRange } from '../store.ts';
import type { MapForm } from '../storeArrays.ts';
import type { AtlasImage } from './cluster.ts';
import { type MaskReader, objectEvidence } from './objectEvidence.ts';
import { pooled } from './pooledMaps.ts';
import { storedMaps } from './storedMaps.ts';

/**
 * The images of a store that have maps of a method, their maps made small; a shard at a time is in memory as it is.
 * @throws BulkSettingsError where there are none; MaskError for a mask of another size than the model's input
 */
export async function readAtlasImages(
  store: BulkStore,
  method: MapForm,
  { progress, maskOf }: WorkOptions & { readonly maskOf?: MaskReader } = {},
): Promise<readonly AtlasImage[]> {
  const done = [...(await store.done())].sort((a, b) => a - b);
  const images: AtlasImage[] = [];
  for (const [i, shard] of done.entries()) {
    progress?.(i, done.length, 'Reading the maps');
    const { from } = shardRange(store.identity, shard);
    const [targets, predicted, labels] = await Promise.all(
      ['target', 'predicted', 'label'].map((path) => store.read(path, shard)),
    );
    for (const [k, whole] of (await storedMaps(store, method, shard)).entries()) {
      const map = pooled(whole);
      const [index, target, label] = [from + k, Number(targets?.[k] ?? -1), Number(labels?.[k] ?? -1)];
      // Maps of nothing are like each other, and of no use here.
      if (target < 0 || map.every((value) => value === 0)) continue;
      const mask = await maskOf?.(index);
      if (mask) checkMaskSize(index, mask, store.identity.model.input);
      images.push({
        ...{ index, map, target, predicted: Number(predicted?.[k] ?? -1), label: label < 0 ? undefined : label },
        onObject: mask && objectEvidence(whole, mask),
      });
    }
  }
  if (images.length > 0) return images;
  throw new BulkSettingsError(
    `${store.files.name} has no maps by ${method.id} yet: run its konkyo bulk to the end, or choose another method.`,
  );
}
