import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Dataset, File, ready } from 'h5wasm/node';
import { expect, it } from 'vitest';
import { bulk } from '../../src/app/bulk.ts';
import { writeAtlas } from '../../src/app/writeAtlas.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { openStore } from '../../src/bulk/store.ts';
import { openImageStream } from '../../src/datasets/imageStream.ts';
import { storeFolder } from '../../src/node/storeFolder.ts';
import { writeVirelayProject } from '../../src/node/virelayProject.ts';
import { classifier, newFolder, pictureFolder } from '../bulk/material.ts';

const python = spawnSync('/usr/bin/python3', ['-c', 'import h5py']).status === 0;

const place = await newFolder();
const images = await openImageStream(await pictureFolder(70));
const options = { methods: [inputXGradient()], shardSize: 20 };
await bulk(classifier, images, storeFolder(place), { ...options, share: { part: 1, of: 2 } });
const store = await openStore(storeFolder(place));
const project = async () => ({
  ...(await writeAtlas(store, { output: { write: async ({ name }) => name } })),
  store,
});

it('is not written of a part of a store; of a whole one it has the images, maps, places and clusters', async () => {
  const folder = await newFolder();
  await expect(writeVirelayProject(folder, await project())).rejects.toThrow('is not whole');
  await bulk(classifier, images, storeFolder(place), options);
  const written = await project();
  const described = JSON.parse(await readFile(await writeVirelayProject(folder, written), 'utf8'));
  expect(described.project.dataset).toMatchObject({ path: 'dataset.h5', input_width: 8, input_height: 8 });
  expect(described.project.attributions).toMatchObject({ attribution_strategy: 'predicted_label' });
  const labels = JSON.parse(await readFile(join(folder, 'label-map.json'), 'utf8'));
  expect(labels[0]).toEqual({ index: 0, word_net_id: '00000000', name: 'a' });

  await ready;
  const [dataset, attribution, analysis] = ['dataset', 'attribution', 'analysis'].map(
    (name) => new File(join(folder, `${name}.h5`), 'r'),
  );
  const array = (file: File | undefined, path: string) => {
    const found = file?.get(path);
    if (!(found instanceof Dataset)) throw new Error(`${path} is no array.`);
    return { shape: found.shape, values: [...(found.value as Float32Array)] };
  };
  const stored = async (path: string) => {
    const shards = await Promise.all([0, 1, 2, 3].map((shard) => store.read(path, shard)));
    return shards.flatMap((data) => [...data]);
  };
  // One channel, and pictures as large as the model takes them: the store's own numbers.
  expect(array(dataset, 'data')).toEqual({ shape: [70, 1, 8, 8], values: await stored('picture') });
  expect(array(attribution, 'attribution')).toEqual({
    shape: [70, 1, 8, 8],
    values: await stored('maps/input-x-gradient'),
  });
  expect(array(attribution, 'prediction')).toEqual({ shape: [70, 3], values: await stored('scores') });
  expect(array(dataset, 'label').values).toEqual(await stored('label'));
  for (const { target, images: own, eigenvalues } of written.atlas.classes) {
    const category = `0000000${target}`;
    const index = array(analysis, `${category}/index`).values;
    expect(index).toEqual(own.map((image) => image.index));
    expect(array(analysis, `${category}/embedding/spectral`).shape).toEqual([own.length, 2]);
    const spectral = analysis?.get(`${category}/embedding/spectral`);
    expect((spectral as Dataset).attrs.eigenvalue?.shape).toEqual(
      eigenvalues.length > 0 ? [eigenvalues.length] : undefined,
    );
    const clusters = written.atlas.clusters.filter((cluster) => cluster.target === target);
    const found = array(analysis, `${category}/cluster/spectral`).values;
    for (const [i, k] of found.entries()) {
      expect(clusters[k]?.images.some((image) => image.index === index[i])).toBe(true);
    }
  }
  for (const file of [dataset, attribution, analysis]) file?.close();

  if (python) {
    const script = `
import h5py, sys
data, maps, found = [h5py.File(f'{sys.argv[1]}/{name}.h5', 'r') for name in ('dataset', 'attribution', 'analysis')]
category = list(found)[0]
print(data['data'].shape, data['data'].dtype, maps['attribution'][:].shape, maps['attribution'].dtype, data['label'].dtype,
      len(found[category]['index'][()]) == len(found[category]['cluster']['spectral'][()]))`;
    const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script, folder], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('(70, 1, 8, 8) uint8 (70, 1, 8, 8) float32 uint16 True');
  }
});
