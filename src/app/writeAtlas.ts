import { type Atlas, atlas } from '../bulk/atlas/atlas.ts';
import { renderAtlas } from '../bulk/atlas/page/renderAtlas.ts';
import { spriteSheets } from '../bulk/atlas/page/spriteSheets.ts';
import { pooledSize } from '../bulk/atlas/pooledMaps.ts';
import { atlasMethod, readAtlasImages } from '../bulk/atlas/readAtlasImages.ts';
import type { BulkStore } from '../bulk/store.ts';
import type { WorkOptions } from '../progress.ts';
import type { ReportOutput } from './reportOutput.ts';

/** Of what maps an atlas is, and where it goes. */
export interface AtlasOptions extends WorkOptions {
  /** Id of a method of the store. Default: its first with height and width. */
  readonly method?: string;
  /** Of the clustering. Default 0. */
  readonly seed?: number;
  readonly output: Pick<ReportOutput, 'write'>;
}

/** What an atlas found, and where its page is. */
export interface WrittenAtlas {
  readonly page: string;
  readonly method: string;
  readonly atlas: Atlas;
}

/**
 * Sorts the maps of a store into groups that are alike, class by class, and writes a page of them, with thumbnails beside it: groups
 * that look like shortcuts come first.
 * @throws BulkSettingsError where there are no such maps; StoreFormatError
 */
export async function writeAtlas(store: BulkStore, options: AtlasOptions): Promise<WrittenAtlas> {
  const { output, seed, progress } = options;
  const method = atlasMethod(store, options.method);
  const images = await readAtlasImages(store, method, options);
  progress?.(0, 1, 'Sorting the maps');
  const found = atlas(images, seed);
  for await (const sheet of spriteSheets(store, method, options)) await output.write(sheet);
  const { input } = store.identity.model;
  const size = pooledSize(...sizeOf(method.dims, method.layer === undefined && store.form.layout === 'NHWC'));
  const done = await store.done();
  const names = await namesOf(store, done);
  const contents = await renderAtlas({
    ...{
      atlas: found,
      ...size,
      names,
      store: store.files.name,
      method: method.title,
      model: store.identity.model.sha256,
    },
    classNames: input.classes ?? store.identity.images.classNames,
    notes:
      done.size === store.shards ? [] : [`The store is not whole: ${done.size} of ${store.shards} shards are there.`],
  });
  progress?.(1, 1, 'done');
  // Last, so that it never shows thumbnails that are not there.
  return { page: await output.write({ name: 'index.html', contents }), method: method.id, atlas: found };
}

function sizeOf([first = 1, second = 1, third = 1]: readonly number[], channelsLast: boolean): [number, number] {
  return channelsLast ? [first, second] : [second, third];
}

async function namesOf(store: BulkStore, done: ReadonlySet<number>): Promise<readonly string[]> {
  const names: string[] = new Array<string>(store.identity.images.count).fill('');
  for (const shard of done) {
    for (const [k, name] of (await store.read('name', shard)).entries()) {
      names[shard * store.identity.shardSize + k] = String(name);
    }
  }
  return names;
}
