import type { Graph } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';
import { float32, type Tensor, zeros } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { FiltersError } from './errors.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import type { FilterStep } from './paths.ts';
import { meanOf, readBy, type UnitMeans } from './unitMeans.ts';

/** What is taken out of a network: set to its mean over the images, place by place. */
export type Ablation =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'filter'; readonly layer: FilterLayer; readonly filter: number }
  /** Several filters at once, of any layers. */
  | { readonly kind: 'filters'; readonly filters: readonly FilterStep[] }
  /** What one filter of the layer before hands to this filter, and nothing else of it. */
  | { readonly kind: 'connection'; readonly layer: FilterLayer; readonly from: number; readonly filter: number };

export interface Ablator {
  /** Scores [n, K] with something taken out. @throws FiltersError for a connection of a layer whose means were not taken. */
  run(images: Tensor<'float32'>, ablation: Ablation): Promise<Tensor<'float32'>>;
  release(): Promise<void>;
}

/** Something that can be switched off in the graph: 0 everywhere, and 1 where it is off. */
interface Switch {
  readonly input: string;
  readonly kind: 'filter' | 'connection';
  readonly layer: FilterLayer;
  readonly dims: readonly number[];
}

/** The network with a switch for every filter, and every connection into some layers. */
export async function compileAblator(network: FilterNetwork, means: UnitMeans): Promise<Ablator> {
  const { classifier, model, context, layers } = network;
  const { inputName, scores, batchSize, runtime } = classifier;
  const switches = [
    ...means.connected.map((layer): Switch => {
      const [filters = 1, inputs = 1, ...kernel] = context.facts(inputOf(layer.node, 1)).dims;
      const dims = [filters, inputs, ...kernel.map(() => 1)];
      return { input: `konkyo/cut/${layer.value}`, kind: 'connection', layer, dims };
    }),
    ...layers.map((layer): Switch => {
      const dims = [1, layer.filters, ...layer.map.map(() => 1)];
      return { input: `konkyo/out/${layer.value}`, kind: 'filter', layer, dims };
    }),
  ];
  const graph = withSwitches(network, switches, means);
  const { runRows, release } = await program(runtime, { ...model, graph }, { outputs: [scores.name], batchSize });
  return {
    async run(all, ablation) {
      const parts = singleOnes(ablation);
      const lacking = parts.find((part) => !switches.some((one) => switchesOff(one, part)));
      if (lacking) {
        throw new FiltersError(
          `A ${lacking.kind} of ${lacking.layer.name} cannot be taken out: take the means of this network, with this layer's connections.`,
        );
      }
      const whole = Object.fromEntries(switches.map((one) => [one.input, positionOf(one, parts)] as const));
      const found = await runRows({ [inputName]: all }, { whole });
      return float32([all.dims[0] ?? 0, scores.width], floatOutputOf(found, scores.name).data);
    },
    release,
  };
}

/** The value whose mean takes its place. */
function setToMean({ kind, layer }: Switch): string {
  return kind === 'filter' ? layer.value : readBy(layer);
}

/** One filter or connection that is taken out. */
type Single = Extract<Ablation, { readonly layer: FilterLayer }>;

function singleOnes(ablation: Ablation): readonly Single[] {
  if (ablation.kind === 'nothing') return [];
  return ablation.kind === 'filters' ? ablation.filters.map((step) => ({ kind: 'filter', ...step })) : [ablation];
}

function switchesOff({ kind, layer }: Pick<Switch, 'kind' | 'layer'>, single: Single): boolean {
  return single.kind === kind && single.layer === layer;
}

function positionOf({ kind, layer, dims }: Switch, parts: readonly Single[]): Tensor<'float32'> {
  const off = zeros('float32', dims);
  for (const part of parts) {
    if (!switchesOff({ kind, layer }, part)) continue;
    off.data[part.kind === 'filter' ? part.filter : part.filter * (dims[1] ?? 1) + part.from] = 1;
  }
  return off;
}

function withSwitches({ model }: FilterNetwork, switches: readonly Switch[], means: UnitMeans): Graph {
  const builder = new GraphBuilder({ ...model.graph, nodes: [] }, 'ablation');
  const { ops } = builder;
  for (const node of model.graph.nodes) {
    const own = switches.filter(({ layer }) => layer.node === node);
    if (own.length === 0) {
      builder.append(node);
      continue;
    }
    const value = outputOf(node);
    const raw = builder.fresh(value);
    builder.append({ ...node, outputs: [raw] });
    const switched = own.reduce((current, one) => {
      const off = builder.input(one.input, 'float32', one.dims);
      const mean = builder.constant(meanOf(means, setToMean(one)), 'mean');
      // a + off (mean - a)
      if (one.kind === 'filter') return ops.Add(current, ops.Mul(off, ops.Sub(mean, current)));
      // a - (off W) * (x - mean)
      const [x, weights] = [inputOf(node, 0), inputOf(node, 1)];
      const lost = builder.fresh('lost');
      builder.append({ ...node, name: lost, inputs: [ops.Sub(x, mean), ops.Mul(weights, off)], outputs: [lost] });
      return ops.Sub(current, lost);
    }, raw);
    builder.append({ op: 'Identity', domain: '', name: raw, inputs: [switched], outputs: [value], attributes: {} });
  }
  return builder.build();
}
