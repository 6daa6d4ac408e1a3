import { describe, expect, it } from 'vitest';
import { type LabelledImages, labelledImages } from '../../../src/datasets/labelledImages.ts';
import { renderPage } from '../../../src/report/page/page.ts';
import { analyseFilters } from '../../../src/studies/filterPaths/filterAnalysis.ts';
import { filterSummary } from '../../../src/studies/filterPaths/filterSummary.ts';
import { filtersView } from '../../../src/studies/filterPaths/page/filtersView.ts';
import { filtersPage } from '../../../src/studies/filterPaths/page/page.ts';
import { cpu } from '../../runtimes.ts';
import { meanMap, slowExcess, slowTiny, tinyClassifier } from './tinyNetwork.ts';

/** 10x10 pictures of random ink, with the given labels. */
function pictures(name: string, labels: readonly number[]): LabelledImages {
  const images = Uint8Array.from({ length: labels.length * 100 }, (_, i) => Math.abs(Math.sin(i * 12.9898) * 255));
  return labelledImages({ name, images, labels, height: 10, width: 10, channels: 1, classNames: ['a', 'b', 'c'] });
}

const settings = { images: 4, regionImages: 2, side: 5, fill: { pixel: 0 }, seed: 1 };

async function analysed(train: readonly number[], test: readonly number[]) {
  const classifier = await tinyClassifier(cpu);
  try {
    return await analyseFilters(
      classifier,
      { train: pictures('train', train), test: pictures('test', test) },
      settings,
    );
  } finally {
    await classifier.release();
  }
}

describe('the analysis of a whole network', () => {
  it('uses what images there are, and says which classes have fewer than asked for or none', async () => {
    const { contributions, ablation, notes } = await analysed([0, 0, 0, 0, 0, 1, 1], [0, 0, 1]);
    expect(contributions.classes.map(({ name, images }) => [name, images])).toEqual([
      ['a', 4],
      ['b', 2],
    ]);
    for (const { filters } of [ablation.excess, ablation.share]) {
      expect(filters.map(({ name, images }) => [name, images])).toEqual([
        ['a', 2],
        ['b', 1],
      ]);
    }
    expect(notes).toEqual([
      'No images to learn from of c: nothing is said of it.',
      'Fewer than 4 images to learn from of b (2): those there are were used.',
      'No images to test with of c: nothing is said of it.',
      'Fewer than 2 images to test with of b (1): those there are were used.',
    ]);
  });

  it('counts the winning paths that a slow split finds, and shows them framed', async () => {
    const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
    const analysis = await analysed(labels, labels);
    const summary = filterSummary(analysis);
    expect(summary.error).toBeLessThan(1e-5);
    const set = pictures('train', labels);
    for (const label of [0, 1, 2]) {
      const wins = new Array<number>(6).fill(0);
      for (const [i, own] of labels.entries()) {
        if (own !== label) continue;
        const image = Array.from(set.images.subarray(i * 100, (i + 1) * 100), (pixel) => pixel / 255);
        const { paths } = slowTiny(image);
        const parts = [0, 1, 2].flatMap((j) => [0, 1].map((from) => paths[from]![j]![label]!));
        const best = parts.indexOf(Math.max(...parts));
        wins[best] = wins[best]! + 1;
      }
      expect(summary.classes[label]!.paths!.wins).toEqual(wins);
    }
    const provenance = { model: { file: 'tiny', sha256: '', opset: 21 }, input: [], settings: [], environment: [] };
    const view = filtersView(analysis, { title: 'tiny', provenance });
    for (const [i, row] of view.paths!.rows.entries()) {
      const { ranked } = summary.classes[i]!.paths!;
      expect(row.cells.findIndex(({ rank }) => rank === 'first')).toBe(ranked[0]);
    }
    const page = renderPage(filtersPage(view));
    expect(page.match(/class="framed first"/g)!.length).toBeGreaterThanOrEqual(3);
    expect(page).toContain('conv1 1 → conv2 2');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('takes out the ends of both rankings, which a slow version ranks alike', async () => {
    const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
    const { ablation, contributions } = await analysed(labels, labels);
    const { images: bytes } = pictures('train', labels);
    const images = labels.map((_, i) => Array.from(bytes.subarray(i * 100, (i + 1) * 100), (pixel) => pixel / 255));
    const filterNames = ['conv1 0', 'conv1 1', 'conv2 0', 'conv2 1', 'conv2 2'];
    const pathNames = [0, 1, 2].flatMap((to) => [0, 1].map((from) => `conv1 ${from} → conv2 ${to}`));
    const mean = (rows: readonly (readonly number[])[]) =>
      rows[0]!.map((_, unit) => rows.reduce((sum, row) => sum + row[unit]! / rows.length, 0));
    for (const label of [0, 1, 2]) {
      const own = images.filter((_, i) => labels[i] === label);
      const excess = own.map((image) => slowExcess(images, image, label));
      const { layers, paths } = contributions.classes[label]!;
      const rankings = [
        {
          found: ablation.excess.filters,
          names: filterNames,
          by: mean(excess.map(({ filters }) => filters.flat())),
        },
        { found: ablation.excess.paths!, names: pathNames, by: mean(excess.map(({ connections }) => connections)) },
        { found: ablation.share.filters, names: filterNames, by: layers.flatMap(({ shares }) => shares) },
        { found: ablation.share.paths!, names: pathNames, by: paths!.shares },
      ];
      for (const { found, names, by } of rankings) {
        const { top, bottom } = found[label]!;
        // Units that add nothing are equals.
        expect(by[names.indexOf(top.unit)]).toBeCloseTo(Math.max(...by), 4);
        expect(by[names.indexOf(bottom.unit)]).toBeCloseTo(Math.min(...by), 4);
        expect(top.contribution).toBeCloseTo(Math.max(...by), 4);
        expect(bottom.contribution).toBeCloseTo(Math.min(...by), 4);
      }
      // What the top filter costs, counted by the slow network.
      const [{ top }] = [ablation.excess.filters[label]!];
      const [layer, filter] = [Number(top.unit[4]) as 1 | 2, Number(top.unit.at(-1))];
      const map = (image: readonly number[]) => slowTiny(image)[layer === 1 ? 'conv1' : 'conv2'][filter]!;
      const without = { filter: { layer, filter, mean: meanMap(images.map(map)) } };
      const right = (scores: readonly number[]) => Number(scores.indexOf(Math.max(...scores)) === label);
      const falls = own.map((image) => [right(slowTiny(image).scores) - right(slowTiny(image, without).scores)]);
      expect(top.drop).toBeCloseTo(mean(falls)[0]!, 6);
    }
  });

  it('gives the same for the same seed', async () => {
    const labels = [0, 1, 2, 0, 1, 2];
    const [once, again] = [await analysed(labels, labels), await analysed(labels, labels)];
    expect(filterSummary(again)).toEqual(filterSummary(once));
  });

  it('refuses a data set with more classes than the model, and one without images', async () => {
    const classifier = await tinyClassifier(cpu);
    const many = { ...pictures('many', [0]), classNames: ['a', 'b', 'c', 'd'] };
    await expect(analyseFilters(classifier, { train: many, test: many }, settings)).rejects.toThrow(/4 classes/);
    const none = pictures('none', []);
    await expect(analyseFilters(classifier, { train: none, test: none }, settings)).rejects.toThrow(/no images/);
    await classifier.release();
  });
});
