import { describe, expect, it } from 'vitest';
import { float32 } from '../../../src/onnx/tensor.ts';
import { floatOutputOf } from '../../../src/runtime/runtime.ts';
import { chosenMasks, compileMaskValues, withMasks } from '../../../src/studies/noncontributing/layerMasks.ts';
import { runtimes } from '../../runtimes.ts';
import { evaluateGraph, toArray64 } from '../../slow/slowGraph.ts';
import { smallImage, smallNetwork } from './smallNetworks.ts';

describe.each(runtimes)('masks on $name', ({ runtime }) => {
  it('hold a layer at 0 where the image itself shows no feature, whatever goes in', async () => {
    const classifier = await smallNetwork(runtime);
    const masks = chosenMasks(classifier, 'paper');
    expect(masks).toEqual([
      { layer: 'conv1.relu', threshold: 0.2 },
      { layer: 'conv2.relu', threshold: 0 },
    ]);
    const masked = withMasks(classifier.model.graph, classifier.facts, masks);
    const maskValues = await compileMaskValues(classifier, masked.masks);
    const values = await maskValues.of(smallImage());

    // By hand: each layer of the plain network, for the image itself and for another one.
    const plain = evaluateGraph(classifier.model.graph, new Map([['input', toArray64(smallImage())]]));
    const other = float32(
      [1, 1, 10, 10],
      smallImage().data.map((value) => 1 - value),
    );
    const outputs = masks.map(({ layer }) => ({ name: layer, type: undefined, dims: undefined }));
    const session = await runtime.createSession({ ...classifier.model, graph: { ...masked.graph, outputs } });
    const found = await session.run({ input: other, ...values });
    const first = evaluateGraph(classifier.model.graph, new Map([['input', toArray64(other)]])).get('conv1.relu')!.data;
    const seen = plain.get('conv1.relu')!.data;
    const expected = [...first].map((value, i) => expect.closeTo(seen[i]! > 0.2 ? value : 0, 4));
    expect([...floatOutputOf(found, 'conv1.relu').data]).toEqual(expected);
    expect([...seen].filter((value) => value > 0 && value <= 0.2).length).toBeGreaterThan(3);
    const second = floatOutputOf(found, 'conv2.relu').data;
    for (const [i, value] of plain.get('conv2.relu')!.data.entries()) if (value <= 0) expect(second[i]).toBe(0);

    await session.release();
    await maskValues.release();
    await classifier.release();
  });
});

describe('the layers to mask', () => {
  it('can be named, by node or value; one that is not there is an error with near names', async () => {
    const classifier = await smallNetwork();
    expect(chosenMasks(classifier, [{ layer: 'conv1', threshold: 0.5 }])).toEqual([{ layer: 'conv1', threshold: 0.5 }]);
    expect(chosenMasks(classifier, 'none')).toEqual([]);
    expect(() => chosenMasks(classifier, [{ layer: 'conv7', threshold: 0 }])).toThrow(/conv1/);
    await classifier.release();
  });
});
