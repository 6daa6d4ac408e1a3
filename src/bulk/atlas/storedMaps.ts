import { type CellMap, cellMap } from '../../faithfulness/pixelMap.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { BulkSettingsError } from '../errors.ts';
import { type BulkStore, imagesOf } from '../store.ts';
import type { MapForm } from '../storeArrays.ts';

/** The maps of a shard by a method, one an image, channels added up. */
export async function storedMaps(store: BulkStore, method: MapForm, shard: number): Promise<readonly CellMap[]> {
  const data = Float32Array.from(await store.read(`maps/${method.id}`, shard), Number);
  const size = sizeOf(method.dims);
  return Array.from({ length: imagesOf(store.identity, shard) }, (_, k) => {
    const map = cellsOf(store, method, data.subarray(k * size, (k + 1) * size));
    if (!map) throw new RangeError(`The maps by ${method.id} have no positions.`);
    return map;
  });
}

/** The size of the maps of a method, where they have positions. */
export function mapSize(store: BulkStore, method: MapForm): Pick<CellMap, 'height' | 'width'> | undefined {
  return cellsOf(store, method, new Float32Array(sizeOf(method.dims)));
}

function cellsOf({ identity }: BulkStore, { dims, layer }: MapForm, data: Float32Array): CellMap | undefined {
  return cellMap({ values: { type: 'float32', dims: [1, ...dims], data }, layer }, identity.model.input);
}

/** The method of an atlas: one that a store has, whose maps have positions. @throws BulkSettingsError */
export function atlasMethod(store: BulkStore, id: string | undefined): MapForm {
  const usable = store.form.maps.filter((one) => mapSize(store, one) !== undefined);
  const found = id === undefined ? usable[0] : usable.find((one) => one.id === id);
  if (found) return found;
  const names = usable.map((one) => one.id).join(', ');
  throw new BulkSettingsError(
    `${store.files.name} has no maps with height and width ${id === undefined ? '' : `by ${id}`}: ${names === '' ? 'make some by a method of pixels' : `choose one of ${names}`}.`,
  );
}
