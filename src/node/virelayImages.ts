import { storedMaps } from '../bulk/atlas/storedMaps.ts';
import { type BulkStore, imagesOf } from '../bulk/store.ts';
import type { MapForm } from '../bulk/storeArrays.ts';
import type { CellMap } from '../faithfulness/pixelMap.ts';
import type { Hdf5File } from './hdf5.ts';

/** ViRelAy asks each label for its name, also those that nobody knows. */
export const noLabel = 65_535;

/** The small pictures of a store into one file, and its maps at their size into another, a shard at a time. */
export async function writeVirelayImages(dataset: Hdf5File, attribution: Hdf5File, store: BulkStore, method: MapForm) {
  const [height = 1, width = 1, channels = 1] = store.form.picture;
  const area = height * width;
  const data = growing(dataset, 'data', [channels, height, width]);
  const maps = growing(attribution, 'attribution', [1, height, width]);
  const scores = growing(attribution, 'prediction', [store.form.scores]);
  const [labels, explained] = [growing(dataset, 'label', []), growing(attribution, 'label', [])];
  for (let shard = 0; shard < store.shards; shard++) {
    const count = imagesOf(store.identity, shard);
    const [pictures, predictions] = [await store.read('picture', shard), await store.read('scores', shard)];
    const known = Uint16Array.from([...(await store.read('label', shard))].map(labelOf));
    data(
      Uint8Array.from({ length: count * channels * area }, (_, i) => {
        const [image, channel, pixel] = [Math.floor(i / (channels * area)), Math.floor(i / area) % channels, i % area];
        return Number(pictures[(image * area + pixel) * channels + channel]);
      }),
      count,
    );
    const planes = await storedMaps(store, method, shard);
    maps(Float32Array.from(planes.flatMap((map) => [...atSize(map, height, width)])), count);
    scores(Float32Array.from(predictions, Number), count);
    labels(known, count);
    explained(known, count);
  }
}

function labelOf(label: number | string): number {
  return Number(label) < 0 ? noLabel : Number(label);
}

/** An array of a file that a shard after the other is put to, so that none has to be in memory with the others. */
function growing(file: Hdf5File, name: string, dims: readonly number[]) {
  let have = 0;
  return (data: Uint8Array | Uint16Array | Float32Array, count: number): void => {
    const [from, shape] = [have, [have + count, ...dims]];
    have += count;
    if (from === 0) {
      const chunks = [dims.length === 3 ? 1 : count, ...dims];
      file.create_dataset({ name, data, shape, maxshape: [null, ...dims], chunks });
      return;
    }
    const array = file.get(name);
    if (!array || !('write_slice' in array)) throw new RangeError(`${name} is no array.`);
    array.resize(shape);
    array.write_slice([[from, have], ...dims.map((): [] => [])], data);
  };
}

/** A map as a picture of another size: the mean of the cells that a pixel covers, nothing where it has no number. */
function* atSize({ values, ...map }: CellMap, height: number, width: number): Generator<number> {
  const covered = (at: number, cells: number, pixels: number) => {
    const first = Math.floor((at * cells) / pixels);
    return { first, last: Math.max(first, Math.ceil(((at + 1) * cells) / pixels) - 1) };
  };
  for (let y = 0; y < height; y++) {
    const rows = covered(y, map.height, height);
    for (let x = 0; x < width; x++) {
      const columns = covered(x, map.width, width);
      let [sum, count] = [0, 0];
      for (let row = rows.first; row <= rows.last; row++) {
        for (let column = columns.first; column <= columns.last; column++) {
          sum += values[row * map.width + column] ?? 0;
          count += 1;
        }
      }
      yield Number.isFinite(sum) ? sum / count : 0;
    }
  }
}
