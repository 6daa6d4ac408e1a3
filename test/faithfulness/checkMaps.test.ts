import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { check } from '../../src/faithfulness/check.ts';
import { type CheckedMap, checkMaps } from '../../src/faithfulness/checkMaps.ts';
import { checks, figuresOf, lampOfMap, numbersOf } from '../../src/faithfulness/checks.ts';
import { deletionInsertionWith } from '../../src/faithfulness/deletionInsertion.ts';
import { wordsIn } from '../../src/language/words.ts';
import { float32, rows } from '../../src/onnx/tensor.ts';
import { noncontributing } from '../../src/studies/noncontributing/method.ts';
import { built, dense, images, load, value } from '../networks.ts';

const classifier = await load(
  built(value('x', ['n', 1, 4, 4]), ['n', 3], (builder, x) => dense(builder, builder.add('Flatten', [x]), 16, 3)),
);
const two = float32([2, 1, 4, 4], images(2, [1, 4, 4]).data.map(Math.abs));
const each = [rows(two, 0, 1), rows(two, 1, 2)];
const methods = [noncontributing({ iterations: 4, draws: 10 }), saliency(), integratedGradients({ steps: 4 })];
const explanations = await explain(classifier, two, methods);

/** Of the sparseness kind: any number of a map. */
const largest = check({
  id: 'largest',
  title: 'Largest value',
  about: 'The largest value of a map.',
  run: async (maps) =>
    maps.map(({ map, position }) =>
      position === 1 && map.method.id === 'saliency'
        ? { refused: 'Not today.' }
        : { result: Math.max(...map.values.data) },
    ),
  figures: () => [],
  numbers: (result) => ({ largest: result }),
});

describe('checkMaps', () => {
  it('runs the checks it is given on the maps that are evidence, and leaves the others as they are, at the end', async () => {
    const [first, second] = await checkMaps(classifier, each, explanations, {
      checks: [largest, deletionInsertionWith({ steps: 4, baseline: 0 })],
    });
    expect(first!.maps.map(({ method }) => method.id)).toEqual(['saliency', 'integrated-gradients', 'noncontributing']);
    const [slope, integrated, free] = first!.maps;
    expect(slope!.checks).toMatchObject({ largest: Math.max(...slope!.values.data) });
    expect(integrated!.checks!['deletion-insertion']!.settings.steps).toBe(4);
    expect([free!.checks, free!.unchecked]).toEqual([undefined, undefined]);
    expect([second!.maps[0]!.checks, second!.maps[0]!.unchecked]).toEqual([undefined, 'Not today.']);
    expect(second!.maps[1]!.checks).toBeDefined();
  });

  it('by default runs all there are: their figures, and their numbers by the names they have in JSON', async () => {
    const [checked] = await checkMaps(classifier, each, explanations);
    const [slope, integrated, free] = checked!.maps;
    const labels = figuresOf(integrated!, wordsIn('en')).map(({ label }) => label);
    expect(labels).toEqual(['Completeness gap', 'Deletion', 'Insertion', 'Parameter randomisation']);
    expect(Object.keys(numbersOf(integrated!))).toEqual([
      'completenessGap',
      'deletionArea',
      'deletionAreaRandom',
      'deletionAreaEdges',
      'insertionArea',
      'insertionAreaRandom',
      'insertionAreaEdges',
      'randomWeightsCorrelation',
    ]);
    expect(Object.keys(numbersOf(slope!))).not.toContain('completenessGap');
    expect(figuresOf(free!, wordsIn('en'))).toEqual([]);
  });

  it('tells a map that was not checked from one that the checks say nothing of', async () => {
    const lamps = (maps: readonly CheckedMap[]) => maps.map((map) => lampOfMap(map));
    // In the order of the methods: noncontributing, which no check applies to, comes first.
    expect(lamps(explanations[0]!.maps)).toEqual(['neutral', 'unchecked', 'unchecked']);
    const [, refused] = await checkMaps(classifier, each, explanations, { checks: [largest] });
    expect(lampOfMap(refused!.maps[0]!)).toBe('unchecked');
    const [full] = await checkMaps(classifier, each, explanations);
    expect(lamps(full!.maps)).not.toContain('unchecked');
  });

  it('has an id of its own for each', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  });
});
