import { ranges } from '../attribution/portions.ts';
import { intOf } from '../onnx/attributes.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { inputOf } from '../onnx/graphView.ts';
import { prune } from '../onnx/prune.ts';
import { rows, type Tensor, zeros } from '../onnx/tensor.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import { FiltersError } from './errors.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';

/** What takes the place of a unit that is taken out: of every filter, and of single connections into some layers. */
export interface UnitMeans {
  readonly connected: readonly FilterLayer[];
  /** Means of the layers' outputs and of what the connections read, place by place, [1, ...] each. */
  readonly values: ReadonlyMap<string, Tensor<'float32'>>;
}

/** @throws FiltersError for a value whose mean was not taken. */
export function meanOf({ values }: UnitMeans, value: string): Tensor<'float32'> {
  const mean = values.get(value);
  if (mean) return mean;
  throw new FiltersError(
    `There is no mean of ${value}: take the means of this network, with this layer's connections.`,
  );
}

/** The value that a layer reads. */
export function readBy({ node }: FilterLayer): string {
  return inputOf(node, 0);
}

/** Whether a layer's inputs are the filters of one layer before it, one for one, so that single connections can be cut. */
export function hasConnections(layer: FilterLayer, { layers, context }: FilterNetwork): boolean {
  const { node, before } = layer;
  const [only, another] = before;
  const source = layers.find(({ value }) => value === only);
  const inputs = context.facts(readBy(layer)).dims[1];
  return source !== undefined && another === undefined && inputs === source.filters && intOf(node, 'group', 1) === 1;
}

/**
 * The means over all images of some sets.
 * @param sets [n, ...] each.
 * @param connected the layers whose connections are units too.
 * @throws FiltersError for a layer without single connections.
 */
export async function unitMeans(
  network: FilterNetwork,
  sets: readonly Tensor<'float32'>[],
  connected: readonly FilterLayer[],
): Promise<UnitMeans> {
  const { classifier, model, layers } = network;
  const mixed = connected.find((layer) => !hasConnections(layer, network));
  if (mixed) {
    throw new FiltersError(
      `${mixed.name} does not read the filters of one layer, one for one: leave its connections out.`,
    );
  }
  const { inputName, batchSize, runtime } = classifier;
  const builder = new GraphBuilder(model.graph, 'means');
  const sums = [...new Set([...layers.map(({ value }) => value), ...connected.map(readBy)])].map((value) => ({
    value,
    sum: builder.add('ReduceSum', [value, builder.ints([0])], { keepdims: 1 }),
  }));
  const outputs = sums.map(({ sum }) => ({ name: sum, type: 'float32' as const, dims: undefined }));
  const session = await runtime.createSession({ ...model, graph: prune(builder.build(outputs), outputs, [inputName]) });
  try {
    const countOf = ({ dims: [count = 0] }: Tensor<'float32'>) => count;
    const total = sets.reduce((sum, images) => sum + countOf(images), 0);
    const means = new Map<string, Tensor<'float32'>>();
    for (const images of sets) {
      for (const { from, to } of ranges(countOf(images), batchSize)) {
        const found = await session.run({ [inputName]: rows(images, from, to) });
        for (const { value, sum } of sums) {
          const { dims, data } = floatOutputOf(found, sum);
          const mean = means.get(value) ?? zeros('float32', dims);
          for (let i = 0; i < data.length; i++) mean.data[i] = (mean.data[i] ?? 0) + (data[i] ?? 0) / total;
          means.set(value, mean);
        }
      }
    }
    return { connected, values: means };
  } finally {
    await session.release();
  }
}
