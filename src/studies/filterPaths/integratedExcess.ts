import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { outputOf } from '../../onnx/graphView.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { type Program, program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import { meanOf, type UnitMeans } from './unitMeans.ts';

const inputs = { target: 'konkyo/target', towards: 'konkyo/towards' } as const;

/**
 * What each filter adds to the explained score beyond what its mean would, with the gates that the network has on the way: all maps of
 * its layer go in a straight line from their means to what the image gives, and the gradient is averaged along it (integrated
 * gradients, Sundararajan et al. 2017, of a layer). A layer's filters add up to the score less that of all means. `Excess` takes
 * the gates at the end of the way alone. Means over the images, score units.
 * @param images [n, ...] @param weights [n, K]: how much each score counts. @param steps points on the way, each in the middle of its part.
 * @returns in the network's layers' order, then by filter.
 */
export async function integratedExcess(
  network: FilterNetwork,
  means: UnitMeans,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
  steps = 4,
): Promise<readonly Float64Array[]> {
  const { inputName } = network.classifier;
  const count = images.dims[0] ?? 0;
  const found: Float64Array[] = [];
  for (const layer of network.layers) {
    const total = new Float64Array(layer.filters);
    await scoped(async (keep) => {
      const runner = await keep(compileLayer(network, means, layer));
      for (let step = 0; step < steps; step++) {
        const towards = float32([], Float32Array.of((step + 0.5) / steps));
        const rows = { [inputName]: images, [inputs.target]: weights };
        for await (const { values } of runner.batches(rows, { whole: { [inputs.towards]: towards } })) {
          for (const name of runner.outputs) {
            for (const [filter, value] of floatOutputOf(values, name).data.entries()) {
              total[filter] = (total[filter] ?? 0) + value / (count * steps);
            }
          }
        }
      }
    });
    found.push(total);
  }
  return found;
}

/** The network with one layer's maps moved towards their means; its output is what each filter adds there, summed over the images. */
function compileLayer(
  network: FilterNetwork,
  means: UnitMeans,
  { node: own, value, map }: FilterLayer,
): Promise<Program> {
  const { classifier, model, facts, context } = network;
  const { scores, batchSize, gradientTable: table, runtime } = classifier;
  const builder = new GraphBuilder({ ...model.graph, nodes: [] }, 'integrated');
  const { ops } = builder;
  const towards = builder.input(inputs.towards, 'float32', []);
  const mean = builder.constant(meanOf(means, value), 'mean');
  const raw = builder.fresh(value);
  for (const node of model.graph.nodes) {
    builder.append(node === own ? { ...node, outputs: [raw] } : node);
    if (node !== own) continue;
    const moved = ops.Add(raw, ops.Mul(towards, ops.Sub(mean, raw)));
    builder.append({
      op: 'Identity',
      domain: '',
      name: raw,
      inputs: [moved],
      outputs: [outputOf(node)],
      attributes: {},
    });
  }
  const weights = builder.input(inputs.target, 'float32', ['batch', scores.width]);
  const seed = ops.Reshape(weights, builder.ints([-1, ...context.facts(scores.name).dims.slice(1)]));
  const gradients = addGradients(builder, { facts, seeds: new Map([[scores.name, seed]]), wrt: [value], table });
  const added = builder.add(
    'ReduceSum',
    [
      ops.Mul(gradientOrZeros(builder, gradients, value), ops.Sub(raw, mean)),
      builder.ints([0, ...map.map((_, i) => i + 2)]),
    ],
    { keepdims: 0 },
  );
  return program(runtime, { ...model, graph: builder.build() }, { outputs: [added], batchSize });
}
