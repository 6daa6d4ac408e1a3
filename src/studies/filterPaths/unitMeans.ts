import { intOf } from '../../onnx/attributes.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf } from '../../onnx/graphView.ts';
import { type Tensor, zeros } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
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
  const outputs = sums.map(({ sum }) => sum);
  return scoped(async (keep) => {
    const summing = await keep(program(runtime, { ...model, graph: builder.build() }, { outputs, batchSize }));
    const total = sets.reduce((sum, { dims: [count = 0] }) => sum + count, 0);
    const means = new Map<string, Tensor<'float32'>>();
    for (const images of sets) {
      for await (const { values } of summing.batches({ [inputName]: images })) {
        for (const { value, sum } of sums) {
          const { dims, data } = floatOutputOf(values, sum);
          const mean = means.get(value) ?? zeros('float32', dims);
          for (let i = 0; i < data.length; i++) mean.data[i] = (mean.data[i] ?? 0) + (data[i] ?? 0) / total;
          means.set(value, mean);
        }
      }
    }
    return { connected, values: means };
  });
}
