import { describe, expect, it } from 'vitest';
import { sizeOf, zeros } from '../../src/onnx/tensor.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { outputOf } from '../../src/runtime/runtime.ts';
import { webRuntime } from '../../src/runtime/web.ts';
import { type ArchitectureName, architectures } from '../../src/training/architectures.ts';

/** Counted by hand from the papers. */
const parameters: Readonly<Record<ArchitectureName, number>> = {
  a1: 27 * 27 * 10 + 10 + 110,
  a2: 64 * 10 + 10 + (49 * 100 + 10) + (196 * 100 + 10) + 110,
  b: 922,
  c: 25 * 6 + 6 + (25 * 6 * 16 + 16) + (4 * 4 * 16 * 10 + 10),
  d: 784 * 100 + 100 + (100 * 50 + 50) + (50 * 10 + 10),
};
const names = Object.keys(architectures) as ArchitectureName[];

describe.each(names)('the network %s', (name) => {
  const { graph } = architectures[name].build(7);

  it("has the paper's number of parameters", () => {
    const counts = [...graph.initializers.values()].map(({ dims }) => sizeOf(dims));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(parameters[name]);
  });

  it.each([nodeRuntime({ threads: 1 }), webRuntime()])('gives ten scores an image on $name', async (runtime) => {
    const session = await runtime.createSession(architectures[name].build(7));
    const values = await session.run({ input: zeros('float32', [3, 1, 28, 28]) });
    expect(outputOf(values, 'logits').dims).toEqual([3, 10]);
    await session.release();
  });

  it('starts from the same weights for the same seed, and from others for another', () => {
    expect(architectures[name].build(7).graph).toEqual(graph);
    expect(architectures[name].build(8).graph).not.toEqual(graph);
  });
});

it("names layers so that the papers' parts are found again", () => {
  const { graph } = architectures.a2.build(1);
  expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual([
    ...['conv1', 'conv1.sigmoid', 'conv2', 'conv2.sigmoid', 'conv3', 'conv3.sigmoid'],
    ...['pool1', 'flatten', 'logits'],
  ]);
  expect([...graph.initializers.keys()].slice(0, 3)).toEqual(['conv1.weight', 'conv1.bias', 'conv2.weight']);
});
