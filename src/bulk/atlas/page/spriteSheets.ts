import type { Picture } from '../../../pictures/picture.ts';
import { encodePictureFile } from '../../../pictures/png.ts';
import { resizeImage } from '../../../pictures/resizeImage.ts';
import { overlay } from '../../../pictures/rgba.ts';
import type { WorkOptions } from '../../../progress.ts';
import type { ReportFile } from '../../../report/page/page.ts';
import type { BulkStore } from '../../store.ts';
import type { MapForm } from '../../storeArrays.ts';
import { storedMaps } from '../storedMaps.ts';

/** Thumbnails have so many pixels to a side; a sheet has so many images in a row, each twice: as it is, and under its map. */
export const tile = 32;
export const columns = 20;
export const imagesOfSheet = columns * columns;

/** Where sheets lie in the folder of the atlas. */
export const sheetFolder = 'sheets';

function sheetName(sheet: number): string {
  return `${sheetFolder}/${String(sheet).padStart(5, '0')}.png`;
}

/** Small pictures of all images of a store that is there, many to a file, so that a page loads those alone that it shows. */
export async function* spriteSheets(
  store: BulkStore,
  method: MapForm,
  { progress }: WorkOptions = {},
): AsyncGenerator<ReportFile> {
  const { images, shardSize } = store.identity;
  const done = await store.done();
  const sheets = Math.ceil(images.count / imagesOfSheet);
  let current: { readonly shard: number; readonly tiles: readonly Picture[] } | undefined;
  for (let sheet = 0; sheet < sheets; sheet++) {
    progress?.(sheet, sheets, 'Drawing the thumbnails');
    const data = new Uint8Array(2 * columns * tile * columns * tile * 3).fill(255);
    const end = Math.min(images.count, (sheet + 1) * imagesOfSheet);
    for (let index = sheet * imagesOfSheet; index < end; index++) {
      const shard = Math.floor(index / shardSize);
      if (!done.has(shard)) continue;
      if (current?.shard !== shard) current = { shard, tiles: await tilesOf(store, method, shard) };
      const place = index % imagesOfSheet;
      const own = current.tiles.slice(2 * (index % shardSize), 2 * (index % shardSize) + 2);
      for (const [k, picture] of own.entries()) {
        putTile(data, picture, 2 * (place % columns) + k, Math.floor(place / columns));
      }
    }
    const contents = encodePictureFile({ width: 2 * columns * tile, height: columns * tile, channels: 3, data });
    yield { name: sheetName(sheet), contents };
  }
}

/** Two pictures of an image each: as it is, and with its map over it. */
async function tilesOf(store: BulkStore, method: MapForm, shard: number): Promise<readonly Picture[]> {
  const [height = 1, width = 1, channels = 1] = store.form.picture;
  const pictures = await store.read('picture', shard);
  return (await storedMaps(store, method, shard)).flatMap((map, k) => {
    const size = height * width * channels;
    const data = Uint8Array.from(pictures.slice(k * size, (k + 1) * size), Number);
    const picture: Picture = { height, width, channels: channels === 1 ? 1 : 3, data };
    const over = overlay(map, picture);
    return [small(coloured(picture)), small({ height, width, channels: 3, data: withoutOpacity(over.data) })];
  });
}

function small(picture: Picture): Picture {
  return resizeImage(picture, { height: tile, width: tile });
}

function coloured({ height, width, channels, data }: Picture): Picture {
  if (channels === 3) return { height, width, channels, data };
  return {
    height,
    width,
    channels: 3,
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)] ?? 0),
  };
}

function withoutOpacity(data: Uint8ClampedArray): Uint8Array {
  return Uint8Array.from({ length: (data.length / 4) * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] ?? 0);
}

function putTile(sheet: Uint8Array, { data }: Picture, column: number, row: number): void {
  for (let y = 0; y < tile; y++) {
    const at = ((row * tile + y) * 2 * columns * tile + column * tile) * 3;
    sheet.set(data.subarray(y * tile * 3, (y + 1) * tile * 3), at);
  }
}
