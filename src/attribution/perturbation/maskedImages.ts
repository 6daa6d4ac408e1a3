import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf, type Values } from '../../runtime/runtime.ts';
import { imageShapeOf } from '../gradient/sampledGradient.ts';
import { addScoreRows } from '../gradient/targetGradient.ts';

/** Images seen through masks, and what the model makes of them. */
export interface MaskedImages {
  /**
   * @param images [n, ...]; @param weights [n, K]; @param masks the graph inputs that the masks are made of.
   * @returns the results.
   */
  run(images: Tensor<'float32'>, weights: Tensor<'float32'>, masks: Values): Promise<readonly Tensor<'float32'>[]>;
  release(): Promise<void>;
}

interface MaskPlan {
  /** Adds the masks as images of one channel, in the model's layout, [r, ...]: 1 shows a pixel, 0 hides it. */
  readonly masks: (builder: GraphBuilder) => string;
  /** Adds the results, from the explained scores [n, r] of each image through each mask and the masks. */
  readonly results: (builder: GraphBuilder, scores: string, masks: string) => readonly string[];
}

const imagesInput = 'konkyo/images';
const weightsInput = 'konkyo/target';

/** One graph for masks, masked images, model and results: only images and what masks are made of go in. */
export async function compileMasked(
  classifier: Classifier,
  stage: string,
  baseline: number,
  plan: MaskPlan,
): Promise<MaskedImages> {
  const { model, runtime, inputName, scores, input } = classifier;
  const imageShape = imageShapeOf(classifier);
  const builder = new GraphBuilder(model.graph, stage);
  const { ops } = builder;
  builder.input(imagesInput, 'float32', ['images', ...imageShape]);
  builder.input(weightsInput, 'float32', ['images', scores.width]);
  const second = builder.ints([1]);
  let masks = '';
  builder.computeInput(inputName, () => {
    masks = plan.masks(builder);
    const hidden = builder.constant(baselineImage(baseline, input), 'baseline');
    // x m + b (1 - m) = b + (x - b) m
    const shown = ops.Mul(ops.Unsqueeze(ops.Sub(imagesInput, hidden), second), masks);
    return ops.Reshape(ops.Add(shown, hidden), builder.ints([-1, ...imageShape]));
  });
  const count = builder.add('Shape', [masks], { start: 0, end: 1 });
  const shape = builder.add('Concat', [builder.ints([-1]), count, builder.ints([scores.width])], { axis: 0 });
  const byMask = ops.Reshape(addScoreRows(builder, classifier), shape);
  const explained = builder.add(
    'ReduceSum',
    [ops.Mul(byMask, ops.Unsqueeze(weightsInput, second)), builder.ints([2])],
    {
      keepdims: 0,
    },
  );
  const results = plan.results(builder, explained, masks);
  const { run, release } = await program(runtime, { ...model, graph: builder.build() }, { outputs: results });
  return {
    async run(images, weights, feeds) {
      const values = await run({ [imagesInput]: images, [weightsInput]: weights, ...feeds });
      return results.map((name) => floatOutputOf(values, name));
    },
    release,
  };
}
