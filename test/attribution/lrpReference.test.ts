import { describe, expect, it } from 'vitest';
import { relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { runtimes } from '../runtimes.ts';
import { evaluateGraph } from '../slow/slowGraph.ts';
import { differenceByImage, type Reference, readReference } from './referenceData.ts';

/** max|ours - reference| <= 1e-3 max|reference|, the references' own tolerance for relevance. */
const tolerance = 1e-3;
const models = ['lenet', 'lenet_digits', 'conv_bn'] as const;
const kinds = relevanceMethods.filter(({ id }) => readReference('lenet').array(arrayOf(id)) !== undefined);

function arrayOf(id: string): string {
  return id.replaceAll('-', '_');
}

describe.each(runtimes)('agreement with zennit on $name', ({ runtime }) => {
  describe.each(models)('%s', (model) => {
    it.each(kinds.map((kind) => ({ id: kind.id, kind })))('$id', async ({ kind }) => {
      const reference = readReference(model);
      const classifier = await loadClassifier(reference.bytes, { runtime });
      const explainer = await kind.create({}).compile(classifier);
      const { values, scores } = await explainer.attribute(reference.images, reference.targets);
      const images = reference.targets.length;
      for (const [image, difference] of differenceByImage(
        values.data,
        reference.array(arrayOf(kind.id))!,
        images,
      ).entries()) {
        // What a tiny denominator hands on has two right answers in float32; that it is tiny is shown in float64.
        if (difference > tolerance) expect(smallestDenominator(reference, image)).toBeLessThan(2e-4);
        expect(difference).toBeLessThan(2 * tolerance);
      }
      const width = reference.logits.length / images;
      for (const [image, target] of reference.targets.entries())
        expect(scores[image]).toBeCloseTo(reference.logits[image * width + target]!, 4);
      await explainer.release();
      await classifier.release();
    });
  });

  it('has every composite of the reference', () => {
    expect(kinds.map(({ id }) => id)).toEqual([
      'lrp-epsilon-plus',
      'lrp-epsilon-plus-flat',
      'lrp-epsilon-alpha2-beta1',
      'lrp-epsilon-gamma-box',
    ]);
  });
});

/** Of the dense layers' outputs that pass a ReLU, the smallest as a share of its layer's largest, in float64. */
function smallestDenominator(reference: Reference, image: number): number {
  const { graph } = readModel(reference.bytes);
  const { dims, data } = reference.images;
  const size = data.length / dims[0]!;
  const pixels = Float64Array.from(data.subarray(image * size, (image + 1) * size));
  const values = evaluateGraph(graph, new Map([['input', { dims: [1, ...dims.slice(1)], data: pixels }]]));
  const shares = graph.nodes.flatMap(({ op, outputs }) => {
    if (op !== 'Gemm') return [];
    const positive = values.get(outputs[0]!)!.data.filter((value) => value > 0);
    return Math.min(...positive) / Math.max(...positive);
  });
  return Math.min(...shares);
}
