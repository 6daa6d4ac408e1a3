import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import { fixedGates } from './fixedGates.ts';
import { meanOf, type UnitMeans } from './unitMeans.ts';

const weightsInput = 'konkyo/target';

/**
 * Where the filters of a layer add to the explained score beyond their means: the mean over the images of G (a - mean), place by
 * place, G the gradient at the layer's output a with the gates fixed. Summed over places it is the layer's Excess.
 * @param images [n, ...] @param weights [n, K]: how much each score counts.
 * @returns [filters, ...places], score units.
 */
export async function excessMaps(
  { classifier, model, facts, context }: FilterNetwork,
  { value }: FilterLayer,
  means: UnitMeans,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
): Promise<Float64Array> {
  const { inputName, scores, runtime, batchSize, gradientTable: table } = classifier;
  const builder = new GraphBuilder(model.graph, 'excessMaps');
  const { ops } = builder;
  const target = builder.input(weightsInput, 'float32', ['batch', scores.width]);
  const seed = ops.Reshape(target, builder.ints([-1, ...context.facts(scores.name).dims.slice(1)]));
  const seeds = new Map([[scores.name, seed]]);
  const gradients = addGradients(builder, { facts, seeds, wrt: [value], table, answerFor: fixedGates(context) });
  const beyond = ops.Sub(value, builder.constant(meanOf(means, value), 'mean'));
  const product = ops.Mul(gradientOrZeros(builder, gradients, value), beyond);
  const summed = builder.add('ReduceSum', [product, builder.ints([0])], { keepdims: 0 });
  return scoped(async (keep) => {
    const options = { outputs: [summed], batchSize };
    const running = await keep(program(runtime, { ...model, graph: builder.build() }, options));
    let sums = new Float64Array();
    for await (const { values } of running.batches({ [inputName]: images, [weightsInput]: weights })) {
      const { data } = floatOutputOf(values, summed);
      sums = Float64Array.from(data, (part, i) => part + (sums[i] ?? 0));
    }
    return sums.map((sum) => sum / (images.dims[0] ?? 1));
  });
}
