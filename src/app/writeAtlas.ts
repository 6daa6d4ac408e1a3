import { type Atlas, atlas } from '../bulk/atlas/atlas.ts';
import type { MaskReader } from '../bulk/atlas/objectEvidence.ts';
import { renderAtlas } from '../bulk/atlas/page/renderAtlas.ts';
import { spriteSheets } from '../bulk/atlas/page/spriteSheets.ts';
import { pooledSize } from '../bulk/atlas/pooledMaps.ts';
import { readAtlasImages } from '../bulk/atlas/readAtlasImages.ts';
import { atlasMethod, mapSize } from '../bulk/atlas/storedMaps.ts';
import type { BulkStore } from '../bulk/store.ts';
import type { Language } from '../language/language.ts';
import { wordsIn } from '../language/words.ts';
import type { WorkOptions } from '../progress.ts';
import type { ReportOutput } from './reportOutput.ts';

/** Of what maps an atlas is, and where it goes. */
export interface AtlasOptions extends WorkOptions {
  /** Id of a method of the store. Default: its first with height and width. */
  readonly method?: string;
  /** Of the clustering. Default 0. */
  readonly seed?: number;
  /** Where the object is in an image: evidence off it is then told, and looks like a shortcut. */
  readonly maskOf?: MaskReader;
  /** Of the page. Default: English. */
  readonly language?: Language;
  readonly output: Pick<ReportOutput, 'write'>;
}

/** What an atlas found, and where its page is. */
export interface WrittenAtlas {
  readonly page: string;
  readonly method: string;
  /** Of the classes that are explained, where they have names. */
  readonly classNames: readonly string[];
  readonly atlas: Atlas;
}

/**
 * Sorts the maps of a store into groups that are alike, class by class, and writes a page of them, with thumbnails beside it: groups
 * that look like shortcuts come first.
 * @throws BulkSettingsError where there are no such maps; StoreFormatError; MaskError, and what `maskOf` throws
 */
export async function writeAtlas(store: BulkStore, options: AtlasOptions): Promise<WrittenAtlas> {
  const { output, seed, progress, language = 'en' } = options;
  const method = atlasMethod(store, options.method);
  const images = await readAtlasImages(store, method, options);
  progress?.(0, 1, 'Sorting the maps');
  const found = atlas(images, seed);
  for await (const sheet of spriteSheets(store, method, options)) await output.write(sheet);
  const { model, images: set } = store.identity;
  const done = await store.done();
  const words = wordsIn(language);
  const classNames = model.input.classes ?? set.classNames;
  const contents = await renderAtlas({
    ...{ atlas: found, language, classNames, store: store.files.name, model: model.sha256 },
    ...pooledSize(mapSize(store, method) ?? model.input),
    names: await namesOf(store, done),
    method: words.methods.described(method.id, { ...method, about: '' }).title,
    notes: done.size === store.shards ? [] : [words.atlas.notWhole(done.size, store.shards)],
  });
  progress?.(1, 1, 'done');
  // Last, so that it never shows thumbnails that are not there.
  return { page: await output.write({ name: 'index.html', contents }), method: method.id, classNames, atlas: found };
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
