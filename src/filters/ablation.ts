import { ranges } from '../attribution/portions.ts';
import { intOf } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { float32, rows, type Tensor, zeros } from '../onnx/tensor.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';

/** What is taken out of a network: set to its mean over the images, place by place. */
export type Ablation =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'filter'; readonly layer: FilterLayer; readonly filter: number }
  /** What one filter of the layer before hands to this filter, and nothing else of it. */
  | { readonly kind: 'connection'; readonly layer: FilterLayer; readonly from: number; readonly filter: number };

export interface Ablator {
  /** Scores [n, K] with something taken out. */
  run(images: Tensor<'float32'>, ablation: Ablation): Promise<Tensor<'float32'>>;
  release(): Promise<void>;
}

/** Whether a layer's inputs are the filters of one layer before it, one for one, so that single connections can be cut. */
export function hasConnections({ node, before }: FilterLayer, { layers, context }: FilterNetwork): boolean {
  const [only, another] = before;
  const source = layers.find(({ value }) => value === only);
  const inputs = context.facts(node.inputs[0] ?? '').dims[1];
  return source !== undefined && another === undefined && inputs === source.filters && intOf(node, 'group', 1) === 1;
}

/** Something that can be switched off in the graph: 0 everywhere, and 1 where it is off. */
interface Switch {
  readonly input: string;
  readonly kind: 'filter' | 'connection';
  readonly layer: FilterLayer;
  readonly dims: readonly number[];
}

/**
 * The network with a switch for every filter of some layers and every connection into some.
 * @param images [n, ...] that the means are over.
 */
export async function compileAblator(
  network: FilterNetwork,
  images: Tensor<'float32'>,
  { layers, connected }: { readonly layers: readonly FilterLayer[]; readonly connected: readonly FilterLayer[] },
): Promise<Ablator> {
  const { classifier, model, context } = network;
  const { inputName, scores, batchSize, runtime } = classifier;
  const switches = [
    ...connected.map((layer): Switch => {
      const [filters = 1, inputs = 1, ...kernel] = context.facts(layer.node.inputs[1] ?? '').dims;
      const dims = [filters, inputs, ...kernel.map(() => 1)];
      return { input: `konkyo/cut/${layer.value}`, kind: 'connection', layer, dims };
    }),
    ...layers.map((layer): Switch => {
      const dims = [1, layer.filters, ...layer.map.map(() => 1)];
      return { input: `konkyo/out/${layer.value}`, kind: 'filter', layer, dims };
    }),
  ];
  const means = await meansOf(network, images, switches.map(setToMean));
  const graph = withSwitches(network, switches, means);
  const session = await runtime.createSession({ ...model, graph });
  return {
    async run(all, ablation) {
      const positions = Object.fromEntries(switches.map((one) => [one.input, positionOf(one, ablation)] as const));
      const count = all.dims[0] ?? 0;
      const result = new Float32Array(count * scores.width);
      for (const { from, to } of ranges(count, batchSize)) {
        const values = await session.run({ [inputName]: rows(all, from, to), ...positions }, [scores.name]);
        result.set(floatOutputOf(values, scores.name).data, from * scores.width);
      }
      return float32([count, scores.width], result);
    },
    release: () => session.release(),
  };
}

/** The value whose mean takes its place: a filter's own map, or what the connection reads. */
function setToMean({ kind, layer }: Switch): string {
  return kind === 'filter' ? layer.value : (layer.node.inputs[0] ?? '');
}

function positionOf({ kind, layer, dims }: Switch, ablation: Ablation): Tensor<'float32'> {
  const off = zeros('float32', dims);
  if (ablation.kind === kind && ablation.layer === layer) {
    const at = ablation.kind === 'filter' ? ablation.filter : ablation.filter * (dims[1] ?? 1) + ablation.from;
    off.data[at] = 1;
  }
  return off;
}

function withSwitches(
  { classifier, model }: FilterNetwork,
  switches: readonly Switch[],
  means: ReadonlyMap<string, Tensor<'float32'>>,
): Graph {
  const builder = new GraphBuilder({ ...model.graph, nodes: [] }, 'ablation');
  const { ops } = builder;
  const constants = new Map([...means].map(([value, mean]) => [value, builder.constant(mean, 'mean')]));
  for (const node of model.graph.nodes) {
    const own = switches.filter(({ layer }) => layer.node === node);
    if (own.length === 0) {
      builder.append(node);
      continue;
    }
    const [value = ''] = node.outputs;
    const raw = builder.fresh(value);
    builder.append({ ...node, outputs: [raw] });
    const switched = own.reduce((current, one) => {
      const off = builder.input(one.input, 'float32', one.dims);
      const mean = constants.get(setToMean(one)) ?? '';
      // a + off (mean - a)
      if (one.kind === 'filter') return ops.Add(current, ops.Mul(off, ops.Sub(mean, current)));
      // a - (off W) * (x - mean)
      const [x = '', weights = ''] = node.inputs;
      const lost = builder.fresh('lost');
      builder.append({ ...node, name: lost, inputs: [ops.Sub(x, mean), ops.Mul(weights, off)], outputs: [lost] });
      return ops.Sub(current, lost);
    }, raw);
    builder.append({ op: 'Identity', domain: '', name: raw, inputs: [switched], outputs: [value], attributes: {} });
  }
  const outputs = [{ name: classifier.scores.name, type: 'float32' as const, dims: undefined }];
  return prune(builder.build(outputs), outputs, [classifier.inputName, ...switches.map(({ input }) => input)]);
}

/** The mean of some values over images, [1, ...] each. */
async function meansOf(
  { classifier, model }: FilterNetwork,
  images: Tensor<'float32'>,
  values: readonly string[],
): Promise<Map<string, Tensor<'float32'>>> {
  const { inputName, batchSize, runtime } = classifier;
  const builder = new GraphBuilder(model.graph, 'means');
  const sums = [...new Set(values)].map((value) => ({
    value,
    sum: builder.add('ReduceSum', [value, builder.ints([0])], { keepdims: 1 }),
  }));
  const outputs = sums.map(({ sum }) => ({ name: sum, type: 'float32' as const, dims: undefined }));
  const session = await runtime.createSession({ ...model, graph: prune(builder.build(outputs), outputs, [inputName]) });
  try {
    const count = images.dims[0] ?? 0;
    const means = new Map<string, Tensor<'float32'>>();
    for (const { from, to } of ranges(count, batchSize)) {
      const found = await session.run({ [inputName]: rows(images, from, to) });
      for (const { value, sum } of sums) {
        const { dims, data } = floatOutputOf(found, sum);
        const mean = means.get(value) ?? zeros('float32', dims);
        for (let i = 0; i < data.length; i++) mean.data[i] = (mean.data[i] ?? 0) + (data[i] ?? 0) / count;
        means.set(value, mean);
      }
    }
    return means;
  } finally {
    await session.release();
  }
}
