import { basename, resolve } from 'node:path';
import { type BulkOptions, openBulk } from '../app/bulk.ts';
import type { BulkTarget } from '../bulk/explainShard.ts';
import type { ShardWork } from '../bulk/runShards.ts';
import { firstImages, type ImageStream, openImageStream } from '../datasets/imageStream.ts';
import { type ImagePart, imageParts } from '../datasets/pictureList.ts';
import { checks as everyCheck } from '../faithfulness/checks.ts';
import { nearName } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { isFixed, parseTarget } from '../model/target.ts';
import { storeFolder } from '../node/storeFolder.ts';
import { type Releasable, together } from '../runtime/release.ts';
import { UsageError, wholeFlag } from './flags.ts';
import { interruption } from './interruption.ts';
import { chosenMethods } from './methodFlags.ts';
import { classifierFrom, type ModelFlags } from './modelOptions.ts';
import type { Progress } from './progress.ts';

/** The flags that say what a bulk run is of: the same give the same store. */
export interface GivenFlags extends ModelFlags, Readonly<Record<string, unknown>> {
  readonly dataset?: string;
  readonly store?: string;
  readonly method?: string;
  readonly part?: string;
  readonly images?: string;
  readonly target?: string;
  readonly check?: string;
  readonly seed?: string;
  readonly shardSize?: string;
}

/** The same with all that a run needs. */
type BulkFlags = GivenFlags & { readonly dataset: string; readonly store: string; readonly method: string };

/** A bulk run as another process can be told of it: paths are whole, so that they hold wherever the same folders are. */
export interface BulkRequest {
  readonly model: string;
  readonly flags: BulkFlags;
}

/** The model, the images and the store of a bulk run, as its flags say. */
export interface BulkInputs {
  readonly classifier: Classifier;
  readonly stream: ImageStream;
  readonly files: ReturnType<typeof storeFolder>;
  readonly options: Omit<BulkOptions, 'share'>;
}

/** @throws UsageError, FileError, and what loading a model or a data set throws */
export async function bulkInputs({ model, flags }: BulkRequest, progress: Progress): Promise<BulkInputs & Releasable> {
  const methods = chosenMethods(flags.method, flags);
  const checks = checksNamed(flags.check);
  const part = partOf(flags.part);
  const shardSize = flags.shardSize === undefined ? undefined : wholeFlag('shard-size', flags.shardSize, 1);
  const seed = flags.seed === undefined ? undefined : wholeFlag('seed', flags.seed, 0);
  const images = flags.images === undefined ? Number.POSITIVE_INFINITY : wholeFlag('images', flags.images, 1);
  return together(async (keep) => {
    const classifier = await keep(classifierFrom(model, flags));
    const stream = await openImageStream(flags.dataset, {
      ...{ part, dataDir: flags.dataDir, signal: interruption },
      onProgress: ({ what, done, total }) => progress.update(Math.floor((10 * done) / total), 10, what),
    });
    progress.finish();
    return {
      classifier,
      stream: firstImages(stream, images),
      files: storeFolder(flags.store),
      options: {
        ...{ methods, checks, target: targetOf(flags.target, classifier), shardSize, seed },
        resources: resourcesOf(flags),
      },
    };
  });
}

/** The same, ready to make shards. */
export function openBulkRun(request: BulkRequest, progress: Progress): Promise<ShardWork & Releasable> {
  return together(async (keep) => {
    const { classifier, stream, files, options } = await keep(bulkInputs(request, progress));
    return keep(openBulk(classifier, stream, files, options));
  });
}

/** With the paths of files and folders made whole. @param named the names of data sets, which are no paths. */
export function wholePaths({ model, flags }: BulkRequest, named: readonly string[]): BulkRequest {
  const whole = (path: unknown) => (typeof path === 'string' ? resolve(path) : undefined);
  return {
    model: resolve(model),
    flags: {
      ...flags,
      dataset: named.includes(flags.dataset) ? flags.dataset : resolve(flags.dataset),
      store: resolve(flags.store),
      dataDir: whole(flags.dataDir),
      classes: whole(flags.classes),
      with: whole(flags.with),
      segments: whole(flags.segments),
      baselines: named.includes(String(flags.baselines)) ? flags.baselines : whole(flags.baselines),
    },
  };
}

const resourceFlags = ['baselines', 'segments'] as const;

/** By their last names: on another machine they may lie elsewhere. */
function resourcesOf(flags: GivenFlags): Readonly<Record<string, string>> {
  const given = resourceFlags.map((name) => [name, flags[name]] as const);
  return Object.fromEntries(
    given.flatMap(([name, path]) => (typeof path === 'string' ? [[name, basename(path)]] : [])),
  );
}

function checksNamed(ids: string | undefined) {
  const running = everyCheck.filter(({ run }) => run !== undefined);
  if (ids === 'all') return running;
  return (ids?.split(',') ?? []).map((id) => {
    const found = running.find((check) => check.id === id.trim());
    if (found) return found;
    const names = running.map((check) => check.id);
    const near = nearName(id, names);
    throw new UsageError(
      `There is no check "${id}"${near === undefined ? '' : ` (did you mean ${near}?)`}: give ${names.join(', ')}, or all.`,
    );
  });
}

function partOf(text = 'all'): ImagePart {
  const part = imageParts.find((one) => one === text);
  if (part) return part;
  throw new UsageError(`--part takes ${imageParts.join(', ')}, not "${text}".`);
}

/** @throws UsageError, InvalidTargetError */
function targetOf(text: string | undefined, classifier: Classifier): BulkTarget {
  if (text === undefined || text === 'predicted' || text === 'label') return text ?? 'predicted';
  const target = parseTarget(text, classifier);
  if (isFixed(target) && typeof target === 'number') return target;
  throw new UsageError(`--target takes predicted, label, or a class, not "${text}".`);
}
