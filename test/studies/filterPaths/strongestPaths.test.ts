import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { targetWeights } from '../../../src/model/target.ts';
import { float32, rows } from '../../../src/onnx/tensor.ts';
import { filterNetwork } from '../../../src/studies/filterPaths/filterNetwork.ts';
import { atMainLayers } from '../../../src/studies/filterPaths/mainLayers.ts';
import { pathName } from '../../../src/studies/filterPaths/paths.ts';
import { compileSplitter } from '../../../src/studies/filterPaths/split.ts';
import { compilePathSearch } from '../../../src/studies/filterPaths/strongestPaths.ts';
import { readReference } from '../../attribution/referenceData.ts';
import { cpu } from '../../runtimes.ts';

async function prepared(model: string) {
  const { bytes, images, targets } = readReference(model);
  const classifier = await loadClassifier(bytes, { runtime: cpu });
  const weights = float32([1, classifier.scores.width], targetWeights(targets.slice(0, 1), classifier.scores.width));
  return { classifier, image: rows(images, 0, 1), weights };
}

describe('search for the strongest paths', () => {
  it.each(['lenet', 'conv_bn'])('finds what the complete split has: %s', async (model) => {
    const { classifier, image, weights } = await prepared(model);
    const network = await filterNetwork(classifier);
    const splitter = await compileSplitter(network);
    const searcher = await compilePathSearch(network);
    const { parts, constants } = await splitter.split(image, weights);
    const found = await searcher.search(image, weights, { paths: 12, follow: 1000 });
    const all = splitter.paths.map((path, i) => ({ name: pathName(path), part: parts.data[i]! }));
    const strongest = all.sort((a, b) => Math.abs(b.part) - Math.abs(a.part)).slice(0, 12);
    expect(found.exhaustive).toBe(true);
    for (const [i, { part }] of strongest.entries()) expect(found.paths[i]!.part).toBeCloseTo(part, 6);
    expect(pathName(found.paths[0]!)).toBe(strongest[0]!.name);
    const constant = constants.reduce((sum, one) => sum + one.parts.data.reduce((a, b) => a + b, 0), 0);
    expect(found.constant).toBeCloseTo(constant, 5);
    const listed = found.paths.reduce((sum, { part }) => sum + part, 0);
    expect(found.remainder + listed + found.constant).toBeCloseTo(found.score, 5);
    // A path's map on its first filter sums to its part.
    for (const { part, map } of found.paths) expect(map!.values.reduce((a, b) => a + b, 0)).toBeCloseTo(part, 5);
    for (const one of [splitter, searcher, classifier]) await one.release();
  });
});

describe('search in a deep network', () => {
  it('lists paths through residual branches and past them, and keeps to the length asked for', async () => {
    const { classifier, image, weights } = await prepared('resnet_mini');
    const network = await filterNetwork(classifier);
    const searcher = await compilePathSearch(network);
    const found = await searcher.search(image, weights, { paths: 6, follow: 60 });
    expect(found.paths).toHaveLength(6);
    expect(found.exhaustive).toBe(false);
    expect(new Set(found.paths.map(pathName)).size).toBe(6);
    for (const { steps } of found.paths) expect(steps[0]!.layer).toBe(network.layers[0]);
    for (const { steps } of found.paths) {
      // Each step comes right after the one before it, past branches that it does not take.
      for (const [i, { layer }] of steps.slice(1).entries()) expect(layer.before).toContain(steps[i]!.layer.value);
      expect(steps.length).toBeLessThan(network.layers.length);
    }
    await searcher.release();
    await classifier.release();
  });

  it('a longer search does not lose what a shorter one found', async () => {
    const { classifier, image, weights } = await prepared('resnet_mini');
    const searcher = await compilePathSearch(await filterNetwork(classifier));
    const weakest = async (follow: number) =>
      Math.abs((await searcher.search(image, weights, { paths: 5, follow })).paths.at(-1)!.part);
    expect(await weakest(120)).toBeGreaterThanOrEqual(await weakest(20));
    await searcher.release();
    await classifier.release();
  });

  it('looks at few layers where no single path could matter', async () => {
    const { classifier } = await prepared('conv_bn');
    const network = await filterNetwork(classifier);
    expect(atMainLayers(network)).toBe(network);
    await classifier.release();
  });
});
