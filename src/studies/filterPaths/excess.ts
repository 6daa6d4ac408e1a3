import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf } from '../../onnx/graphView.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import { weightGradient } from '../../transforms/gradient/weightGradient.ts';
import { windowOf } from '../../transforms/gradient/window.ts';
import type { FilterNetwork } from './filterNetwork.ts';
import { fixedGates } from './fixedGates.ts';
import { meanOf, readBy, type UnitMeans } from './unitMeans.ts';

/**
 * What each unit adds to the explained score beyond what its mean would, with the gates as the image set them: the part of its
 * contribution that would be lost if the mean took its place and no gate changed. A first-order estimate of ablation, as in the
 * Taylor criterion of Molchanov et al. 2017 (Pruning convolutional neural networks for resource efficient inference), there
 * with 0 in place of the mean. Means over the images, score units.
 */
export interface Excess {
  /** In the network's layers' order, then by filter. */
  readonly filters: readonly Float64Array[];
  /** In the connected layers' order: [filters, filters of the layer before]. */
  readonly connections: readonly Float64Array[];
}

export interface ExcessRunner {
  /** @param images [n, ...] @param weights [n, K]: how much each score counts. */
  run(images: Tensor<'float32'>, weights: Tensor<'float32'>): Promise<Excess>;
  release(): Promise<void>;
}

const weightsInput = 'konkyo/target';

/**
 * With G the gradient at a layer's output a, the gates fixed: the sum of G (a - mean) for a filter. For what it reads of one filter
 * before it, the sum of G (W * (x - mean)): over the kernel, of W times the gradient that W would have on x - mean.
 */
export async function compileExcess(network: FilterNetwork, means: UnitMeans): Promise<ExcessRunner> {
  const { classifier, model, facts, context, layers } = network;
  const { inputName, scores, batchSize, gradientTable: table } = classifier;
  const builder = new GraphBuilder(model.graph, 'excess');
  const { ops } = builder;
  const weights = builder.input(weightsInput, 'float32', ['batch', scores.width]);
  const seed = ops.Reshape(weights, builder.ints([-1, ...context.facts(scores.name).dims.slice(1)]));
  const gradients = addGradients(builder, {
    facts,
    seeds: new Map([[scores.name, seed]]),
    wrt: layers.map(({ value }) => value),
    table,
    answerFor: fixedGates(context),
  });
  const beyond = (value: string) => ops.Sub(value, builder.constant(meanOf(means, value), 'mean'));
  const sumOver = (value: string, axes: readonly number[]) =>
    builder.add('ReduceSum', [value, builder.ints(axes)], { keepdims: 0 });
  const filters = layers.map(({ value, map }) =>
    sumOver(ops.Mul(gradientOrZeros(builder, gradients, value), beyond(value)), [0, ...map.map((_, i) => i + 2)]),
  );
  const connections = means.connected.map((layer) => {
    const { node, value, map } = layer;
    const kernels = inputOf(node, 1);
    const [dims, size] = [context.facts(kernels).dims, context.facts(readBy(layer)).dims.slice(2)];
    const products = ops.Mul(
      kernels,
      weightGradient(
        { add: (...added) => builder.add(...added), ops, builder },
        {
          images: beyond(readBy(layer)),
          size,
          gradients: gradientOrZeros(builder, gradients, value),
          output: map,
          weights: dims,
          group: 1,
          window: windowOf(node, size, dims.slice(2)),
        },
      ),
    );
    return sumOver(
      products,
      map.map((_, i) => i + 2),
    );
  });
  const sums = [...filters, ...connections];
  const whole = { ...model, graph: builder.build() };
  const { batches, release } = await program(classifier.runtime, whole, { outputs: sums, batchSize });
  return {
    async run(all, given) {
      const count = all.dims[0] ?? 0;
      const totals = new Map<string, Float64Array>();
      for await (const { values } of batches({ [inputName]: all, [weightsInput]: given })) {
        for (const name of sums) {
          const { data } = floatOutputOf(values, name);
          const total = totals.get(name) ?? new Float64Array(data.length);
          for (const [i, value] of data.entries()) total[i] = (total[i] ?? 0) + value / count;
          totals.set(name, total);
        }
      }
      const own = (name: string) => totals.get(name) ?? new Float64Array();
      return { filters: filters.map(own), connections: connections.map(own) };
    },
    release,
  };
}
