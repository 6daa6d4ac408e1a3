import type { WorkOptions } from '../../progress.ts';
import { BulkSettingsError } from '../errors.ts';
import { type BulkStore, shardRange } from '../store.ts';
import type { MapForm } from '../storeArrays.ts';
import type { AtlasImage } from './atlas.ts';
import { pooled } from './pooledMaps.ts';

/** The images of a store that have maps of a method, their maps made small; a shard at a time is in memory as it is. */
export async function readAtlasImages(
  store: BulkStore,
  method: MapForm,
  { progress }: WorkOptions = {},
): Promise<readonly AtlasImage[]> {
  const done = [...(await store.done())].sort((a, b) => a - b);
  const size = method.dims.reduce((product, dim) => product * dim, 1);
  const form = { dims: method.dims, channelsLast: method.layer === undefined && store.form.layout === 'NHWC' };
  const images: AtlasImage[] = [];
  for (const [i, shard] of done.entries()) {
    progress?.(i, done.length, 'Reading the maps');
    const { from, to } = shardRange(store.identity, shard);
    const maps = await store.read(`maps/${method.id}`, shard);
    const [targets, predicted, labels] = await Promise.all(
      ['target', 'predicted', 'label'].map((path) => store.read(path, shard)),
    );
    for (let k = 0; k < to - from; k++) {
      const map = pooled(Float32Array.from(maps.slice(k * size, (k + 1) * size), Number), form);
      const [target, label] = [Number(targets?.[k] ?? -1), Number(labels?.[k] ?? -1)];
      // Maps of nothing are like each other, and of no use here.
      if (target < 0 || map.every((value) => value === 0)) continue;
      const known = label < 0 ? undefined : label;
      images.push({ index: from + k, map, target, predicted: Number(predicted?.[k] ?? -1), label: known });
    }
  }
  if (images.length > 0) return images;
  throw new BulkSettingsError(
    `${store.files.name} has no maps by ${method.id} yet: run its konkyo bulk to the end, or choose another method.`,
  );
}

/** The method of an atlas: one that a store has, whose maps have height and width. @throws BulkSettingsError */
export function atlasMethod({ form: { maps }, files }: BulkStore, id: string | undefined): MapForm {
  const usable = maps.filter(({ dims }) => dims.length === 3);
  const found = id === undefined ? usable[0] : usable.find((one) => one.id === id);
  if (found) return found;
  const names = usable.map((one) => one.id).join(', ');
  throw new BulkSettingsError(
    `${files.name} has no maps with height and width ${id === undefined ? '' : `by ${id}`}: ${names === '' ? 'make some by a method of pixels' : `choose one of ${names}`}.`,
  );
}
