import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Atlas } from '../bulk/atlas/atlas.ts';
import { atlasMethod } from '../bulk/atlas/storedMaps.ts';
import { BulkSettingsError } from '../bulk/errors.ts';
import type { BulkStore } from '../bulk/store.ts';
import { writeBeside } from '../datasets/writeBeside.ts';
import { version } from '../version.ts';
import { type Hdf5File, hdf5 } from './hdf5.ts';
import { noLabel, writeVirelayImages } from './virelayImages.ts';

/** An atlas that is written again, for ViRelAy. */
export interface VirelayProject {
  readonly store: BulkStore;
  /** Of the maps that the atlas is of. */
  readonly method: string;
  readonly classNames: readonly string[];
  readonly atlas: Atlas;
}

/**
 * Writes a project that ViRelAy 0.4 opens (Anders, Neumann, Samek, Müller & Lapuschkin 2021): small pictures, maps with their channels
 * added up, at the pictures' size, and for each class where its images lie and the cluster of each, as HDF5; beside them the names of
 * the classes, and what ViRelAy opens, `project.yaml`. A shard at a time is in memory.
 * @throws BulkSettingsError where the store is not whole, or the package h5wasm is not installed
 */
export async function writeVirelayProject(folder: string, project: VirelayProject): Promise<string> {
  const { store, atlas } = project;
  if ((await store.done()).size < store.shards) {
    throw new BulkSettingsError(
      `${store.files.name} is not whole, and ViRelAy takes whole data sets: run the same konkyo bulk again first.`,
    );
  }
  await mkdir(folder, { recursive: true });
  const { File } = await hdf5();
  const opened = ['dataset', 'attribution', 'analysis'].map((name) => new File(join(folder, `${name}.h5`), 'w'));
  const [dataset, attribution, analysis] = opened;
  try {
    if (dataset && attribution)
      await writeVirelayImages(dataset, attribution, store, atlasMethod(store, project.method));
    if (analysis) writeAnalysis(analysis, atlas);
  } finally {
    for (const file of opened) file.close();
  }
  await writeBeside(join(folder, 'label-map.json'), JSON.stringify(labelMap(project)));
  const path = join(folder, 'project.yaml');
  // JSON is YAML, too.
  await writeBeside(path, `${JSON.stringify(describedProject(project), undefined, 2)}\n`);
  return path;
}

/** For each class: where its images lie, by two eigenvectors, the smallest eigenvalues, and the cluster of each image, the most suspicious first. */
function writeAnalysis(file: Hdf5File, { classes, clusters }: Atlas): void {
  for (const { target, images, places, eigenvalues } of classes) {
    const own = clusters.filter((cluster) => cluster.target === target);
    const clusterOf = new Map(own.flatMap((cluster, k) => cluster.images.map(({ index }) => [index, k] as const)));
    const group = file.create_group(categoryOf(target));
    const index = Uint32Array.from(images, (image) => image.index);
    group.create_dataset({ name: 'index', data: index });
    const root = Float32Array.from(places);
    const spectral = group
      .create_group('embedding')
      .create_dataset({ name: 'spectral', data: root, shape: [images.length, 2] });
    if (eigenvalues.length > 0) spectral.create_attribute('eigenvalue', Float32Array.from(eigenvalues));
    const cluster = Uint32Array.from(index, (image) => clusterOf.get(image) ?? 0);
    group.create_group('cluster').create_dataset({ name: 'spectral', data: cluster });
  }
}

/** ViRelAy calls classes by what it takes for the id of a word. */
function categoryOf(target: number): string {
  return String(target).padStart(8, '0');
}

function labelMap({ store, classNames }: VirelayProject) {
  const known = Array.from({ length: store.form.scores }, (_, index) => ({
    ...{ index, word_net_id: categoryOf(index), name: classNames[index] ?? String(index) },
  }));
  return [...known, { index: noLabel, word_net_id: categoryOf(noLabel), name: 'no label' }];
}

function describedProject({ store, method }: VirelayProject) {
  const [height = 1, width = 1] = store.form.picture;
  const { images, model, target } = store.identity;
  return {
    project: {
      name: `${images.name}, ${method}`,
      model: `SHA-256 ${model.sha256}`,
      label_map: 'label-map.json',
      dataset: {
        ...{ name: images.name, type: 'hdf5', path: 'dataset.h5', input_width: width, input_height: height },
        ...{ down_sampling_method: 'none', up_sampling_method: 'none' },
      },
      attributions: {
        attribution_method: method,
        attribution_strategy: target === 'label' ? 'true_label' : 'predicted_label',
        sources: ['attribution.h5'],
      },
      analyses: [{ analysis_method: `konkyo ${version}`, sources: ['analysis.h5'] }],
    },
  };
}
