import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { expectedGradients } from '../../src/attribution/gradient/expectedGradients.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { noiseAverage } from '../../src/attribution/gradient/noiseAverage.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { smoothGrad } from '../../src/attribution/gradient/smoothGrad.ts';
import type { Method } from '../../src/attribution/method.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { noiseImages } from '../../src/model/pixels.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { lanesFor } from '../../src/runtime/lanes.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { RunError, type Runtime, SessionError } from '../../src/runtime/runtime.ts';
import { architectures } from '../../src/training/architectures.ts';
import { modelOf } from '../networks.ts';

const three = nodeRuntime({ threads: 3 });
const alone = nodeRuntime({ threads: 1 });

/** x times x: a run fails where x is no square. */
function squares(): Model {
  const builder = new GraphBuilder(emptyGraph('squares'), 'squares');
  const x = builder.input('x', 'float32', ['n', 'm']);
  return modelOf(builder.build([{ name: builder.ops.MatMul(x, x), type: 'float32' as const, dims: undefined }]));
}

describe('lanes', () => {
  it('share out the threads of the processor', () => {
    expect(nodeRuntime({ threads: 1 }).lanes).toBeUndefined();
    expect(nodeRuntime({ threads: 2 }).lanes?.map(({ threads }) => threads)).toEqual([1, 1]);
    expect(nodeRuntime({ threads: 7 }).lanes?.map(({ threads }) => threads)).toEqual([1, 2, 2, 2]);
  });

  it('give what the runtime gives, and fail as it fails, each with its own sessions', async () => {
    const model = squares();
    const [output = ''] = model.graph.outputs.map(({ name }) => name);
    for (const lane of three.lanes ?? []) {
      const [one, other] = await Promise.all([lane.createSession(model), lane.createSession(model)]);
      const found = await one.run({ x: float32([2, 2], [1, 2, 3, 4]) });
      expect(found[output]).toEqual(float32([2, 2], [7, 10, 15, 22]));
      await expect(one.run({ x: float32([1, 2], [1, 2]) })).rejects.toBeInstanceOf(RunError);
      await one.release();
      await expect(one.run({ x: float32([1, 1], [1]) })).rejects.toBeInstanceOf(RunError);
      expect((await other.run({ x: float32([1, 1], [3]) }))[output]?.data).toEqual(Float32Array.of(9));
      await other.release();
      const unknown = { ...model, graph: { ...model.graph, nodes: [{ ...model.graph.nodes[0]!, op: 'Nothing' }] } };
      await expect(lane.createSession(unknown)).rejects.toBeInstanceOf(SessionError);
    }
  });

  it('do not keep a process that has nothing else to do', () => {
    const code = `import { nodeRuntime } from './src/runtime/node.ts';
      import { architectures } from './src/training/architectures.ts';
      for (const lane of nodeRuntime({ threads: 2 }).lanes) await lane.createSession(architectures.c.build(0));
      console.log('opened');`;
    const ended = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(ended).toMatchObject({ status: 0, stdout: 'opened\n' });
  });

  it('are not used where the weights would be held too often', () => {
    const { graph, ...model } = squares();
    const initializers = new Map([['heavy', float32([17_000_000], new Float32Array(17_000_000))]]);
    expect(lanesFor(three, { ...model, graph })).toBe(three.lanes);
    expect(lanesFor(three, { ...model, graph: { ...graph, initializers } })).toBeUndefined();
  });
});

describe('explanations in lanes', async () => {
  const bytes = writeModel(architectures.c.build(3));
  const load = (runtime: Runtime) => loadClassifier(bytes, { runtime });
  const [shared, whole] = [await load(three), await load(alone)];
  afterAll(() => Promise.all([shared.release(), whole.release()]));

  const methods: readonly Method[] = [
    saliency(),
    integratedGradients({ steps: 7 }),
    smoothGrad({ samples: 10 }),
    noiseAverage(saliency(), { samples: 10, statistic: 'variance' }),
    noiseAverage(saliency(), { samples: 10, statistic: 'squared' }),
    expectedGradients({ samples: 5 }),
    // Fewer samples than lanes.
    integratedGradients({ steps: 1 }),
    smoothGrad({ samples: 2 }),
  ];
  it.each(methods.map((method) => [method.id, method] as const))(
    '%s: the same map but for rounding',
    async (_, method) => {
      const [inLanes, plain] = [await method.compile(shared), await method.compile(whole)];
      for (const count of [1, 7]) {
        const images = noiseImages(whole.input, count);
        const targets = Array.from({ length: count }, (_, i) => i % 10);
        const [a, b] = [await inLanes.attribute(images, targets), await plain.attribute(images, targets)];
        const largest = b.values.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(a.values.dims).toEqual(b.values.dims);
        a.values.data.forEach((value, i) => {
          expect(Math.abs(value - b.values.data[i]!)).toBeLessThanOrEqual(1e-5 * largest);
        });
        expect(largest).toBeGreaterThan(0);
        const again = await inLanes.attribute(images, targets);
        expect(again.values).toEqual(a.values);
      }
      await inLanes.release();
      await plain.release();
    },
  );
});
